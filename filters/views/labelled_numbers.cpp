#include "filters/views/labelled_numbers.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/iban.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/validators.h"
#include "filters/views/character_forms.h"
#include "filters/views/html_text.h"
#include "filters/views/line_heads.h"
#include "filters/views/line_pieces.h"
#include "filters/views/number_shapes.h"
#include "filters/views/pieces.h"
#include "filters/views/siblings.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 160, kLongestLine = 128;
constexpr std::size_t kMostDigits = 16, kMostGroups = 16;

enum class Label { kNone, kChecked, kMyNumber, kPhone };

struct Word {
  std::string_view text;
  Label label;
};
constexpr Word kWords[] = {
    {"card", Label::kChecked},        {"card number", Label::kChecked},
    {"card no", Label::kChecked},     {"card no.", Label::kChecked},
    {"card_number", Label::kChecked}, {"my number", Label::kMyNumber},
    {"my_number", Label::kMyNumber},  {"mynumber", Label::kMyNumber},
    {"カード", Label::kChecked},      {"カード番号", Label::kChecked},
    {"クレカ", Label::kChecked},      {"クレカ番号", Label::kChecked},
    {"pan", Label::kChecked},         {"individual number", Label::kMyNumber},
    {"credit card", Label::kChecked}, {"マイナンバー", Label::kMyNumber},
    {"個人番号", Label::kMyNumber},   {"phone", Label::kPhone},
    {"phone number", Label::kPhone},  {"tel", Label::kPhone},
    {"mobile", Label::kPhone},        {"電話", Label::kPhone},
    {"電話番号", Label::kPhone},      {"携帯", Label::kPhone},
    {"携帯番号", Label::kPhone},      {"連絡先", Label::kPhone},
    {"ケータイ", Label::kPhone},      {"ケータイ番号", Label::kPhone},
    {"phone no", Label::kPhone},      {"phone no.", Label::kPhone},
    {"mobile no", Label::kPhone},     {"mobile no.", Label::kPhone},
    {"tel no", Label::kPhone},        {"tel no.", Label::kPhone},
    {"tel.", Label::kPhone}};

// Cheap: most words are no label.
bool may_end_label(char third, char before, char last) {
  const auto end_with = [third, before](char a, char b) {
    return (third | 0x20) == a && (before | 0x20) == b;
  };
  switch (static_cast<unsigned char>(last)) {
    case 'r':
    case 'R':
      return end_with('b', 'e');
    case 'd':
    case 'D':
      return end_with('a', 'r');
    case 'e':
    case 'E':
      return end_with('o', 'n') || end_with('i', 'l');
    case 'l':
    case 'L':
      return end_with('t', 'e');
    case 'n':
    case 'N':
      return end_with('p', 'a');
    case 'o':
    case 'O':
      return (before | 0x20) == 'n';
    case '.':
      return (before | 0x20) == 'o' || (before | 0x20) == 'l';
    case 0xB7:
    case 0xBC:
    case 0x89:
    case 0xAB:
    case 0xB1:
    case 0xAF:
    case 0x88:
    case 0xA4:  // 号ードカ話帯先イ
      return static_cast<unsigned char>(before) >= 0x80;
    default:
      return false;
  }
}

// The label that ends at `end`.
Label label_before(std::string_view text, std::size_t end) {
  if (end < 3 || !may_end_label(text[end - 3], text[end - 2], text[end - 1])) return Label::kNone;
  const std::string_view before = text.substr(0, end);
  for (const Word& word : kWords) {
    const std::string_view known = word.text;
    if (before.size() < known.size()) continue;
    const bool same = std::equal(known.rbegin(), known.rend(), before.rbegin(), [](char a, char b) {
      return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b | 0x20) : b);
    });
    const bool begins = before.size() == known.size() || !kAsciiAlnum.has(known[0]) ||
                        !kAsciiAlnum.has(before[before.size() - known.size() - 1]);
    if (same && begins) return word.label;
  }
  return Label::kNone;
}

}  // namespace

std::size_t label_end_before(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 28;
  static constexpr CharSet kBetween{" :=|,;\t\n\"'`[({~*-&"};
  std::size_t pos = at;
  while (pos > 0 && at - pos < kMost) {
    const char c = text[pos - 1];
    if (kBetween.has(c)) {
      --pos;
    } else if (c == '>') {
      const std::size_t from = at > kMost ? at - kMost : 0;
      const std::size_t open = text.substr(from, pos - from).rfind('<');
      // A mark of quotation, "=> ".
      if (open == std::string_view::npos && at_or_nul(text, pos) != ' ') break;
      pos = open == std::string_view::npos ? pos - 1 : from + open;
    } else if (c == 's' || static_cast<unsigned char>(c) >= 0x80) {
      const std::string_view before = text.substr(0, pos);
      const auto ends = [before](std::string_view word) { return before.ends_with(word); };
      if (ends("：") || ends("　") || ends("は") || ends("】") || ends("【") || ends("「") ||
          ends("（") || ends("・") || ends("、"))
        pos -= 3;
      else if (ends(" is"))
        pos -= 2;
      else
        break;
    } else {
      break;
    }
  }
  return pos;
}

