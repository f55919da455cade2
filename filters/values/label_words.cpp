#include "filters/values/label_words.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/beginnings.h"
#include "filters/width_fold.h"
#include "filters/word_border.h"

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
  const std::size_t open = last_of(line.before, '['), close = line.after.find(']');
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
  const std::size_t first = first_not_of<" \t\r">(text);
  return first == text.npos ? std::string_view() : text.substr(first);
}

// "| 社外秘 | 265 | 32 | 0.522 |": counted, in a row whose other cells are figures.
bool is_counted(const LabelLine& line) {
  static constexpr CharSet kFigures{"0123456789., %|\t"};
  if (first_not_of<" |\t">(line.before) != line.before.npos) return false;
  const std::string_view after = without_blanks(line.after);
  if (after.empty() || (after.front() != '|' && after.front() != ',')) return false;
  if (!std::all_of(after.begin(), after.end(), [](char c) { return kFigures.has(c); }))
    return false;
  std::size_t cells = 0;
  for (std::size_t at = 0; at + 1 < after.size(); ++at)
    if ((after[at] == '|' || after[at] == ',') && first_of<"0123456789">(after.substr(at + 1)) <= 1)
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

// Grades of secrecy, those first that ask for none; the longer ones before those they begin with.
constexpr std::string_view kOpenGrades[] = {"一般", "公開", "通常"};
constexpr std::string_view kGrades[] = {
    "関係者外秘", "関係者限り", "社内限定", "社内限り", "極秘", "厳秘", "機密", "社外秘",
    "部外秘",     "対外秘",     "社内秘",   "非公開",   "限定", "内部", "社内", "秘"};

struct GradeRow {
  int grades = 0, open = 0;
  void add(bool is_open) {
    ++grades;
    open += is_open ? 1 : 0;
  }
};

// Over "・極秘・一般" at the beginning of `after`.
void count_behind(std::string_view after, Words joints, GradeRow& row) {
  for (std::size_t joint = 0; (joint = word_at(after, joints)) > 0;) {
    after.remove_prefix(joint);
    const std::size_t open = word_at(after, kOpenGrades);
    const std::size_t size = open > 0 ? open : word_at(after, kGrades);
    if (size == 0) return;
    row.add(open > 0);
    after.remove_prefix(size);
  }
}

// The same of "極秘・一般・" at the end of `before`.
void count_before(std::string_view before, Words joints, GradeRow& row) {
  const auto drop = [&before](Words words) {
    for (const std::string_view word : words)
      if (before.ends_with(word)) {
        before.remove_suffix(word.size());
        return true;
      }
    return false;
  };
  while (drop(joints)) {
    const bool open = drop(kOpenGrades);
    if (!open && !drop(kGrades)) return;
    row.add(open);
  }
}

// "機密・社外秘・一般", "区分: 極秘、秘、社外秘": grades told one after the other, three of them or
// one that asks for nothing. "社外秘・取扱注意" marks a document twice.
bool is_row_of_grades(const LabelLine& line) {
  static constexpr std::string_view kJoints[] = {"・", "、", "/", "／", "と", ", ", "｜", "|"};
  GradeRow row;
  row.add(false);
  count_behind(line.after, kJoints, row);
  count_before(line.before, kJoints, row);
  return row.grades >= 3 || (row.grades == 2 && row.open > 0);
}

// "confidential": "社外秘" among the texts of a program: the value says what its key says.
bool is_translation(const LabelLine& line) {
  static constexpr std::string_view kKeys[] = {"\"confidential\"", "\"strictly_confidential\"",
                                               "\"secret\"",       "\"top_secret\"",
                                               "\"topsecret\"",    "\"restricted\"",
                                               "\"internal\"",     "\"internal_use_only\""};
  if (static_cast<unsigned char>(line.word.front()) < 0x80) return false;
  std::string_view before = line.before;
  const auto drop = [&before](const CharSet& signs) {
    while (!before.empty() && signs.has(before.back())) before.remove_suffix(1);
  };
  static constexpr CharSet kQuoteOrBlank{"\" "}, kColonOrBlank{": "};
  drop(kQuoteOrBlank);
  if (!before.ends_with(':')) return false;
  drop(kColonOrBlank);
  static constexpr std::string_view kBareKeys[] = {"confidential", "secret", "restricted"};
  const bool quoted = line.before.ends_with('"') && line.after.starts_with('"');
  if (quoted && std::any_of(std::begin(kBareKeys), std::end(kBareKeys),
                            [before](std::string_view key) { return before.ends_with(key); }))
    return true;
  const bool whole = line.after.empty() || line.after.front() == '"' || line.after.front() == ',';
  return whole && std::any_of(std::begin(kKeys), std::end(kKeys),
                              [before](std::string_view key) { return before.ends_with(key); });
}

// "「公開（Public）」 「社外秘（Internal）」 「極秘（Confidential）」": grades told one after the
// other.
bool is_among_quoted(const LabelLine& line) {
  static constexpr std::string_view kBetween[] = {"」 「", "」「", "」、「", "」・「", "」　「"};
  std::size_t borders = 0;
  // The last byte of what each of them begins with: none in most lines.
  const auto may_hold = [](std::string_view part) { return part.find('\x8D') != part.npos; };
  for (const std::string_view part : {line.before, line.after})
    for (const std::string_view between : kBetween)
      for (std::size_t at = may_hold(part) ? part.find(between) : part.npos; at != part.npos;
           at = part.find(between, at + 1))
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

// "{ PUBLIC, INTERNAL, CONFIDENTIAL }", <option>社外秘</option>: grades to choose from.
bool is_choice(const LabelLine& line) {
  static constexpr std::string_view kBefore[] = {"public, ", "internal, ", "confidential, ",
                                                 "restricted, ", "secret, "};
  static constexpr std::string_view kAfter[] = {", public", ", internal", ", confidential",
                                                ", restricted", ", secret"};
  if (line.before.ends_with('>') && line.before.find("<option") != line.before.npos) return true;
  if (static_cast<unsigned char>(line.word.front()) >= 0x80) return false;
  // "PARALLEL { UNSAFE | RESTRICTED | SAFE }" of a grammar.
  const std::size_t open = last_of(line.before, '{');
  if (open != line.before.npos && line.before.find('}', open) == line.before.npos &&
      line.after.find('}') != line.after.npos &&
      (line.before.ends_with("| ") || line.after.starts_with(" |")))
    return true;
  return std::any_of(std::begin(kBefore), std::end(kBefore),
                     [&](std::string_view w) { return line.before.ends_with(w); }) ||
         std::any_of(std::begin(kAfter), std::end(kAfter),
                     [&](std::string_view w) { return line.after.starts_with(w); });
}

// doc.label === "社外秘", case "極秘":, WHERE level = '極秘': compared by a program.
bool is_compared(const LabelLine& line) {
  static constexpr std::string_view kBefore[] = {
      "==", "!=", "case", ".equals(", ".includes(", ".contains(", "startswith("};
  static constexpr CharSet kQuotes{"\"'"};
  if (line.before.size() < 2 || line.after.empty() || !kQuotes.has(line.before.back()) ||
      line.after.front() != line.before.back())
    return false;
  std::string_view before = line.before.substr(0, line.before.size() - 1);
  while (!before.empty() && before.back() == ' ') before.remove_suffix(1);
  if (before.ends_with('=') && before.find("where ") != before.npos) return true;
  return std::any_of(std::begin(kBefore), std::end(kBefore),
                     [before](std::string_view w) { return before.ends_with(w); });
}

// "「社外秘」の文書は、施錠できる書庫に保管する": every such document.
bool is_every_such(const LabelLine& line) {
  static constexpr std::string_view kEvery[] = {"」の文書は", "」の資料は",   "」の情報は",
                                                "」の書類は", "」の文書には", "」の資料には"};
  return (line.said_before & kPointsHere) == 0 && starts_with_any(line.after, kEvery);
}

// Of the lines around a marking.
constexpr std::size_t kFarthestLine = 400;  // bytes
constexpr int kMostLines = 6;

// What stands before the words of a line: its signs, with 0 for a number. Empty: a word begins it.
std::string lead_of(std::string_view line) {
  constexpr std::size_t kLongest = 24;
  static constexpr CharSet kSigns{" \t-*+#.|()>"};
  std::string lead;
  for (const char c : line.substr(0, kLongest)) {
    const bool digit = kAsciiDigits.has(c);
    if (!digit && !kSigns.has(c)) break;
    const char sign = digit ? '0' : c == '\t' ? ' ' : c;
    if (lead.empty() || lead.back() != sign) lead += sign;
  }
  return lead;
}

std::size_t lead_size(std::string_view line) {
  static constexpr CharSet kSigns = kAsciiDigits | CharSet(" \t-*+#.|()>");
  std::size_t at = 0;
  while (at < line.size() && kSigns.has(line[at])) ++at;
  return at;
}

// Whether `line` begins as `lead` does, and goes on with another grade than `word`.
bool is_other_grade(std::string_view line, std::string_view lead, std::string_view word) {
  static constexpr std::string_view kGrades[] = {
      "社外秘", "極秘",         "厳秘",       "部外秘",       "公開",       "秘 ",
      "秘|",    "Public",       "Internal",   "Confidential", "Restricted", "Secret",
      "PUBLIC", "CONFIDENTIAL", "RESTRICTED", "INTERNAL",     "Top Secret", "TOP SECRET"};
  if (lead_of(line) != lead) return false;
  const std::string_view rest = line.substr(lead_size(line));
  return std::any_of(std::begin(kGrades), std::end(kGrades), [&](std::string_view grade) {
    return rest.starts_with(grade) && !word.starts_with(grade);
  });
}

}  // namespace

bool is_defined_here(std::string_view text, Range word) {
  const std::string_view written = text.substr(word.begin, word.size());
  const std::string_view below = text.substr(word.end, kFarthestLine);
  for (const std::string_view what : {"とは", "文書とは", "情報とは"})
    if (below.find(std::string(written) + std::string(what)) != below.npos) return true;
  const std::size_t from = word.begin - std::min(word.begin, kFarthestLine);
  std::string_view above = text.substr(from, word.begin - from);
  const std::size_t cut = last_of(above, '\n');
  const std::string_view before = cut == above.npos ? above : above.substr(cut + 1);
  const std::string lead = lead_of(before);
  // Nothing but signs before it, and no plain beginning of a line.
  if (lead_size(before) != before.size() || lead.find_first_not_of(' ') == lead.npos) return false;
  above = cut == above.npos ? std::string_view() : above.substr(0, cut);
  for (int i = 0; i < kMostLines && !above.empty(); ++i) {
    const std::size_t end = last_of(above, '\n');
    const std::size_t begin = end == above.npos ? 0 : end + 1;
    if (is_other_grade(above.substr(begin), lead, written)) return true;
    above = above.substr(0, end == above.npos ? 0 : end);
  }
  std::size_t line = below.find('\n');
  for (int i = 0; i < kMostLines && line != below.npos; ++i) {
    const std::string_view rest = below.substr(line + 1);
    if (is_other_grade(rest.substr(0, rest.find('\n')), lead, written)) return true;
    line = below.find('\n', line + 1);
  }
  return false;
}

bool is_one_of_words(const LabelLine& line) {
  return is_alternative(line) || is_sought(line) || is_counted(line) || is_enumerated(line) ||
         is_translation(line) || is_among_quoted(line) || is_choice(line) || is_compared(line) ||
         is_asked_in_table(line) || is_every_such(line) || is_row_of_grades(line);
}

// "「社外秘」と「極秘」の違い": one word in quotation marks beside another.
bool is_one_of_quoted(const LabelLine& line) {
  static constexpr std::string_view kOpens[] = {"「", "『"}, kCloses[] = {"」", "』"};
  static constexpr std::string_view kBetween[] = {"」と「", "」、「", "」・「", "」「",
                                                  "』と『", "』、『", "』・『", "』『"};
  return (ends_with_any(line.before, kOpens) && starts_with_any(line.after, kBetween)) ||
         (ends_with_any(line.before, kBetween) && starts_with_any(line.after, kCloses));
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

// "Strictly confidential", "TLP:AMBER+STRICT": the words that say how much belong to the marking.
Range with_degree(std::string_view text, Range label) {
  static constexpr std::string_view kBefore[] = {"strictly ", "highly ",      "company ",
                                                 "most ",     "private and ", "private & "};
  static constexpr std::string_view kAfter[] = {"+strict"};
  constexpr std::size_t kLongest = 12;
  // Cheap: a blank, wide ones too, ends what may stand before; a plus begins what may follow.
  const char last = label.begin > 0 ? text[label.begin - 1] : '\0';
  const char next = label.end < text.size() ? text[label.end] : '\0';
  if (last != ' ' && last != '\x80' && next != '+' && next != '\xEF') return label;
  const std::size_t from = label.begin - std::min(label.begin, kLongest);
  const std::string before = folded_lower(text.substr(from, label.begin - from));
  const std::string after = folded_lower(text.substr(label.end, kLongest));
  for (const std::string_view word : kBefore) {
    const std::size_t begin = label.begin - std::min(label.begin, word.size());
    if (!std::string_view(before).ends_with(word) || inside_word(text, begin)) continue;
    label.begin = begin;
    break;
  }
  for (const std::string_view word : kAfter)
    if (std::string_view(after).starts_with(word)) label.end += word.size();
  return label;
}

bool is_one_of_grades(const LabelLine& line) {
  // "データ分類（極秘・社内・公開等）".
  constexpr std::string_view kDot = "・";
  if (line.after.starts_with(kDot)) {
    const std::string_view rest = line.after.substr(0, line.after.find(')'));
    if (rest.find("公開") != rest.npos && (rest.ends_with("等") || rest.ends_with("など")))
      return true;
  }
  return line.word.starts_with("tlp:") && (line.after.find("tlp:") != line.after.npos ||
                                           line.before.find("tlp:") != line.before.npos);
}

bool is_forbidden(std::string_view after) {
  static constexpr std::string_view kSuch[] = {"資料を", "文書を", "情報を", "書類を", "の資料を"};
  if (std::none_of(std::begin(kSuch), std::end(kSuch),
                   [after](std::string_view such) { return after.starts_with(such); }))
    return false;
  const std::string_view rest = after.substr(0, after.find("。"));
  return rest.ends_with("ない") || rest.ends_with("しないこと") || rest.ends_with("禁止");
}

}  // namespace sekisho::filters
