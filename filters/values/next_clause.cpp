#include "filters/values/next_clause.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/values/assignment.h"
#include "filters/values/generic_secret.h"
#include "filters/values/password.h"
#include "filters/values/random_value.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 180;  // bytes: 60 characters of Japanese
constexpr std::size_t kLongestValue = 200;

template <std::size_t N>
bool has_any(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

template <std::size_t N>
bool begins_with_any(std::string_view text, const std::string_view (&words)[N]) {
  return std::any_of(std::begin(words), std::end(words),
                     [text](std::string_view word) { return text.starts_with(word); });
}

// What else a value may be called in its own clause.
constexpr std::string_view kOtherThings[] = {
    "コミット",     "ハッシュ", "チェックサム", "ダイジェスト", "リビジョン",   "バージョン",
    "ブランチ",     "タグ",     "ファイル",     "フォルダ",     "ディレクトリ", "ホスト",
    "サーバ",       "ユーザ",   "アカウント",   "メール",       "端末",         "機種",
    "型番",         "品番",     "モデル",       "製品",         "商品",         "シリアル",
    "番号",         "識別子",   "検索",         "件名",         "名前",         "という名",
    "招待",         "クーポン", "関数",         "クラス",       "メソッド",     "テーブル",
    "カラム",       "チャンネ", "リポジトリ",   "パッケージ",   "イメージ",     "ドメイン",
    "プロジェクト", "公開鍵",   "ＩＤ",         "ＵＲＬ",       "ID",           "URL",
    "UUID",         "SHA",      "commit",       "branch",       "hash",         "http"};
// A label of its own, whose value it would be.
constexpr std::string_view kLabels[] = {"パスワード",   "パスフレーズ", "トークン",
                                        "シークレット", "キー",         "鍵"};

constexpr std::string_view kParticles[] = {"を", "が", "は", "に", "の", "も",
                                           "へ", "と", "で", "→",  "⇒"};

struct Stated {
  Range value;
  bool quoted = false;
  bool direct = false;  // straight behind the particle
};

bool is_graphic(char c) {
  return c > ' ' && c < 0x7F;
}

// The run of ASCII at `pos`, without the marks that end a sentence.
Range run_at(std::string_view text, std::size_t pos) {
  static constexpr CharSet kEnds{".,;:)]}\"'`"};
  std::size_t end = pos;
  while (end < text.size() && end - pos <= kLongestValue && is_graphic(text[end])) ++end;
  if (end - pos > kLongestValue) return {pos, pos};
  while (end > pos && kEnds.has(text[end - 1])) --end;
  return {pos, end};
}

bool is_word(std::string_view run) {
  return std::all_of(run.begin(), run.end(),
                     [](char c) { return is_letter(static_cast<unsigned char>(c)); });
}

// What is quoted at `pos`; nothing where no quotation mark opens.
std::optional<Range> quoted_at(std::string_view text, std::size_t pos) {
  static constexpr std::string_view kOpen[] = {"\"", "'", "`", "「", "『", "“"};
  if (!begins_with_any(text.substr(pos, 3), kOpen)) return std::nullopt;
  bool quoted = false;
  const Range value = read_value(text, pos, quoted);
  return quoted ? std::optional<Range>(value) : std::nullopt;
}

// "（本番）" behind a label.
std::size_t skip_remark(std::string_view text, std::size_t pos) {
  constexpr std::size_t kLongestRemark = 54;  // bytes
  if (text.substr(pos, 3) != "（") return pos;
  const std::string_view rest = text.substr(pos, kLongestRemark);
  const std::size_t close = rest.find("）");
  return close < rest.find('\n') ? pos + close + 3 : pos;
}

// The first thing behind a label on its line that is no Japanese and no word; nothing when it is
// called something else.
std::optional<Stated> next_stated(std::string_view text, std::size_t label_end) {
  constexpr std::size_t kShortest = 8;
  const std::size_t limit = std::min(text.size(), label_end + kReach);
  if (!begins_with_any(text.substr(label_end, 3), kParticles)) return std::nullopt;
  std::size_t clause = label_end, pos = label_end;
  std::optional<Stated> found;
  while (pos < limit && text[pos] != '\n' && text[pos] != '\r' && !found) {
    const std::string_view rest = text.substr(pos, 24);
    if (begins_with_any(rest, kLabels)) return std::nullopt;
    if (rest.starts_with("。")) clause = pos;
    if (const auto quoted = quoted_at(text, pos)) {
      const std::string_view inside = text.substr(quoted->begin, quoted->size());
      const bool ascii = std::all_of(inside.begin(), inside.end(), is_graphic);
      if (ascii && inside.size() >= kShortest && !is_word(inside))
        found = Stated{*quoted, true, pos == label_end + 3};
      pos = quoted->end;
      // The closing mark, of one byte or three.
      if (pos < text.size()) pos += static_cast<unsigned char>(text[pos]) < 0x80 ? 1 : 3;
    } else if (is_graphic(text[pos])) {
      const Range run = run_at(text, pos);
      const std::string_view written = text.substr(run.begin, run.size());
      if (written.size() >= kShortest && !is_word(written)) found = Stated{run};
      pos = std::max(run.end, pos + 1);
    } else {
      ++pos;
    }
  }
  if (!found) return std::nullopt;
  const std::string_view before = text.substr(clause, found->value.begin - clause);
  return has_any(before, kOtherThings) ? std::nullopt : found;
}

// What is done with a secret and with nothing else, behind the value.
bool is_told(std::string_view after) {
  static constexpr std::string_view kDone[] = {
      "と直書き", "を直書き",   "が直書き",    "とハードコード", "をハードコード", "がハードコード",
      "とベタ書", "をベタ書",   "がベタ書",    "と平文",         "を平文",         "が平文",
      "と書",     "を入力",     "と入力",      "のまま",         "を無効",         "を失効",
      "を破棄",   "を再発行",   "を取り消",    "を貼",           "が漏",           "を漏",
      "が流出",   "をローテー", "を変更したい"};
  if (after.starts_with(' ')) after.remove_prefix(1);
  return begins_with_any(after, kDone);
}

struct Behind {
  bool told = false;   // what is done with secrets
  bool other = false;  // the name of something else
};

Behind behind(std::string_view text, const Stated& stated) {
  std::size_t pos = stated.value.end;
  if (stated.quoted && pos < text.size())
    pos += static_cast<unsigned char>(text[pos]) < 0x80 ? 1 : 3;
  const std::string_view after = text.substr(std::min(pos, text.size()), 36);
  const std::string_view clause = after.substr(0, std::min(after.find("。"), after.find('\n')));
  return {is_told(after), has_any(clause, kOtherThings)};
}

bool is_marked(std::string_view value) {
  return first_of<"!#$%^&*?~@">(value) != std::string_view::npos;
}

// Twelve characters and more that chance made: cases and digits mixed (a mark does where it is
// `told` as a secret), no words, no joints as names of products, versions and identifiers have
// them.
bool is_short_random(std::string_view value, bool told) {
  constexpr std::size_t kShortest = 12;
  if (value.size() < kShortest || first_of<"-._/:=,;@\\|<>(){}[]">(value) != value.npos)
    return false;
  std::size_t lower = 0, upper = 0, digits = 0;
  for (const char ch : value) {
    const auto c = static_cast<unsigned char>(ch);
    lower += is_lower(c);
    upper += is_upper(c);
    digits += is_digit(c);
  }
  return lower >= 2 && upper >= 2 && (digits >= 1 || (told && is_marked(value))) &&
         word_likeness(value, 2) < 0.40 && shannon_entropy(value) >= 3.2;
}

bool is_password(std::string_view value, const Stated& stated, bool told) {
  constexpr std::size_t kLongestPassword = 64;
  if (value.size() > kLongestPassword || judge_password(value, stated.quoted, true) < 0.60)
    return false;
  if (is_short_random(value, told)) return true;
  if (!stated.quoted) return false;
  if (stated.direct && told) return true;
  const bool stands = password_stands_alone(value);
  return told ? is_marked(value) || stands : is_marked(value) && stands;
}

}  // namespace

