#include "filters/label_words.h"

#include <algorithm>
#include <iterator>
#include <span>

#include "filters/char_set.h"

namespace sekisho::filters {
namespace {

using Words = std::span<const std::string_view>;

// Words that are markings, or that lists of what is sought hold beside them.
constexpr std::string_view kMarkings[] = {"社外秘",       "極秘",       "厳秘",   "部外秘",
                                          "関係者外秘",   "対外秘",     "マル秘", "取扱注意",
                                          "confidential", "restricted", "secret", "top secret",
                                          "機密",         "秘",         "公開"};
constexpr std::string_view kSought[] = {
    "password",   "passwd",   "secret",       "token",          "api_key",     "api key",
    "apikey",     "ssn",      "credit card",  "credit_card",    "private key", "private_key",
    "パスワード", "暗証番号", "マイナンバー", "個人番号",       "口座番号",    "氏名",
    "住所",       "電話番号", "生年月日",     "メールアドレス", "カード番号",  "個人情報"};

// What `words` holds at the beginning of `text`: its size, 0 for none.
std::size_t word_at(std::string_view text, Words words) {
  for (const std::string_view word : words)
    if (text.starts_with(word)) return word.size();
  return 0;
}

bool ends_with_marking(std::string_view text) {
  return std::any_of(std::begin(kMarkings), std::end(kMarkings),
                     [text](std::string_view word) { return text.ends_with(word); });
}

// "(社外秘|極秘|部外秘)" of a pattern: alternatives without a blank, one of them a marking too.
bool is_alternative(const LabelLine& line) {
  const bool left = line.before.ends_with('|'), right = line.after.starts_with('|');
  if (!left && !right) return false;
  const std::string_view before = line.before.substr(0, line.before.size() - (left ? 1 : 0));
  return (right && word_at(line.after.substr(1), kMarkings) > 0) ||
         (left && ends_with_marking(before));
}

// "['社外秘', '氏名', 'password']": words that somebody looks for.
bool is_sought(const LabelLine& line) {
  static constexpr CharSet kQuotes{"\"'"};
  if (line.before.empty() || line.after.empty() || !kQuotes.has(line.after.front()) ||
      line.before.back() != line.after.front())
    return false;
  const std::size_t open = line.before.rfind('['), close = line.after.find(']');
  if (open == line.before.npos || line.before.find(']', open) != line.before.npos) return false;
  const std::string_view inside[] = {line.before.substr(open), line.after.substr(0, close)};
  for (const std::string_view part : inside) {
    for (std::size_t at = 0; at < part.size(); ++at) {
      if (!kQuotes.has(part[at])) continue;
      const std::string_view word = part.substr(at + 1);
      const std::size_t size = std::max(word_at(word, kMarkings), word_at(word, kSought));
      if (size > 0 && size < word.size() && word[size] == part[at]) return true;
    }
  }
  return false;
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  return first == text.npos ? std::string_view() : text.substr(first);
}

// "| 社外秘 | 265 | 32 | 0.522 |": counted, in a row whose other cells are figures.
bool is_counted(const LabelLine& line) {
  static constexpr CharSet kFigures{"0123456789., %|\t"};
  if (line.before.find_first_not_of(" |\t") != line.before.npos) return false;
  const std::string_view after = without_blanks(line.after);
  if (after.empty() || (after.front() != '|' && after.front() != ',')) return false;
  if (!std::all_of(after.begin(), after.end(), [](char c) { return kFigures.has(c); }))
    return false;
  std::size_t cells = 0;
  for (std::size_t at = 0; at + 1 < after.size(); ++at)
    if ((after[at] == '|' || after[at] == ',') &&
        after.substr(at + 1).find_first_of("0123456789") <= 1)
      ++cells;
  return cells >= 2;
}

// "機密情報の区分は、極秘、社外秘、公開の3つである": counted among others.
bool is_enumerated(const LabelLine& line) {
  constexpr std::size_t kReach = 48;  // bytes
  static constexpr std::string_view kJoints[] = {"・", "、", "と", "/"};
  static constexpr std::string_view kCounts[] = {"の2つ",  "の3つ",  "の4つ",  "の5つ", "の二つ",
                                                 "の三つ", "の四つ", "の五つ", "種類",  "段階"};
  const std::string_view after = line.after.substr(0, kReach);
  bool beside = behind_other_markings(after).size() < after.size();
  for (const std::string_view joint : kJoints)
    beside = beside || (line.before.ends_with(joint) && ends_with_marking(line.before.substr(
                                                            0, line.before.size() - joint.size())));
  return beside && std::any_of(std::begin(kCounts), std::end(kCounts),
                               [after](std::string_view c) { return after.find(c) != after.npos; });
}

// "confidential": "社外秘" among the texts of a program: the value says what its key says.
bool is_translation(const LabelLine& line) {
  static constexpr std::string_view kKeys[] = {"\"confidential\"", "\"strictly_confidential\"",
                                               "\"secret\"",       "\"top_secret\"",
                                               "\"topsecret\"",    "\"restricted\"",
                                               "\"internal\"",     "\"internal_use_only\""};
  if (static_cast<unsigned char>(line.word.front()) < 0x80) return false;
  std::string_view before = line.before;
  const auto drop = [&before](CharSet signs) {
    while (!before.empty() && signs.has(before.back())) before.remove_suffix(1);
  };
  static constexpr CharSet kQuoteOrBlank{"\" "}, kColonOrBlank{": "};
  drop(kQuoteOrBlank);
  if (!before.ends_with(':')) return false;
  drop(kColonOrBlank);
  const bool whole = line.after.empty() || line.after.front() == '"' || line.after.front() == ',';
  return whole && std::any_of(std::begin(kKeys), std::end(kKeys),
                              [before](std::string_view key) { return before.ends_with(key); });
}

// "「公開（Public）」 「社外秘（Internal）」 「極秘（Confidential）」": grades told one after the
// other.
bool is_among_quoted(const LabelLine& line) {
  static constexpr std::string_view kBetween[] = {"」 「", "」「", "」、「", "」・「", "」　「"};
  std::size_t borders = 0;
  for (const std::string_view part : {line.before, line.after})
    for (const std::string_view between : kBetween)
      for (std::size_t at = part.find(between); at != part.npos; at = part.find(between, at + 1))
        ++borders;
  return borders >= 2;
}

// "| 機密情報 | - |": asked whether there is any, in a table of properties.
bool is_asked_in_table(const LabelLine& line) {
  static constexpr std::string_view kAnswers[] = {"-", "なし", "無", "有", "あり", "○", "×", "―"};
  if (line.word != "機密" || line.before.find('|') == line.before.npos) return false;
  const std::size_t cell = line.after.find('|');
  if (cell == line.after.npos) return false;
  const std::string_view next = without_blanks(line.after.substr(cell + 1));
  return std::any_of(std::begin(kAnswers), std::end(kAnswers), [next](std::string_view answer) {
    return next.starts_with(answer) && without_blanks(next.substr(answer.size())).starts_with('|');
  });
}

}  // namespace

bool is_one_of_words(const LabelLine& line) {
  return is_alternative(line) || is_sought(line) || is_counted(line) || is_enumerated(line) ||
         is_translation(line) || is_among_quoted(line) || is_asked_in_table(line);
}

std::string_view behind_other_markings(std::string_view after) {
  static constexpr std::string_view kJoints[] = {"・", "、", "と", "/", "や"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view joint : kJoints) {
      if (!after.starts_with(joint)) continue;
      const std::size_t size = word_at(after.substr(joint.size()), kMarkings);
      if (size > 0) after.remove_prefix(joint.size() + size), again = true;
    }
  }
  return after;
}

}  // namespace sekisho::filters