namespace {

// The label before what stands between it and the number at `at`, parts of it counted perhaps:
// "card number(1) | ", {"マイナンバー": {"a": ".
Label label_of(std::string_view text, std::size_t at) {
  constexpr int kMostCounters = 2;
  std::size_t end = label_end_before(text, at);
  for (int counters = 0;; ++counters) {
    const Label label = label_before(text, end);
    if (label != Label::kNone || counters == kMostCounters || end < 4) return label;
    if (!may_count(text[end - 2], text[end - 1])) return Label::kNone;
    const std::size_t begin = counter_begin(text, end);
    if (begin == end) return Label::kNone;
    end = label_end_before(text, begin);
  }
}

// The beginning of the line that holds `at`; npos: it is too long.
std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t from = at > kLongestLine ? at - kLongestLine : 0;
  const std::size_t end = last_line_end(text.substr(from, at - from));
  if (end == std::string_view::npos) return from == 0 ? 0 : std::string_view::npos;
  return from + end + 1;
}

// "| no | card number |\n|---|---|\n| 1 | ", "name,card_1,card_2\n山田," before the cell at `at` of
// the first row: where the heading of its column ends; 0: there is none.
std::size_t heading_over(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{"|,;\t"}, kMarks{" \"'|\r"}, kBefore{"_ -"};
  std::size_t cell = at;
  while (cell > 0 && at - cell < 2 && (text[cell - 1] == ' ' || text[cell - 1] == '"')) --cell;
  if (cell < 8 || !kSigns.has(text[cell - 1])) return 0;
  const char sign = text[cell - 1];
  const std::size_t row = line_begin(text, cell);
  // Cheap: most rows stand below other ones, which end with figures.
  if (row == std::string_view::npos || row < 8 ||
      (sign != '|' && digit_at(text, row - 2) && !kBefore.has(text[row - 3])))
    return 0;
  std::size_t line = line_begin(text, row - 1), end = row - 1;
  if (line == std::string_view::npos) return 0;
  if (sign == '|') {
    if (text[row] != '|' || text[line] != '|' || line == 0 ||
        text.substr(line, end - line).find_first_not_of("|-: ") != std::string_view::npos)
      return 0;
    end = line - 1;
    line = line_begin(text, end);
    if (line == std::string_view::npos) return 0;
  }
  const std::string_view before = text.substr(row, cell - row);
  const std::string_view headings = text.substr(line, end - line);
  std::size_t begin = 0;
  for (auto cells = std::count(before.begin(), before.end(), sign); cells > 0; --cells) {
    begin = headings.find(sign, begin);
    if (begin++ == headings.npos) return 0;
  }
  std::size_t stop = std::min(headings.find(sign, begin), headings.size());
  while (stop > begin && kMarks.has(headings[stop - 1])) --stop;
  return stop > begin ? line + stop : 0;
}

// Over the end of a row and what stands before the last cell of the next one; `at`: there is none.
std::size_t next_row_cell(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  const auto skip = [&] {
    while (pos < text.size() && (text[pos] == ' ' || text[pos] == '|')) ++pos;
  };
  skip();
  if (pos >= text.size() || text[pos] != '\n') return at;
  const std::string_view line = text.substr(pos + 1, kLongestLine);
  std::string_view row = line.substr(0, line.find('\n'));
  if (row.empty() || row.size() == kLongestLine || row[0] != '|') return at;
  while (!row.empty() && (row.back() == '|' || row.back() == ' ')) row.remove_suffix(1);
  const std::size_t border = row.rfind('|');
  if (border == std::string_view::npos) return at;
  pos += 1 + border;
  skip();
  return pos;
}

// "\n- ", "\n・": what the next item of a list begins with; `at`: the line is no item.
std::size_t item_mark_end(std::string_view text, std::size_t at) {
  constexpr std::string_view kBullet = "・";
  if (text.substr(at + 1, 2) == "- ") return at + 3;
  return text.substr(at + 1, kBullet.size()) == kBullet ? at + 1 + kBullet.size() : at;
}

// Over a line end and the margin of a line that goes on with the number; `at`: it does not.
std::size_t further_line(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{"-. "};
  const std::size_t next = next_line(text, at);
  if (next == at || begins_item(text, next) || begins_log_line(text, next)) return at;
  const bool sign = next < text.size() && kSigns.has(text[next]);
  return digit_at(text, sign ? next + 1 : next) ? next : at;
}

