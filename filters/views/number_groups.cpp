#include <algorithm>
#include <bit>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/iban.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/validators.h"
#include "filters/views/labelled_numbers.h"
#include "filters/views/labelled_values.h"
#include "filters/views/loose_numbers.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/survey.h"
#include "filters/views/turned_values.h"
#include "filters/views/value_signs.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewestDigits = 9, kMostDigits = 22;

// Groups of digits with alike gaps.
struct Groups {
  std::vector<Range> gaps;
  std::vector<std::size_t> sizes;
  std::size_t last = 0, end = 0;  // of the last group
  std::size_t digits = 0;
  bool odd = false;  // gaps that no number has

  void clear() {
    gaps.clear();
    sizes.clear();
    last = end = digits = 0;
    odd = false;
  }
};

// A sign with blanks around it.
std::string_view group_gap(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos - at < 3 && pos < text.size() && text[pos] == ' ') ++pos;
  const std::string_view sign = gap_at(text, pos);
  if (sign.empty()) return text.substr(at, pos - at);
  pos += sign.size();
  while (pos - at < 8 && pos < text.size() && text[pos] == ' ') ++pos;
  return text.substr(at, pos - at);
}

// What stands in a gap but blanks: up to eight characters, the first highest.
std::uint64_t signs_of(std::string_view gap) {
  std::uint64_t signs = 0;
  for (const char c : gap)
    if (c != ' ') signs = signs << 8 | static_cast<unsigned char>(c);
  return signs;
}

// Between the groups of numbers as they are written.
bool is_usual_gap(std::uint64_t signs) {
  return signs == 0 || signs == '-' || signs == '.' || signs == '\n' || signs == ('\r' << 8 | '\n');
}

// Over what stands between two groups, with its `signs`; `at`: no group follows.
std::size_t gap_end(std::string_view text, std::size_t at, std::uint64_t& signs) {
  static constexpr CharSet kSigns = kGapSigns | CharSet(kCellSigns);
  if (at < text.size() && kSigns.has(text[at]) && digit_at(text, at + 1)) {
    signs = signs_of(text.substr(at, 1));
    return at + 1;
  }
  std::size_t next = border_end(text, at);
  const bool cell = next != at;
  if (!cell) next = at + group_gap(text, at).size();
  if (next == at || !digit_at(text, next)) return at;
  signs = cell && text[at] == '<' ? '<' : signs_of(text.substr(at, next - at));
  return next;
}

// Replaces `run` by the groups from `at` on, all of them: more digits than a number has are a row
// of numbers. The next run may begin with the last group.
void read_groups(std::string_view text, std::size_t at, Groups& run) {
  run.clear();
  std::uint64_t first = 0;
  std::size_t pos = at;
  for (;;) {
    const std::size_t begin = pos;
    while (digit_at(text, pos)) ++pos;
    if (pos == begin || pos - begin > 12) break;
    run.sizes.push_back(pos - begin);
    run.digits += pos - begin;
    run.last = begin;
    run.end = pos;
    std::uint64_t signs = 0;
    const std::size_t next = gap_end(text, pos, signs);
    if (next == pos) break;
    if (run.sizes.size() == 1) {
      first = signs;
      run.odd = !is_usual_gap(signs);
    } else if (signs != first) {
      break;
    }
    run.gaps.push_back({pos, next});
    pos = next;
  }
  if (run.gaps.size() >= run.sizes.size() && !run.gaps.empty()) run.gaps.pop_back();
}

bool in_fours(const Groups& run) {
  return std::all_of(run.sizes.begin(), run.sizes.end() - 1,
                     [](std::size_t s) { return s == 4; }) &&
         run.sizes.back() <= 4;
}

std::string run_digits(std::string_view text, Range where) {
  std::string digits;
  for (const char c : text.substr(where.begin, where.size()))
    if (kAsciiDigits.has(c)) digits += c;
  return digits;
}

// Equal groups, the last one may be shorter: how one who hides a number cuts it.
bool evenly_cut(const Groups& run) {
  const std::size_t size = run.sizes.front();
  return run.sizes.size() >= 3 && size != 4 && size <= 3 &&
         std::all_of(run.sizes.begin(), run.sizes.end() - 1,
                     [size](std::size_t s) { return s == size; }) &&
         run.sizes.back() <= size;
}

