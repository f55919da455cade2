#include "audit/reports/words.h"

#include <iterator>

namespace sekisho::audit {
namespace {

struct Row {
  Word word;
  const char *ja, *en;
};

constexpr Row kRows[] = {
    {Word::kPeriod, "対象期間", "Period"},
    {Word::kMadeAt, "作成日時", "Made at"},
    {Word::kMadeBy, "作成者", "Made by"},
    {Word::kContents, "目次", "Contents"},
    {Word::kCommand, "この表を作るコマンド", "Command that makes this again"},
    {Word::kEvidence, "この文書の根拠", "What this document rests on"},
    {Word::kEvidenceText,
     "下の欄は、どの記録をどこまで見て作られたかを示します。記録が改ざんされていないことは "
     "sekisho audit verify で、誰でも確かめられます。",
     "This box says which records were looked at, and how far. That the records are unchanged can "
     "be checked by anybody with sekisho audit verify."},
    {Word::kLog, "ログ", "Log"},
    {Word::kRange, "記録の範囲", "Range of records"},
    {Word::kRangeText, "番号 {0} から {1}", "seq {0} to {1}"},
    {Word::kNoRecords, "この期間の記録はありません", "There are no records of this period"},
    {Word::kLookedAt, "調べた記録", "Records looked at"},
    {Word::kCheckpoint, "確かめた最新のチェックポイント", "Newest checkpoint verified"},
    {Word::kCheckpointText, "{0} 件、根 {1}", "{0} records, root {1}"},
    {Word::kNoCheckpoint, "ありません。署名による証明はまだできません",
     "None: nothing is proved by a signature yet"},
    {Word::kUncovered, "チェックポイントより後の記録", "Records after that checkpoint"},
    {Word::kBehind, "索引がまだ読んでいない記録", "Records the index has not read yet"},
    {Word::kGaps, "欠落・損傷・削除", "Gaps, damage, removals"},
    {Word::kNoGaps, "この期間にはありません", "None in this period"},
    {Word::kPolicies, "期間中に有効だったポリシー", "Policies in force in the period"},
    {Word::kScanned, "集計の方法", "How it was counted"},
    {Word::kScannedText, "記録の全件を走査", "By a scan of every record"},
    {Word::kNothing, "該当 0 件 (調べた記録 {0} 件)", "0 of {0} records"},
    {Word::kMoreRows, "…ほか {0} 行。全行は CSV にあります",
     "… {0} more rows. All of them are in the CSV"},
    {Word::kMoreItems, "…ほか {0} 件", "… {0} more"},
    {Word::kOthers, "その他", "others"},
    {Word::kChart, "{0} のグラフ。同じ値が次の表にあります",
     "Chart of: {0}. The table below has the same values"},
    {Word::kBefore, "前の期間 {0}", "period before: {0}"},
    {Word::kNone, "なし", "none"},
    {Word::kYes, "はい", "yes"},
    {Word::kNo, "いいえ", "no"},
    {Word::kToFill, "【要記入】", "[to be filled in]"},
    {Word::kSignMade, "作成", "Made by"},
    {Word::kSignChecked, "確認", "Checked by"},
    {Word::kSignApproved, "承認", "Approved by"},
    {Word::kSignDate, "日付", "Date"},
    {Word::kDiffLeftOut, "(変わらない {0} 行を省略)", "({0} unchanged lines left out)"},
    {Word::kNoDifference, "文面に違いはありません", "The texts do not differ"},
};
static_assert(std::size(kRows) == static_cast<std::size_t>(Word::kCount_));

struct RecordWord {
  std::string_view column, value;
  LocalText text;
};

const std::vector<RecordWord>& record_words() {
  static const std::vector<RecordWord> kWords = {
      {"verdict", "allow", {"許可", "allowed"}},
      {"verdict", "redact", {"伏せ字", "redacted"}},
      {"verdict", "pseudonymise", {"仮名化", "pseudonymised"}},
      {"verdict", "block", {"拒否", "refused"}},
      {"reason", "framing", {"HTTP の形が不正", "malformed HTTP"}},
      {"reason", "identity", {"利用者を確認できない", "user not identified"}},
      {"reason", "host_mismatch", {"宛先名の不一致", "host names differ"}},
      {"reason", "region", {"国・地域", "country or region"}},
      {"reason", "destination", {"許可されていない宛先", "destination not allowed"}},
      {"reason", "terms", {"サービスの条件", "terms of the service"}},
      {"reason", "expired", {"期限切れ", "expired"}},
      {"reason", "address", {"接続先アドレス", "address"}},
      {"reason", "certificate", {"証明書", "certificate"}},
      {"reason", "limit", {"上限超過", "limit exceeded"}},
      {"reason", "uninspected", {"検査できない内容", "could not be inspected"}},
      {"reason", "data", {"機密情報", "confidential data"}},
      {"reason", "journal", {"記録できない", "could not be recorded"}},
      {"reason", "origin", {"接続先の不調", "origin failed"}},
      {"coverage", "inspected", {"全部検査", "inspected"}},
      {"coverage", "partly", {"一部検査", "partly inspected"}},
      {"coverage", "uninspected", {"検査なし", "not inspected"}},
      {"coverage", "spliced", {"開かず中継", "passed unopened"}},
      {"coverage", "no_body", {"本文なし", "no body"}},
      {"tls", "bump", {"開いて検査", "opened"}},
      {"tls", "splice", {"開かず中継", "passed unopened"}},
      {"tls", "terminate", {"拒否のために終端", "ended to refuse"}},
      {"action", "allow", {"許可", "allow"}},
      {"action", "redact", {"伏せ字", "redact"}},
      {"action", "pseudonymise", {"仮名化", "pseudonymise"}},
      {"action", "block", {"拒否", "refuse"}},
      {"mode", "enforce", {"実施", "enforced"}},
      {"mode", "observe", {"記録のみ", "observed only"}},
      {"trains_on_inputs", "yes", {"使う", "yes"}},
      {"trains_on_inputs", "no", {"使わない", "no"}},
      {"trains_on_inputs", "opt_out", {"止めなければ使う", "unless switched off"}},
      {"trains_on_inputs", "opt_in", {"申し出たときだけ使う", "only if asked to"}},
      {"dpa", "yes", {"あり", "yes"}},
      {"dpa", "no", {"なし", "no"}},
      {"kind", "admin", {"運用の操作", "operation"}},
      {"kind", "boot", {"起動", "boot"}},
      {"kind", "stop", {"正常終了", "clean end"}},
      {"kind", "segment", {"セグメントの始まり", "segment begins"}},
      {"kind", "checkpoint", {"チェックポイント", "checkpoint"}},
      {"kind", "recovered", {"切れた末尾の除去", "torn end was cut"}},
      {"kind", "damage", {"損傷", "damage"}},
      {"kind", "gap", {"記録できない時間", "time without recording"}},
      {"what", "access", {"閲覧", "log was read"}},
      {"what", "ca", {"CA の交代", "another CA"}},
      {"what", "clock_step", {"時計の変更", "clock was set"}},
      {"what", "drain", {"終了の準備", "draining"}},
      {"what", "evidence_open", {"写しの開封", "sealed copy opened"}},
      {"what", "evidence_request", {"開封の申請", "opening asked for"}},
      {"what", "forget_values", {"検出値の鍵の消去", "keys of values erased"}},
      {"what", "forget_values_asked", {"鍵の消去の申請", "erasure asked for"}},
      {"what", "hold_add", {"保全の開始", "legal hold"}},
      {"what", "hold_release", {"保全の解除", "hold released"}},
      {"what", "hold_release_asked", {"保全解除の申請", "release asked for"}},
      {"what", "keeping", {"保存の設定の変更", "settings of keeping"}},
      {"what", "key", {"署名の鍵", "signing key"}},
      {"what", "maintain", {"ログの手入れ", "maintenance"}},
      {"what", "mark", {"判定への印", "mark"}},
      {"what", "no_space", {"空き容量なし", "disk full"}},
      {"what", "pruned", {"期間を過ぎた記録の削除", "removed after its time"}},
      {"what", "reload", {"ポリシーの再読み込み", "policy reloaded"}},
      {"what", "reload_failed", {"再読み込みの失敗", "reload failed"}},
      {"what", "restart_needed", {"再起動が必要な変更", "restart needed"}},
      {"what", "sealed_recipients", {"写しを封印する相手", "whom copies are sealed for"}},
      {"what", "sealed_removed", {"期間を過ぎた写しの削除", "sealed copies removed"}},
      {"what", "sink_begins_again", {"写しの送り直し", "sink begins again"}},
      {"what", "sink_rejected", {"送り先の拒否", "sink rejected"}},
      {"what", "sink_set_aside", {"送れない記録の退避", "sink set records aside"}},
      {"what", "start", {"ポリシーの開始", "started"}},
      {"what", "stop", {"停止", "stopped"}},
      {"what", "witness", {"チェックポイントの送り先", "witness"}},
      {"doer", "operator", {"起動した人", "who started it"}},
      {"doer", "signal", {"シグナル", "a signal"}},
      {"doer", "admin", {"管理用アドレス", "the admin listener"}},
  };
  return kWords;
}

// The rows stand in the order of the ids; a test holds that.
const Row& row_of(Word word) {
  return kRows[static_cast<std::size_t>(word)];
}

}  // namespace

const LocalText& words(Word word) {
  static const std::vector<LocalText> kTexts = [] {
    std::vector<LocalText> out;
    for (const Row& row : kRows) out.push_back({row.ja, row.en});
    return out;
  }();
  static const LocalText kNothing;
  return row_of(word).word == word ? kTexts[static_cast<std::size_t>(word)] : kNothing;
}

std::string say(Word word, Language language, std::initializer_list<std::string_view> values) {
  const std::string& form = words(word).in(language);
  std::string out;
  for (std::size_t at = 0; at < form.size(); ++at) {
    const bool place = form[at] == '{' && at + 2 < form.size() && form[at + 2] == '}';
    const auto index = place ? static_cast<std::size_t>(form[at + 1] - '0') : values.size();
    if (!place || index >= values.size()) {
      out += form[at];
      continue;
    }
    out += values.begin()[index];
    at += 2;
  }
  return out;
}

LocalText say(Word word, std::initializer_list<std::string_view> values) {
  return {say(word, Language::kJapanese, values), say(word, Language::kEnglish, values)};
}

const LocalText* word_of_record(std::string_view column, std::string_view value) {
  if (column == "would") column = "verdict";
  for (const RecordWord& w : record_words())
    if (w.column == column && w.value == value) return &w.text;
  return nullptr;
}

}  // namespace sekisho::audit