// Where a number may go on.
enum class Beyond { kSigns, kLines, kRows };

// Over a sign or the border of a cell; `at`: neither.
std::size_t sign_end(std::string_view text, std::size_t at, Beyond beyond) {
  static constexpr CharSet kSigns{" -./_,:;|\t\"'~*+()[]&"};
  if (beyond == Beyond::kRows)
    if (const std::size_t next = next_row_cell(text, at); next != at) return next;
  const char c = text[at];
  if (c == '<') return border_end(text, at);
  if (c == '\n')
    if (const std::size_t item = item_mark_end(text, at); item != at) return item;
  if (c == '\n' || c == '\r' || c == '\\')
    return beyond == Beyond::kLines ? further_line(text, at) : at;
  if (static_cast<unsigned char>(c) < 0x80) return kSigns.has(c) ? at + 1 : at;
  const RawChar wide = raw_char(text, at);
  const bool full_width = wide.value >= 0xFF01 && wide.value <= 0xFF0F;
  return is_gap(wide.value) || is_wide_sign(wide.value) || full_width ? at + wide.size : at;
}

bool proves(std::string_view digits, Label label) {
  if (digits.size() > kMostDigits) return false;  // a cell of its own before
  if (label == Label::kPhone)
    return (digits.size() == 10 || digits.size() == 11) && digits[0] == '0' && digits[1] != '0' &&
           (digits.size() == 10 || digits[2] == '0');
  if (digits.size() == 12) return my_number_valid(digits);
  return digits.size() > 13 && card_kind(digits) != CardKind::kNone && luhn_valid(digits);
}

// Whether no number of those that the label may mean has more digits and begins like this.
bool is_complete(std::string_view digits, Label label) {
  const bool mobile = digits.size() > 2 && digits[1] >= '5' && digits[2] == '0';
  const bool may_be_card = digits.size() == 12 && label != Label::kMyNumber;
  return proves(digits, label) && !may_be_card && !(digits.size() == 10 && mobile);
}

struct Digits {
  std::string text;
  std::size_t groups = 0, end = 0;
  std::string_view sign;  // of the first gap
  bool alike = true, usual = true;
  std::size_t sizes[kMostGroups] = {};
};

// All the digits from `at` on, whatever signs stand between.
Digits read_digits(std::string_view text, std::size_t at, Label label, Beyond beyond) {
  constexpr std::size_t kLongestGap = 96;
  Digits out;
  std::size_t pos = at, piece = at;
  while (out.groups < kMostGroups) {
    const std::size_t begin = pos;
    while (digit_at(text, pos)) ++pos;
    out.text += text.substr(begin, pos - begin);
    out.sizes[out.groups++] = pos - begin;
    out.end = pos;
    if (out.text.size() > kMostDigits || pos - at > kReach) break;
    std::size_t next = pos;
    while (next < text.size() && next - pos < kLongestGap && !digit_at(text, next)) {
      std::size_t end = sibling_piece(text, {piece, next});
      if (end != next) piece = end;
      if (end == next) end = sign_end(text, next, beyond);
      if (end == next) break;
      next = end;
    }
    if (next == pos || !digit_at(text, next)) break;
    const std::string_view sign = text.substr(pos, next - pos);
    // "…, 8960\n10:16": the next line is another one.
    if (sign.find('\n') != sign.npos && is_complete(out.text, label)) break;
    if (out.groups == 1) out.sign = sign;
    out.alike = out.alike && sign == out.sign;
    pos = next;
  }
  return out;
}

// As the detectors read numbers themselves.
bool is_usual(const Digits& digits) {
  if (digits.groups == 1) return true;
  return digits.alike && (digits.sign == "-" || digits.sign == " ") &&
         is_usual_shape(digits.sizes, digits.groups);
}

}  // namespace

std::size_t join_labelled_number(std::string_view text, std::size_t at, PulledApart out) {
  const std::size_t label_end = label_end_before(text, at);
  Label label = label_of(text, at);
  const bool column = label == Label::kNone;
  if (column) {
    const std::size_t heading = heading_over(text, at);
    label = heading != 0 ? label_of(text, heading) : Label::kNone;
  }
  if (label == Label::kNone) return 0;
  // Below a heading each line is a number of its own.
  const bool headed = text.substr(label_end, at - label_end).find('\n') != std::string_view::npos;
  const Digits digits = read_digits(text, at, label,
                                    column   ? Beyond::kRows
                                    : headed ? Beyond::kSigns
                                             : Beyond::kLines);
  if (is_usual(digits) || alnum_at(text, digits.end) || !proves(digits.text, label)) return 0;
  out.sure.add({at, digits.end}, digits.text);
  return digits.end;
}

