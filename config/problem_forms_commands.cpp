// What commands say when they cannot do what they were asked for.

#include "config/problem_forms.h"

namespace sekisho::config {
namespace {

constexpr ProblemForm kForms[] = {
    // Options that many commands take.
    {"--from: '{}' is no date, time or span (-30d)",
     "--from: '{0}' は日付でも時刻でも期間 (-30d) でもない"},
    {"--to: '{}' is no date, time or span (-1d)",
     "--to: '{0}' は日付でも時刻でも期間 (-1d) でもない"},
    {"--from, --to: a date or a time, as RFC 3339 writes it",
     "--from、--to: RFC 3339 の形の日付か時刻を書く"},
    {"--to lies before --from", "--to が --from より前"},
    {"--tz: {w}", "--tz: {0}"},
    {"--lang: '{}' is neither ja nor en", "--lang: '{0}' は ja でも en でもない"},
    {"--by: say who {w}", "--by: 誰が {0} かを書く"},
    {"does this", "行う"},
    {"accepts this", "受け入れる"},
    {"orders this", "命じる"},
    {"lets go", "解く"},
    {"opens it", "開ける"},
    {"--reason: say why", "--reason: 理由を書く"},
    {"--reason: say why it is opened", "--reason: 開ける理由を書く"},
    {"--quarter: '{}' is none; {}", "--quarter: '{0}' は四半期ではない (例: {1})"},
    {"--country: '{}' is no ISO 3166 code of two capital letters",
     "--country: '{0}' は大文字 2 字の国コード (ISO 3166) ではない"},
    {"--country: '{}' is no country (ISO 3166-1, two capitals)",
     "--country: '{0}' は国 (ISO 3166-1 の大文字 2 字) ではない"},
    {"--ip: '{}' is no address or network", "--ip: '{0}' はアドレスでもネットワークでもない"},
    {"standard output cannot be written", "標準出力に書けない"},
    {"standard output is closed", "標準出力が閉じている"},
    {"{c}: it cannot be written", "{0}: 書けない"},
    {"{} cannot be written", "{0} に書けない"},
    {"{c}: cannot be read", "{0}: 読めない"},
    {"{} is there already; name a new file", "{0} は既にある。新しいファイル名にする"},
    {"--out: {w}", "--out: {0}"},
    {"one of --{}, --{}, --{}", "--{0}、--{1}、--{2} のどれか一つ"},

    // What CLI11 says.
    {"{l} is required", "{0} が必要"},
    {"Could not convert: {} = {}", "{0} の値 '{1}' を読めない"},
    {"{}: {} not in {}", "{0}: {1} は {2} のどれでもない"},

    // check, explain, pac, run.
    {"--to: {w}", "--to: {0}"},
    {"--from: '{}' is no address", "--from: '{0}' はアドレスではない"},
    {"--header: write it as 'Name: value'", "--header: '名前: 値' の形で書く"},
    {"--body: {}: {w}", "--body: {0}: {1}"},
    {"--at: '{}' is no time (2026-12-31T12:00 or RFC 3339)",
     "--at: '{0}' は時刻ではない (2026-12-31T12:00 か RFC 3339)"},
    {"--address: '{}' is no address", "--address: '{0}' はアドレスではない"},
    {"--resolve: DNS: {}", "--resolve: DNS: {0}"},
    {"--proxy HOST:PORT: the gateway as clients reach it (or `pac: { proxy: … }` in "
     "gateway.yaml)\nsekisho pac: 端末から見たゲートウェイの名前とポートを --proxy "
     "で指定してください",
     "端末から見たゲートウェイの名前とポートを --proxy HOST:PORT で指定する (gateway.yaml の `pac: "
     "{ "
     "proxy: … }` でもよい)"},

    // scan.
    {"name a file or a folder (- is standard input), or use --jsonl",
     "ファイルかフォルダー (- は標準入力) を書くか、--jsonl を使う"},
    {"{} more: not text, skipped", "ほかに {0} 個: 文字ではないので読まない"},
    {"line {}: expected {\"id\": …, \"text\": \"…\"}",
     "{0} 行目: {\"id\": …, \"text\": \"…\"} が必要"},
    {"line {}: {w}", "{0} 行目: {1}"},
    {"a detector could not decide", "判定できなかった検出器がある"},
    {"a detector could not decide: treat it as if something had been found",
     "判定できなかった検出器がある。何か見つかったものとして扱う"},
    {"not text, skipped", "文字ではないので読まない"},
    {"read as {}", "{0} として読んだ"},
    {"no text to measure", "測る文字がない"},
    {"larger than {} MiB, and no UTF-8 file on a disk",
     "{0} MiB を超えていて、ディスク上の UTF-8 のファイルでもない"},
    {"its characters are neither UTF-8 nor {}", "文字が UTF-8 でも {0} でもない"},
    {"it is not {} from byte {} on", "{1} バイト目から {0} ではない"},

    // ca.
    {"give either --directory or -c, not both", "--directory か -c のどちらか一方だけを書く"},
    {"{w}\n  An existing CA is never overwritten: clients trust it. Move it away first, or choose "
     "another --directory.",
     "{0}\n  既にある CA は上書きしない (端末が信頼しているため)。先に別の場所へ移すか、別の "
     "--directory にする。"},
    {"{w}\n  `sekisho ca init` makes a CA.", "{0}\n  CA は `sekisho ca init` が作る。"},
    {"{c}: exists already", "{0}: 既にある"},
    {"organisation and name take at most 64 characters of UTF-8",
     "組織と名前は UTF-8 で 64 文字まで"},
    {"the certificate could not be made: {}", "証明書を作れなかった: {0}"},
    {"no key could be made: {}", "鍵を作れなかった: {0}"},
    {"DER is binary: redirect it (sekisho ca export --format der > sekisho-ca.der)",
     "DER はバイナリー。ファイルに書き出す (sekisho ca export --format der > sekisho-ca.der)"},

    // user.
    {"which users file? Give --file users or -c gateway.yaml",
     "利用者のファイルが分からない。--file users か -c gateway.yaml を書く"},
    {"{} names no users file; add `clients: { authentication: basic, users_file: users }`",
     "{0} に利用者のファイルがない。`clients: { authentication: basic, users_file: users }` "
     "を書く"},
    {"no terminal to ask on: give --password-stdin or --token",
     "尋ねる端末がない。--password-stdin か --token を使う"},
    {"the two were not the same; nothing was changed", "二つが一致しない。何も変えていない"},
    {"a password has 1 to 512 bytes", "パスワードは 1〜512 バイト"},
    {"the hash could not be made; nothing was changed", "ハッシュを作れなかった。何も変えていない"},
    {"the system gave no random numbers", "システムから乱数を得られなかった"},
    {"no random numbers", "乱数を得られなかった"},
    {"a user name has 1 to 64 bytes, without ':' and control characters",
     "利用者名は 1〜64 バイトで、':' と制御文字なし"},
    {"give either --token or --password-stdin, not both",
     "--token か --password-stdin のどちらか一方だけを書く"},
    {"{} is there already; --replace gives it a new password or token",
     "{0} は既にある。--replace で新しいパスワードかトークンにする"},
    {"{c}: there is no user {}", "{0}: 利用者 {1} はない"},

    // doctor.
    {"which gateway? Give --proxy http://HOST:PORT",
     "ゲートウェイが分からない。--proxy http://HOST:PORT を書く"},
    {"--proxy: write http://HOST:PORT", "--proxy: http://HOST:PORT と書く"},
    {"--to: write HOST or HOST:PORT", "--to: HOST か HOST:PORT と書く"},
    {"--ca: {} does not exist", "--ca: {0} がない"},
    {"the password of {}: give --password-stdin, SEKISHO_PASSWORD, or "
     "http://USER:PASSWORD@HOST:PORT",
     "{0} のパスワード: --password-stdin、SEKISHO_PASSWORD、http://USER:PASSWORD@HOST:PORT "
     "のどれかで渡す"},

    // providers, detectors, dataset, schema, replay.
    {"no service '{}' in the catalogue; see `sekisho providers list`",
     "カタログに '{0}' というサービスはない。一覧は `sekisho providers list`"},
    {"no service '{}' in the catalogue, did you mean '{}'?",
     "カタログに '{0}' というサービスはない。'{1}' の間違いではないか"},
    {"no type '{}'; see `sekisho detectors list`",
     "'{0}' という種類はない。一覧は `sekisho detectors list`"},
    {"no type '{}', did you mean '{}'?", "'{0}' という種類はない。'{1}' の間違いではないか"},
    {"--within: '{}' is no duration such as 180d", "--within: '{0}' は 180d のような期間ではない"},
    {"--since: '{}' is no duration such as 30d", "--since: '{0}' は 30d のような期間ではない"},
    {"--at: 'now' or 'recorded'", "--at: 'now' か 'recorded'"},
    {"the policy does not hold under {}; nothing was changed",
     "{0} ではポリシーが成り立たない。何も変えていない"},
    {"the policy fails its own tests under {}; nothing was changed. --force takes it all the same, "
     "but the gateway will not load it until the tests are mended",
     "{0} ではポリシーのテストが失敗する。何も変えていない。--force "
     "ならそれでも置き換えるが、テストを直すまでゲートウェイは読み込まない"},
    {"{} names no catalogue of its own, and the shipped one comes with the program. Write "
     "`catalogue: { providers: providers.yaml }`, put a copy there, and try again",
     "{0} に自前のカタログがない (同梱のものはプログラムに付属)。`catalogue: { providers: "
     "providers.yaml }` と書き、そこに写しを置いてからやり直す"},
    {"{} has problems; nothing was changed", "{0} に誤りがある。何も変えていない"},
    {"the catalogue in use has problems; --force replaces it",
     "使用中のカタログに誤りがある。--force なら置き換える"},
    {"{} is of {}, older than the one in use ({}); --force takes it",
     "{0} の日付は {1} で、使用中のもの ({2}) より古い。--force なら置き換える"},
    {"{c}: the policy names no datasets", "{0}: ポリシーにデータセットがない"},
    {"the policy names no dataset '{}'", "ポリシーに '{0}' というデータセットはない"},
    {"the policy names no dataset '{}' ({w})", "ポリシーに '{0}' というデータセットはない ({1})"},
    {"no schema '{}'; there are policy and gateway",
     "'{0}' というスキーマはない。policy と gateway がある"},
    {"the policy's own test '{}' fails ({w}): the gateway would not load it",
     "ポリシーのテスト '{0}' が失敗する ({1})。ゲートウェイはこれを読み込まない"},
    {"not taken over: {w}", "取り込まない: {0}"},

    {"no date", "日付なし"},

    // audit.
    {"{} lines are no records: run sekisho audit verify",
     "記録ではない行が {0} 行ある。sekisho audit verify を実行する"},
    {"seq none, {} records looked at, newest checkpoint: {w}",
     "記録なし (調べた記録 {0} 件)、最新のチェックポイント: {1}"},
    {"seq {}, {} records looked at, newest checkpoint: {w}",
     "記録番号 {0} (調べた記録 {1} 件)、最新のチェックポイント: {2}"},
    {"none yet", "まだない"},
    {"--part: there is no table '{}'; there are {}", "--part: 表 '{0}' はない。あるのは {1}"},
    {"there is no index to answer from: {w} for the first time; ask again in a while",
     "答えるための索引がまだない: {0}。しばらくしてからもう一度尋ねる"},
    {"there is no index to answer from: {w} (run sekisho audit reindex as the log's owner)",
     "答えるための索引がない: {0} (ログの所有者が sekisho audit reindex を実行する)"},
    {"the index is damaged: sekisho audit reindex", "索引が壊れている: sekisho audit reindex"},
    {"give the value on standard input: printf '%s' VALUE | sekisho audit value --type {} -c "
     "gateway.yaml",
     "値は標準入力から渡す: printf '%s' 値 | sekisho audit value --type {0} -c gateway.yaml"},
    {"say which log: -c gateway.yaml or --directory DIR",
     "どのログかを書く: -c gateway.yaml か --directory DIR"},
    {"say which gateway: -c gateway.yaml", "どのゲートウェイかを書く: -c gateway.yaml"},
    {"{c}: there is no segment of an audit log", "{0}: 監査記録のセグメントがない"},
    {"--format: one of json, ocsf, ecs, cef, rfc5424, otlp",
     "--format: json、ocsf、ecs、cef、rfc5424、otlp のどれか"},
    {"--format: '{}' is none of table, csv, json, html",
     "--format: '{0}' は table、csv、json、html のどれでもない"},
    {"--format: '{}' is neither html nor csv", "--format: '{0}' は html でも csv でもない"},
    {"one of --json, --csv, --html, --table", "--json、--csv、--html、--table のどれか一つ"},
    {"one of --jsonl, --json, --sarif, --bench", "--jsonl、--json、--sarif、--bench のどれか一つ"},
    {"either --quarter or --from and --to", "--quarter か、--from と --to のどちらか"},
    {"--by: '{}' is none of {}", "--by: '{0}' は {1} のどれでもない"},
    {"--by: '{}' is nothing to count by here", "--by: '{0}' ではここで数えられない"},
    {"--step: '{}' is none of {}", "--step: '{0}' は {1} のどれでもない"},
    {"--unused: '{}' is no span like 30d", "--unused: '{0}' は 30d のような期間ではない"},
    {"{w}; run it again by two when that is mended", "{0}。直してから二人でもう一度行う"},
    {"the end of the log was replaced after a failed write: run it again",
     "書き込みの失敗の後に末尾が書き直された。もう一度行う"},
    {"say what is held: --user, --id, --from, --to",
     "何を留めるかを書く: --user、--id、--from、--to"},
    {"--key {}: it is no key (name+id+base64), and no file of keys",
     "--key {0}: 鍵 (name+id+base64) でも鍵のファイルでもない"},
    {"{c}: there is no checkpoint (*.ckpt) in it", "{0}: チェックポイント (*.ckpt) がない"},
    {"no folder can be made for another index: set TMPDIR",
     "別の索引を作るフォルダーを作れない。TMPDIR を設定する"},
    {"there is no signed checkpoint: {r}", "署名付きチェックポイントがない: {0}"},
    {"prove an ID, a --seq, or --consistency OLD.ckpt",
     "証明するものを書く: ID、--seq、--consistency OLD.ckpt のどれか"},
    {"--overlap: '{}' is no time (30d)", "--overlap: '{0}' は期間 (30d) ではない"},
    {"no record has the id {}", "id が {0} の記録はない"},
    {"--store: {r}", "--store: {0}"},
    {"--month: write 2026-07, without --quarter, --from and --to",
     "--month: 2026-07 のように書き、--quarter、--from、--to と一緒に使わない"},
    {"the report has {} tables: write --out NAME.zip",
     "報告に表が {0} 個ある。--out 名前.zip と書く"},
    {"the pack is a zip file: write --out NAME.zip",
     "提出一式は zip ファイル。--out 名前.zip と書く"},
    {"one of --user, --id, --value-type (the value itself comes from standard input)",
     "--user、--id、--value-type のどれか一つ (値そのものは標準入力から渡す)"},
    {"--known-at: '{}' is no date or time", "--known-at: '{0}' は日付でも時刻でもない"},
    {"{w} (the report does without it)", "{0} (報告はこれなしで作る)"},
    {"the index was built anew: {r}", "索引を作り直した: {0}"},
    {"the index could not be brought up to date: {r}", "索引を最新にできなかった: {0}"},
    {"what was done cannot be recorded: {r}", "行ったことを記録できない: {0}"},
    {"the gateway has not written it into the log yet ({})",
     "ゲートウェイがまだログに書いていない ({0})"},
    {"the log belongs to another user", "ログの所有者が別の利用者"},
    {"it could not be written", "書けなかった"},
    {"value needs -c gateway.yaml, which names the key of the hashes",
     "value には -c gateway.yaml が必要 (ハッシュの鍵がそこにある)"},
    {"{w}: only who may use the gateway's keys can ask this",
     "{0}: これを尋ねられるのはゲートウェイの鍵を使える人だけ"},
};

}  // namespace

std::span<const ProblemForm> command_forms() {
  return kForms;
}

}  // namespace sekisho::config