// A neighbouring line has cells of digits too.
bool in_table(std::string_view text, Range run) {
  constexpr std::size_t kLine = 200;
  const auto numeric = [](std::string_view line) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < line.size(); ++i)
      if (digit_at(line, i) && !digit_at(line, i + 1)) ++count;
    return count;
  };
  const std::size_t from = run.begin > kLine ? run.begin - kLine : 0;
  std::string_view before = text.substr(from, run.begin - from);
  if (const std::size_t cut = last_line_end(before); cut != std::string_view::npos) {
    before = before.substr(0, cut);
    if (const std::size_t line = last_line_end(before); line != std::string_view::npos)
      before.remove_prefix(line + 1);
    if (numeric(before) >= 3) return true;
  }
  const std::string_view rest = text.substr(run.end, 2 * kLine);
  const std::size_t next = rest.find('\n');
  if (next == std::string_view::npos) return false;
  std::string_view after = rest.substr(next + 1);
  return numeric(after.substr(0, after.find('\n'))) >= 3;
}

// Of the digits of a long number, and between two of them.
constexpr std::size_t kReach = 160, kWidestGap = 24;

constexpr auto kDigits = [](const BlockMarks& m) { return m.digit; };

// Cheap: whether the digits of a long number may stand from `at` on, signs and borders of cells
// between. `known`: digits that stand so near each other, from the first to the last one.
bool enough_digits_follow(std::string_view text, const Survey& survey, std::size_t at,
                          Range& known) {
  static constexpr CharSet kBetween{kNumberGap};
  const bool goes_on = known.begin <= at && at < known.end;
  if (!goes_on) known = {at, at};
  std::size_t digits = survey.how_many(at, known.end, kDigits);
  if (digits >= kFewestDigits) return true;
  std::size_t last = goes_on ? known.end - 1 : at;
  const std::size_t most = std::min(text.size(), at + kReach);
  for (std::size_t i = known.end; i < most; ++i) {
    const char c = text[i];
    if (kAsciiDigits.has(c)) {
      known.end = i + 1;
      if (++digits >= kFewestDigits) return true;
      last = i;
    } else if (c == '<') {
      return true;
    } else if ((static_cast<unsigned char>(c) < 0x80 && !kBetween.has(c)) ||
               i - last > kWidestGap) {
      return false;
    }
  }
  return most < text.size();
}

// Cheap: whether neither digits nor anything that ends a number stand near the character that is
// not ASCII at `end`, behind digits: "2026年度の".
bool ends_in_text(std::string_view text, const Survey& survey, std::size_t end) {
  constexpr auto kOthers = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
    return ~(m.high | m.number_gap);
  };
  const std::size_t far = end + kWidestGap + 1;
  return far <= text.size() && static_cast<unsigned char>(text[end]) >= 0x80 &&
         survey.next(end, far, kOthers) == far;
}

// Cheap: where to go on behind the digits at `at` when too few stand before what parts no groups of
// a number; `at`: they may be enough. Most numbers stand alone.
std::size_t skip_few_digits(std::string_view text, const Survey& survey, std::size_t at,
                            Range& near) {
  constexpr auto kBreaks = [](const BlockMarks& m) { return ~(m.digit | m.high | m.number_gap); };
  constexpr auto kAllBreaks = [kBreaks](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
    return kBreaks(m);
  };
  constexpr auto kHigh = [](const BlockMarks& m) { return m.high; };
  // Near, mostly.
  if (const std::uint64_t breaks = survey.ahead(at, kBreaks); breaks != 0) {
    const auto size = static_cast<std::size_t>(std::countr_zero(breaks));
    const std::size_t stop = at + size;
    const std::uint64_t before = survey.ahead(at, kDigits) & ((breaks & (0 - breaks)) - 1);
    if ((stop >= text.size() || text[stop] != '<') && bit_count(before) < kFewestDigits)
      return std::min(stop, text.size());
  }
  const std::size_t most = std::min(text.size(), at + kReach);
  const std::size_t stop = survey.next(at, most, kAllBreaks);
  const bool goes_on = stop < text.size() && (stop == most || text[stop] == '<');
  if (!goes_on && survey.how_many(at, stop, kDigits) < kFewestDigits) return stop;
  const bool ascii = survey.how_many(at, stop, kHigh) == 0;
  return ascii || enough_digits_follow(text, survey, at, near) ? at : at + 1;
}

