#include "audit/verify_words.h"

#include <optional>
#include <string_view>
#include <vector>

namespace sekisho::audit {
namespace {

// "{}" stands for any text, in the order of the English; "{1}" of the Japanese names them.
struct Said {
  std::string_view en, ja;
};

constexpr Said kSaid[] = {
    {"the line is no record", "記録ではない行です"},
    {"it is missing: the record in its place says it is {}",
     "欠けています: その場所の記録の番号は {1} です"},
    {"the record in its place says it is {}: repeated, inserted or moved",
     "その場所の記録の番号は {1} です: 重複、挿入または移動"},
    {"it does not match the prev that record {} holds: one of the two was changed or put in after "
     "it was written",
     "記録 {1} の prev と合いません: どちらかが後から書き換えられたか差し込まれました"},
    {"it does not follow the records that were removed before it",
     "その前に削除された記録の続きではありません"},
    {"the last line of {} is not whole", "{1} の最後の行が途中で切れています"},
    {"{} records are missing in front of {}", "{2} の前の {1} 件が欠けています"},
    {"{} begins with a number that {} holds already", "{1} の最初の番号は {2} にもうあります"},
    {"TRUNCATED: {} records, {} says {}",
     "末尾が切り取られています (TRUNCATED): {1} 件。{2} では {3} 件"},
    {"the checkpoint says another root at size {}: something from record {} on was changed and the "
     "rest computed anew, or the checkpoint is not of this log",
     "チェックポイントの {1} 件での根が違います: 記録 {2} "
     "以降が変えられて計算し直されたか、このログのものではありません"},
    {"{}, which was kept elsewhere, says another root at size {}: something from record {} on was "
     "changed and the rest computed anew, or the checkpoint is not of this log",
     "別に保管された {1} では {2} 件での根が違います: 記録 {3} "
     "以降が変えられて計算し直されたか、このログのものではありません"},
    {"{}, which was kept elsewhere, is of another log of the same size: {} records were stated "
     "twice, with two roots",
     "別に保管された {1} は、同じ大きさの別のログのものです: {2} "
     "件が、二つの根で二度述べられています"},
    {"the checkpoint that it tells of is of another place",
     "記録が述べるチェックポイントの位置が違います"},
    {"the root that it states is not that of the records in front of it",
     "記録が述べる根が、その前の記録の根と違います"},
    {"its records tell of checkpoints, but there is none in checkpoints/",
     "記録はチェックポイントを述べていますが、checkpoints/ に一つもありません"},
    {"no checkpoint is signed by a key that was given",
     "渡された鍵で署名されたチェックポイントがありません"},
    {"its text does not have the digest that it is named after",
     "本文が、名前のダイジェストと違います"},
    {"it is of another log, {}", "別のログ ({1}) のものです"},
    {"the tombstone of {}: {}", "{1} の墓標: {2}"},
    {"its signature by the key {} does not fit", "鍵 {1} の署名が合いません"},
    {"it is not signed by the key that was in force ({})",
     "その時に有効な鍵 ({1}) の署名がありません"},
    {"it is signed by the key {}, for which no key that was given vouches",
     "鍵 {1} の署名ですが、渡された鍵のどれも保証していません"},
    {"no key of this log signed it", "このログの鍵の署名がありません"},
    {"it publishes what is no key", "公開されたものが鍵ではありません"},
    {"it publishes the key {}, for which the key before it did not vouch",
     "公開された鍵 {1} を、その前の鍵が保証していません"},
    {"it is older than {}", "{1} より古いものです"},
    {"it is missing beside {}", "{1} があるのに、ありません"},
    {"it is no checkpoint of this size", "この件数のチェックポイントではありません"},
    {"it is no checkpoint", "チェックポイントではありません"},
    {"the index does not say what the log says ({}): answers from it are wrong. sekisho audit "
     "reindex builds it anew",
     "索引がログと違います ({1})。そこからの答えは誤りです。sekisho audit reindex で作り直せます"},
    {"the line is longer than any record", "どの記録よりも長い行です"},
    {"the first record does not begin a log", "最初の記録がログの始まりではありません"},
    // notes
    {"{}: the last line is not whole (a gateway is writing, or was killed)",
     "{1}: 最後の行が途中です (書き込みの最中か、異常終了)"},
    {"records {} were removed ({}; approved by {}); a signed tombstone stands for them",
     "記録 {1} は削除されました ({2}、承認 {3})。署名された墓標が代わりに残っています"},
    {"record {} tells of a torn end that was cut",
     "記録 {1}: 異常終了で切れた末尾が取り除かれました"},
    {"record {} tells of a damage found at start", "記録 {1}: 起動時に損傷が見つかりました"},
    {"record {} tells of a time in which nothing could be written",
     "記録 {1}: 書けない時間がありました"},
    {"record {}: the clock was set back, from {} to {}",
     "記録 {1}: 時計が {2} から {3} に戻されました"},
    {"{}: the records around its size were removed since; the log could not be held to it",
     "{1}: その件数の前後の記録は削除されたので、照合できませんでした"},
    {"{}: {} records from {} on were written but never confirmed; nothing was sent on their word",
     "{1}: 記録 {3} からの {2} 件は書かれましたが確定せず、それを根拠に送信されたものはありません"},
    {"{} does not belong to the log and was not looked at",
     "{1} はログのものではなく、見ていません"},
    {"the text of {}, which record {} put in force, is not in policies/",
     "記録 {2} で有効になった {1} の本文が policies/ にありません"},
    {"the index says what the log says, of {} records", "索引はログと一致します ({1} 件)"},
    {"there is no index; the next question builds it from the log",
     "索引はありません。次の問いがログから作ります"},
};

// The texts that stand for "{}", nothing if it is another sentence.
std::optional<std::vector<std::string_view>> matched(std::string_view form, std::string_view said) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t place = form.find("{}");
    if (place == form.npos) {
      if (said != form) return std::nullopt;
      return parts;
    }
    if (!said.starts_with(form.substr(0, place))) return std::nullopt;
    said.remove_prefix(place);
    form.remove_prefix(place + 2);
    const std::string_view next = form.substr(0, form.find("{}"));
    const std::size_t end = next.empty() || next.size() == form.size()
                                ? (said.ends_with(next) ? said.size() - next.size() : said.npos)
                                : said.find(next);
    if (end == said.npos) return std::nullopt;
    parts.push_back(said.substr(0, end));
    said.remove_prefix(end);
  }
}

}  // namespace

std::string verified_in_japanese(const std::string& said) {
  for (const Said& known : kSaid) {
    const auto parts = matched(known.en, said);
    if (!parts) continue;
    std::string out;
    for (std::size_t i = 0; i < known.ja.size(); ++i) {
      const std::size_t n = static_cast<std::size_t>(
          known.ja[i] == '{' && i + 2 < known.ja.size() && known.ja[i + 2] == '}'
              ? known.ja[i + 1] - '0'
              : 0);
      if (n < 1 || n > parts->size()) {
        out += known.ja[i];
        continue;
      }
      out += verified_in_japanese(std::string((*parts)[n - 1]));
      i += 2;
    }
    return out;
  }
  return said;
}

}  // namespace sekisho::audit