std::size_t join_iban(std::string_view text, std::size_t at, PulledApart out) {
  constexpr std::size_t kLongestGap = 96, kCountry = 2, kChecked = 4;
  static constexpr CharSet kChars{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};
  const auto in_iban = [text](std::size_t i) { return i < text.size() && kChars.has(text[i]); };
  std::string iban;
  std::size_t pos = at, piece = at, length = kChecked;
  bool cells = false;
  while (true) {
    const std::size_t begin = pos;
    while (in_iban(pos) && iban.size() + (pos - begin) <= length) ++pos;
    iban += text.substr(begin, pos - begin);
    if (iban.size() >= kCountry) length = iban_length(iban.substr(0, kCountry));
    const std::string_view checked = std::string_view(iban).substr(0, kChecked);
    for (std::size_t i = 0; i < checked.size(); ++i)
      if (kAsciiDigits.has(checked[i]) != (i >= kCountry)) return 0;
    if (iban.size() >= length) break;
    std::size_t next = pos;
    while (next < text.size() && next - pos < kLongestGap && !in_iban(next)) {
      std::size_t end = sibling_piece(text, {piece, next});
      cells = cells || text[next] != ' ' || end != next;
      if (end != next) piece = end;
      if (end == next) end = sign_end(text, next, Beyond::kSigns);
      if (end == next) return 0;
      next = end;
    }
    if (!in_iban(next)) return 0;
    pos = next;
  }
  if (!cells || iban.size() != length || alnum_at(text, pos) || !iban_valid(iban)) return 0;
  out.doubtful.add({at, pos}, iban);
  return pos;
}

std::size_t iban_begin(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kNone = std::string_view::npos;
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
      kChars = kCapitals | kAsciiDigits;
  const auto is = [text](std::size_t at, const CharSet& set) {
    return at < text.size() && set.has(text[at]);
  };
  if (end - begin > 5 || !is(begin, kChars)) return kNone;
  // "AT63 1 | 987 4256": the groups before.
  std::size_t at = begin;
  for (int groups = 0; groups < 8 && at > 1 && text[at - 1] == ' ' && is(at - 2, kChars);
       ++groups) {
    --at;
    while (at > 0 && is(at - 1, kChars)) --at;
    if (is(at, kCapitals) && is(at + 1, kCapitals) && is(at + 2, kAsciiDigits)) break;
  }
  if (at > 0 && alnum_at(text, at - 1)) return kNone;
  if (at != begin)
    return is(at, kCapitals) && is(at + 1, kCapitals) && is(at + 2, kAsciiDigits) ? at : kNone;
  // "E | S48", "ES | 48".
  if (end - begin > 2 || !is(begin, kCapitals) || (end - begin == 2 && !is(begin + 1, kCapitals)))
    return kNone;
  return begin;
}

std::size_t join_iban_cells(std::string_view text, std::size_t at, PulledApart out) {
  constexpr std::size_t kShortest = 15, kLongest = 34;
  static constexpr CharSet kChars{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};
  const auto in_iban = [text](std::size_t i) { return i < text.size() && kChars.has(text[i]); };
  std::size_t pos = at;
  std::string iban;
  // The heading of a column stands over a rule.
  const std::size_t line_end = text.substr(at, 4).find('\n');
  const std::size_t rule = at + line_end;
  const bool column = line_end != std::string_view::npos && text.substr(rule, 3) == "\n|-";
  if (column) {
    const std::size_t rule_end = text.substr(rule + 1, kLongestLine).find('\n');
    if (rule_end == std::string_view::npos) return 0;
    pos = rule + 1 + rule_end;
  }
  std::size_t begin = 0, end = 0, cells = 0;
  while (iban.size() <= kLongest && pos < text.size() && pos - at < kReach + kLongestLine) {
    std::size_t next = pos;
    while (next < text.size() && next - pos < kLongestLine && !in_iban(next)) {
      const std::size_t behind = sign_end(text, next, column ? Beyond::kRows : Beyond::kSigns);
      if (behind == next) break;
      next = behind;
    }
    if (!in_iban(next)) break;
    pos = next;
    while (in_iban(pos)) ++pos;
    if (begin == 0) begin = next;
    iban += text.substr(next, pos - next);
    end = pos;
    ++cells;
  }
  const bool valid = iban.size() >= kShortest && iban.size() <= kLongest && iban_valid(iban);
  if (!valid || cells < 2 || alnum_at(text, end)) return 0;
  out.sure.add({begin, end}, iban);
  return end;
}

}  // namespace sekisho::filters