// Cheap: whether the name of a sibling, or the border of a cell that parts no usual groups, may
// stand at `next`, where no number goes on behind the digits [at, first): {"a": "45", "b":, "b: "
// below "a: 45", "| PAT(2) |" below "| PAT(1) | 45 |", "& 45 &".
bool may_stop_before_sibling(std::string_view text, Range digits, std::size_t next) {
  // ： ends with \x9A.
  static constexpr CharSet kSigns{":=|,\t(&\x9A"}, kMargin{" |("};
  if (next >= text.size() || digits.begin < 2) return false;
  const char last = text[digits.begin - 1], before = text[next - 1];
  if (before == '"') return last == '"' && text[digits.begin - 2] != '"';
  const bool row = next == digits.begin + 1;
  if (before != '\n' && !kMargin.has(before) && !row) return false;
  // Words of a line.
  if (before == ' ' && !row && text[next] != '&' && text[next - 2] != '\n' &&
      !kMargin.has(text[next - 2]))
    return false;
  if (!kSigns.has(last) && !(last == ' ' && kSigns.has(text[digits.begin - 2]))) return false;
  if (text[next] == '&') return before == ' ';
  if (kAsciiLetters.has(text[next])) {
    std::size_t line = next;
    while (line > digits.end && next - line < 16 && kMargin.has(text[line - 1])) --line;
    return text[line - 1] == '\n';
  }
  if (!row) return false;
  // "| 個人番号(1) | 24 |\n", "個人番号（前半）：24\n".
  std::size_t end = digits.end;
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("-. ");
  while (end < text.size() && end - digits.end < 20 && kNumber.has(text[end])) ++end;
  return text.substr(end, 1) == "\n" || text.substr(end, 2) == "|\n";
}

// Whether the digits of a row of a table prove themselves, or are grouped as numbers are that have
// no check digit. Everything else in a table is its own cell.
bool may_be_value(std::string_view digits, const std::vector<std::size_t>& sizes) {
  using Sizes = std::vector<std::size_t>;
  switch (digits.size()) {
    case 9:
      return sizes == Sizes{3, 2, 4};
    case 10:
      return (digits[0] == '0' && digits[1] != '0') || sizes == Sizes{4, 6} ||
             sizes == Sizes{3, 3, 4};
    case 11:
      return digits[0] == '0' && digits[1] != '0';
    case 12:
      return my_number_valid(digits) || driver_licence_valid(digits);
    default:
      return (digits.size() == 13 && corporate_number_valid(digits)) ||
             (card_kind(digits) != CardKind::kNone && luhn_valid(digits));
  }
}

// 00:05:43, 203.0.113.254: a time, an address of the internet.
bool is_time_or_address(std::string_view text, Range where, const Groups& run) {
  const std::string_view gap = text.substr(run.gaps.front().begin, run.gaps.front().size());
  const auto& sizes = run.sizes;
  // "2606:4700:4700::1111".
  const auto colon = [text](std::size_t at) { return at < text.size() && text[at] == ':'; };
  if (gap == ":" && (colon(where.end) || (where.begin > 0 && colon(where.begin - 1)))) return true;
  if (gap == ":")
    return std::all_of(sizes.begin() + 1, sizes.end(), [](std::size_t s) { return s == 2; }) &&
           (sizes.front() == 2 || sizes.front() == 4) && sizes.size() <= 4;
  if (gap != "." || sizes.size() != 4) return false;
  std::size_t at = where.begin;
  return std::all_of(sizes.begin(), sizes.end(), [&](std::size_t size) {
    const std::string_view part = text.substr(std::exchange(at, at + size + 1), size);
    return size < 3 || (size == 3 && part <= "255");
  });
}

// "22" of 18,425,22.45 and "45" of 22.45,6027.
bool is_part_of_decimal(std::string_view text, Range run) {
  const bool goes_on = run.end < text.size() && text[run.end] == '.' && digit_at(text, run.end + 1);
  return goes_on || (run.begin > 1 && text[run.begin - 1] == '.' && digit_at(text, run.begin - 2));
}

