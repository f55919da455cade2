// What stands in the way of the audit log: its files, keys, checkpoints and index.

#include "config/problem_forms.h"

namespace sekisho::config {
namespace {

constexpr ProblemForm kForms[] = {
    // Files and folders of the log.
    {"the directory of the audit log cannot be made", "監査記録のディレクトリを作れない"},
    {"the directory of the audit log cannot be opened", "監査記録のディレクトリを開けない"},
    {"the folder cannot be made", "フォルダーを作れない"},
    {"the lock file cannot be opened", "ロックファイルを開けない"},
    {"{c}: another gateway writes to this audit log ({} holds its lock file); stop that one first, "
     "or give this one an audit.directory of its own",
     "{0}: 別のゲートウェイがこの監査記録に書いている ({1} "
     "がロックファイルを持つ)。先にそちらを止めるか、"
     "こちらに別の audit.directory を割り当てる"},
    {"a process that gave no name", "名前の分からないプロセス"},
    {"{c}: it cannot be read", "{0}: 読めない"},
    {"it cannot be read: {r}", "読めない: {0}"},
    {"it cannot be opened: {r}", "開けない: {0}"},
    {"it cannot be compressed: {r}", "圧縮できない: {0}"},
    {"{c}: what was read back is not what was written", "{0}: 読み戻したものが書いたものと違う"},
    {"it is no compressed segment, or its end is missing",
     "圧縮したセグメントではないか、末尾が欠けている"},
    {"it cannot be unpacked", "展開できない"},
    {"the torn end of {} cannot be kept", "{0} の途切れた末尾を残せない"},
    {"the torn end of {} cannot be cut", "{0} の途切れた末尾を切り取れない"},
    {"{} holds no record and cannot be put aside", "{0} に記録がなく、別にすることもできない"},
    {"{} cannot be made", "{0} を作れない"},
    {"{} cannot be opened", "{0} を開けない"},
    {"{} cannot be read", "{0} を読めない"},
    {"{} cannot be synced", "{0} を同期できない"},
    {"{} cannot be put aside", "{0} を別にできない"},
    {"the audit log cannot be listed", "監査記録の一覧を得られない"},
    {"the audit log cannot be listed: {r}", "監査記録の一覧を得られない: {0}"},
    {"the free space of the disk is not known", "ディスクの空きが分からない"},
    {"the disk is nearly full ({} bytes)", "ディスクの空きがほとんどない ({0} バイト)"},
    {"the archive could not be read back", "書いた zip を読み戻せなかった"},
    {"no memory", "メモリーが足りない"},

    // Keeping, holds, damage.
    {"{c}: line {} cannot be understood; put it right by hand: it may hold something",
     "{0}: {1} 行目が分からない。何かを留めている行かもしれないので、手で直す"},
    {"{c}: there were {} lines, there are {}: bring the file back, holds are missing",
     "{0}: {1} 行あったものが {2} 行しかない。留めた記録が失われるので、ファイルを元に戻す"},
    {"{c}: another process is doing this work now; try again later",
     "{0}: 別のプロセスが今この作業をしている。後でもう一度行う"},
    {"segments are past their time, but there is no key of the log to sign their tombstones with: "
     "they stay",
     "期限を過ぎたセグメントがあるが、消した印に署名するログの鍵がないので残す"},
    {"the removal of {} cannot be recorded", "{0} を消したことを記録できない"},
    {"{c}: {w}; run sekisho audit verify", "{0}: {1}。sekisho audit verify を実行する"},
    {"it is not whole", "欠けている"},
    {"its chain is broken", "鎖がつながらない"},
    {"sealed copies: their removal cannot be recorded now",
     "封印した写しを消すことを今は記録できない"},
    {"no sealed copy is removed: the clock says {}, the last look was at {}; if the clock is "
     "right, "
     "say so once: sekisho audit maintain --trust-clock",
     "封印した写しを消さない: 時計は {0}、前に見たのは {1}。時計が正しいなら一度だけ sekisho audit "
     "maintain --trust-clock を実行する"},
    {"the copy cannot be sealed: {r}", "写しを封印できない: {0}"},
    {"there is no certificate to seal for", "封印する相手の証明書がない"},

    // Keys, checkpoints, proofs.
    {"records {}-{} are missing: run `sekisho audit verify`",
     "記録 {0}-{1} がない。`sekisho audit verify` を実行する"},
    {"the log has no signed checkpoint yet, and without one nothing can be proven",
     "署名付きチェックポイントがまだなく、何も証明できない"},
    {"{c}: no key of this log signed it", "{0}: このログの鍵の署名ではない"},
    {"no key of this log signed it", "このログの鍵の署名ではない"},
    {"the records around that size were removed since: nothing can be proven of them",
     "その大きさの前後の記録は消されていて、何も証明できない"},
    {"the log does not fit its newest checkpoint: run `sekisho audit verify`",
     "ログが最新のチェックポイントと合わない。`sekisho audit verify` を実行する"},
    {"there is no such record in the log", "そのような記録はログにない"},
    {"no checkpoint covers the record yet; one is written every few seconds",
     "その記録を含むチェックポイントがまだない (数秒ごとに書かれる)"},
    {"a signed checkpoint is needed, not a head", "head ではなく署名付きチェックポイントが必要"},
    {"it is of size {}, the newest of the log of size {}",
     "大きさは {0} で、ログの最新のものは {1}"},
    {"it is neither a checkpoint nor what `sekisho audit head --json` writes",
     "チェックポイントでも `sekisho audit head --json` の出力でもない"},
    {"it is no checkpoint of this size", "この大きさのチェックポイントではない"},
    {"it is no checkpoint", "チェックポイントではない"},
    {"it is older than {}", "{0} より古い"},
    {"it is missing beside {}", "{0} があるのに、これがない"},
    {"it is of another log, {}", "別のログ {0} のもの"},
    {"it publishes what is no key", "鍵ではないものを公開している"},
    {"its signature by the key {} does not fit", "鍵 {0} による署名が合わない"},
    {"its checkpoint is not signed by a key that was given",
     "チェックポイントの署名が、渡された鍵によるものではない"},
    {"not a key of an audit log (its name and 32 bytes in base64)",
     "監査記録の鍵 (名前と base64 の 32 バイト) ではない"},
    {"readable by others (mode must be 0600)", "ほかの人も読める (モードは 0600)"},
    {"'{}' cannot name an audit log: no spaces, no '+', no '{' (audit.origin)",
     "'{0}' は監査記録の名前にならない: 空白、'+'、'{' は使えない (audit.origin)"},
    {"a rotation is under way until {}: the key before signs till then",
     "{0} まで鍵の交代の途中 (それまで前の鍵も署名する)"},
    {"{c}: there is no key", "{0}: 鍵がない"},
    {"{c}: it does not belong to the older keys beside it; bring together what belongs together: "
     "all files of one gateway's keys",
     "{0}: 隣の古い鍵と組になっていない。一つのゲートウェイの鍵のファイルをすべてそろえる"},

    // The index and questions to it.
    {"it took longer than it may", "許された時間を超えた"},
    {"it is of another version", "別の版のもの"},
    {"it is damaged: {r}", "壊れている: {0}"},
    {"its days are of another time zone", "日の区切りが別の時間帯のもの"},
    {"the log is not the one that was indexed", "索引を作ったときのログではない"},
    {"only SELECT over the index's own tables is answered",
     "答えられるのは索引の表への SELECT だけ"},
    {"there is no statement", "文がない"},
    {"one statement at a time", "文は一つずつ"},
    {"only reading is allowed", "できるのは読むことだけ"},
    {"'{}' is no field to group by; there are {}", "'{0}' では集計できない。できるのは {1}"},
    {"--group-by: {w}", "--group-by: {0}"},
    {"{c}: '{}' is none of {}", "{0}: '{1}' は {2} のどれでもない"},
    {"expected clickhouse://user@host:port/database",
     "clickhouse://user@host:port/database の形で書く"},
    {"a password on the command line is seen by everybody: use --password-file",
     "命令行のパスワードは誰からも見える。--password-file を使う"},
    {"its tables are of version {}, this program knows {}: use a newer sekisho",
     "表の版が {0}、このプログラムが知るのは {1}。新しい sekisho を使う"},
    {"no answer", "答えがない"},

    // Sockets that the gateway cannot have.
    {"unix:{}: path too long", "unix:{0}: パスが長すぎる"},
    {"admin: passed socket {}: the admin listener has no passwords; only loopback or a Unix socket",
     "admin: 渡されたソケット {0}: 管理用の待ち受けにパスワードはない。ループバックか Unix "
     "ソケットだけ"},
    {"passed socket: {r}", "渡されたソケット: {0}"},
    {"{c}: not a listening stream socket (ListenStream= of the socket unit)",
     "{0}: 待ち受けているストリームのソケットではない (socket ユニットの ListenStream=)"},
    {"{c}: a second admin socket", "{0}: 二つ目の管理用ソケット"},
    {"{c}: the proxy listens on TCP only", "{0}: プロキシが待ち受けるのは TCP だけ"},
    {"Address already in use", "アドレスが使用中"},
    {"Cannot assign requested address", "このアドレスはこの端末にない"},
};

}  // namespace

std::span<const ProblemForm> audit_forms() {
  return kForms;
}

}  // namespace sekisho::config