void find_password_in_next_clause(const DetectorRow& row, std::string_view text, std::size_t end,
                                  Findings& out) {
  const auto stated = next_stated(text, end);
  if (!stated) return;
  const Behind after = behind(text, *stated);
  const std::string_view value = text.substr(stated->value.begin, stated->value.size());
  if (!after.other && is_password(value, *stated, after.told))
    out.push_back(make_finding(row, 0.70, stated->value, std::string(value),
                               "form of the value in the clause behind its name"));
}

void find_secret_in_next_clause(const DetectorRow& row, std::string_view text, Range gate,
                                Findings& out) {
  constexpr std::size_t kParticle = 3;
  const Range word{gate.begin, gate.end - kParticle};
  const auto stated = next_stated(text, skip_remark(text, word.end));
  if (!stated || !is_named_secret_ja(text, word)) return;
  const Behind after = behind(text, *stated);
  const std::string_view value = text.substr(stated->value.begin, stated->value.size());
  static constexpr CharSet kToken = kAsciiWord | CharSet("-+/.~");
  const std::string_view body = value.substr(0, value.find_last_not_of('=') + 1);
  const bool token = std::all_of(body.begin(), body.end(), [](char c) { return kToken.has(c); });
  // A commit, a digest: hexadecimal needs to be told as a secret.
  if (after.other || !token || (is_hex(value) && !after.told) || !is_secret_value(value)) return;
  out.push_back(make_finding(row, row.confidence.shape, stated->value, std::string(value),
                             "random value in the clause behind the name of a secret"));
}

}  // namespace sekisho::filters