// "7203 / 6758 / 9984", "5264, 9541, 2002, 0860": codes and figures are told one after the other
// like that.
bool is_enumeration(std::string_view text, const Groups& run) {
  const std::string_view gap = text.substr(run.gaps.front().begin, run.gaps.front().size());
  return gap.find(' ') != gap.npos && gap.find_first_of("/,") != gap.npos &&
         std::all_of(run.sizes.begin(), run.sizes.end(), [](std::size_t s) { return s == 4; });
}

// "[-3606,3654,3655]": numbers of a list.
bool in_array(std::string_view text, Range where, const Groups& run) {
  if (text[run.gaps.front().begin] != ',') return false;
  std::size_t before = where.begin;
  if (before > 0 && text[before - 1] == '-') --before;
  const bool opens = before > 0 && (text[before - 1] == '[' || text[before - 1] == '(');
  const bool closes = where.end < text.size() && (text[where.end] == ']' || text[where.end] == ')');
  return opens || closes;
}

// "+221150+1133230".
bool is_place(std::string_view text, Range where, const Groups& run) {
  if (run.sizes.size() != 2 || where.begin == 0) return false;
  const auto sign = [text](std::size_t at) { return text[at] == '+' || text[at] == '-'; };
  const Range gap = run.gaps.front();
  return gap.size() == 1 && sign(gap.begin) && sign(where.begin - 1) &&
         is_coordinate(text.substr(where.begin, run.sizes[0]),
                       text.substr(run.last, run.end - run.last));
}

// "  49c0c6: 01 61 99 63 92": bytes of a program behind their address.
bool are_bytes_at_address(std::string_view text, Range where, const Groups& run) {
  constexpr std::size_t kFewest = 4;  // digits of an address
  static constexpr CharSet kHex{"0123456789abcdefABCDEF"};
  if (run.sizes.front() != 2) return false;
  std::size_t at = where.begin;
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  if (at == 0 || at == where.begin || text[at - 1] != ':') return false;
  const std::size_t end = --at;
  while (at > 0 && end - at < 16 && kHex.has(text[at - 1])) --at;
  const std::string_view address = text.substr(at, end - at);
  const bool begins =
      at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t' || text[at - 1] == '\n';
  return begins && address.size() >= kFewest &&
         std::any_of(address.begin(), address.end(), [](char c) { return !kAsciiDigits.has(c); });
}

void join_groups(std::string_view text, Range where, const Groups& run, PulledApart out) {
  // Detectors read usual groups themselves, but for blanks as wide as a column.
  constexpr std::size_t kWide = 3;
  const bool wide = !run.odd && run.gaps.front().size() >= kWide &&
                    text.substr(run.gaps.front().begin, kWide) == "   ";
  if ((!run.odd && !wide && in_fours(run)) || is_time_or_address(text, where, run) ||
      is_place(text, where, run) || are_bytes_at_address(text, where, run))
    return;
  const bool table = in_table(text, where);
  if (table && !may_be_value(run_digits(text, where), run.sizes)) return;
  const bool listed = table || is_enumeration(text, run) || in_array(text, where, run);
  const bool sure = !listed && (run.odd || evenly_cut(run));
  Patches& patches = sure ? out.sure : out.doubtful;
  // The last group of four is cut off in numbers of another grouping.
  const bool cut = in_fours(run) && run.sizes.back() < 4;
  for (const Range& gap : run.gaps)
    patches.add(gap, (run.odd && !evenly_cut(run) && !cut) || wide ? "-" : "");
}

// Digits that prove themselves the other way round.
bool proves_turned(std::string_view digits) {
  constexpr std::size_t kFewest = 11, kMost = 16;
  if (digits.size() < kFewest || digits.size() > kMost) return false;
  char reversed[kMost];
  std::reverse_copy(digits.begin(), digits.end(), reversed);
  const std::string_view turned(reversed, digits.size());
  const bool phone =
      turned.size() == kFewest && turned[0] == '0' && turned[1] >= '5' && turned[2] == '0';
  return phone || (turned.size() == 12 && my_number_valid(turned)) ||
         (turned.size() > 13 && card_kind(turned) != CardKind::kNone && luhn_valid(turned));
}

// A number or an IBAN written backwards, which begins with the digits [begin, end).
void turn_number(std::string_view text, std::size_t begin, std::size_t end, PulledApart out) {
  constexpr std::size_t kFewestBefore = 8, kShortest = 15, kLongest = 34;
  if (end - begin < kFewestBefore) return;
  std::size_t stop = end;
  while (alnum_at(text, stop) && stop - begin <= kLongest) ++stop;
  const std::string_view value = text.substr(begin, stop - begin);
  if (stop == end) {
    if (!proves_turned(value)) return;
  } else {
    if (value.size() < kShortest) return;
    const char country[] = {value.back(), value[value.size() - 2]};
    if (iban_length({country, 2}) != value.size()) return;
  }
  const std::string turned(value.rbegin(), value.rend());
  if (stop != end && !iban_valid(turned)) return;
  if (told_backwards(text, begin, stop)) out.doubtful.add({begin, stop}, turned);
}

// The same of one in groups.
bool turn_groups(std::string_view text, Range where, const Groups& run, PulledApart out) {
  constexpr std::size_t kFewest = 11, kMost = 16;
  if (run.digits < kFewest || run.digits > kMost || !proves_turned(run_digits(text, where)) ||
      !told_backwards(text, where.begin, where.end))
    return false;
  const std::string_view value = text.substr(where.begin, where.size());
  out.doubtful.add(where, std::string(value.rbegin(), value.rend()));
  return !run.gaps.empty();
}

// "+ 8 8 6": a plus stands two to four bytes before the digit at `at`.
bool near_plus(std::string_view text, std::size_t at) {
  return text[at - 2] == '+' || (at > 2 && text[at - 3] == '+') || (at > 3 && text[at - 4] == '+');
}

}  // namespace

void find_number_groups(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  Groups run;
  LooseNumbers loose(text, out);
  Range near;                                       // digits that were looked at last
  std::size_t next_group = std::string_view::npos;  // behind a sign after the last group
  survey.each(where.begin, where.end, kNumberStarts, [&](std::size_t at) {
    if (at > 0 && kAsciiWord.has(text[at - 1]) && !(at > 1 && text[at - 2] == '+')) return at + 1;
    std::size_t first = at;
    while (digit_at(text, first)) ++first;
    if (ends_in_text(text, survey, first)) return first;
    if (first - at == 1 && at > 1 && near_plus(text, at))
      if (const std::size_t end = join_spaced_phone(text, at, out); end != 0) return end;
    if (at > 0 && (text[at - 1] == '"' || text[at - 1] == '\'') &&
        may_go_on_with_sign(text, at, first))
      if (const std::size_t end = join_noted_value(text, at, out); end != 0) return end;
    // What goes on behind a group of digits is behind no label, and no letters.
    if ((may_go_on_with_sign(text, at, first) || (at > 0 && text[at - 1] == '(')) &&
        at != std::exchange(next_group, first + 1) && may_have_signs(text, at, first))
      if (const std::size_t end = join_signed_value(text, at, out); end != 0) return end;
    if (const std::size_t next = skip_few_digits(text, survey, at, near); next != at) {
      // Over the margin of the next line, and the name of a sibling.
      static constexpr CharSet kMargins{"\\>#"};
      const bool sibling = may_stop_before_sibling(text, {at, first}, next);
      const bool margin = next < text.size() && kMargins.has(text[next]);
      if ((sibling || margin) && may_follow_label(text, at))
        if (const std::size_t end = join_labelled_number(text, at, out); end != 0) return end;
      // "PAT(1) | 070 |": the label may count before the number.
      if (!may_part_digits(text, next)) return sibling ? first : next;
      // Digits between stand before a word too: "1. 進捗\n電話は070 dash 2885".
      const std::size_t joined = loose.join(at, first);
      return std::max(alnum_at(text, next) ? first : next, joined);
    }
    if (may_follow_label(text, at))
      if (const std::size_t end = join_labelled_number(text, at, out); end != 0) return end;
    turn_number(text, at, first, out);
    read_groups(text, at, run);
    const bool number = run.digits >= kFewestDigits && run.digits <= kMostDigits &&
                        !run.gaps.empty() && !alnum_at(text, run.end) &&
                        !is_part_of_decimal(text, {at, run.end}) &&
                        !(text[run.last - 1] == '\n' && begins_dump_row(text, run.last)) &&
                        !((at == 0 || text[at - 1] == '\n') && begins_dump_row(text, at));
    if (number && !turn_groups(text, {at, run.end}, run, out))
      join_groups(text, {at, run.end}, run, out);
    return number ? run.end : std::max({first, run.last, loose.join(at, first)});
  });
}

}  // namespace sekisho::filters
