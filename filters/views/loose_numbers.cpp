#include "filters/views/loose_numbers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>
#include <utility>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/validators.h"
#include "filters/views/character_forms.h"
#include "filters/views/number_shapes.h"
#include "filters/views/pieces.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostDigits = 16, kLongestGroup = 13;
constexpr std::size_t kLongestGap = 40;  // bytes
constexpr int kMostSigns = 6, kMostWords = 6;

// By their length.
constexpr std::string_view kWords2[] = {"is", "by"}, kWords3[] = {"and", "dot", "the", "are"},
                           kWords4[] = {"dash", "then", "next", "last",
                                        "four", "part", "half", "rest"},
                           kWords5[] = {"minus", "space", "slash", "first",
                                        "third", "final", "digit", "group"},
                           kWords6[] = {"hyphen", "second", "digits"}, kWords8[] = {"followed"};
std::span<const std::string_view> words_of(std::size_t size) {
  switch (size) {
    case 2:
      return kWords2;
    case 3:
      return kWords3;
    case 4:
      return kWords4;
    case 5:
      return kWords5;
    case 6:
      return kWords6;
    case 8:
      return kWords8;
    default:
      return {};
  }
}
constexpr std::string_view kWordsJa[] = {
    "ハイフン", "スペース", "スラッシュ", "ダッシュ", "ドット", "つづけて", "つづいて",
    "番目",     "続けて",   "続いて",     "そして",   "その",   "後半",     "残り",
    "続き",     "最後",     "真ん中",     "です",     "から",   "次",       "下",
    "桁",       "の",       "ノ",         "と",       "は",     "が",       "に"};

// Neither a letter nor a digit, of whatever script it is.
bool is_sign(char32_t c) {
  if (c < 0x80) return c >= 0x20 ? !is_alnum(c) : c == U'\n' || c == U'\r' || c == U'\t';
  if (c >= 0x1F000) return c < 0x20000;
  if (c >= 0x2000 && c < 0x2C00) return true;
  if (c >= 0x3000 && c <= 0x3030) return c < 0x3005 || c > 0x3007;
  return c == 0x30FB || c == 0x30FC || c == 0xFE0E || c == 0xFE0F || (c >= 0xFF01 && c <= 0xFF0F) ||
         (c >= 0xFF1A && c <= 0xFF20) || (c >= 0xFF3B && c <= 0xFF40) ||
         (c >= 0xFF5B && c <= 0xFF65) || (c >= 0xA1 && c <= 0xBF);
}

// Over a word that joins groups at `at`; `at`: there is none.
std::size_t joining_word_end(std::string_view text, std::size_t at) {
  if (static_cast<unsigned char>(text[at]) >= 0x80) {
    for (const std::string_view word : kWordsJa)
      if (begins_at(text, at, word)) return at + word.size();
    return at;
  }
  std::size_t end = at;
  while (end < text.size() && end - at < 10 && kAsciiLetters.has(text[end])) ++end;
  if (end == at) return at;
  const std::string_view word = text.substr(at, end - at);
  const std::span<const std::string_view> words = words_of(word.size());
  const auto same = [word](std::string_view known) {
    return std::equal(known.begin(), known.end(), word.begin(),
                      [](char a, char b) { return a == (b | 0x20); });
  };
  return std::any_of(words.begin(), words.end(), same) ? end : at;
}

// "2:", "2 =" behind "part", "4桁は": a number that counts the groups or their digits.
std::size_t counter_end(std::string_view text, std::size_t at, bool word) {
  if (!digit_at(text, at) || digit_at(text, at + 1)) return at;
  if (literal_at(text, at + 1, "桁") || literal_at(text, at + 1, "番目")) return at + 1;
  static constexpr CharSet kAfter{":=)"};
  const std::size_t sign = at + 1 < text.size() && text[at + 1] == ' ' ? at + 2 : at + 1;
  const bool counts =
      word && sign < text.size() && (kAfter.has(text[sign]) || literal_at(text, sign, "："));
  return counts ? sign : at;
}

// "[[4608]],[[4609]]": lists within a list.
bool parts_arrays(std::string_view text, std::size_t at) {
  if (text[at] != ']') return false;
  std::size_t next = at + 1;
  while (next < text.size() && text[next] == ' ') ++next;
  if (next >= text.size() || text[next] != ',') return false;
  do ++next;
  while (next < text.size() && (text[next] == ' ' || text[next] == '\n'));
  return next < text.size() && text[next] == '[';
}

struct Gap {
  std::size_t end = 0;  // 0: no group follows
  bool words = false;
  bool part = false;  // it names the part that follows
  bool line = false;  // the next line begins in it
};

Gap loose_gap(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  int signs = 0, words = 0, lines = 0;
  static constexpr CharSet kBeforePart{" \"'\n\r<;,"};
  const bool may = kBeforePart.has(text[at]) || static_cast<unsigned char>(text[at]) >= 0x80;
  if (const std::size_t part = may ? part_label_end(text, at) : at;
      part != at && digit_at(text, part))
    return {part, true, true, false};
  while (pos < text.size() && pos - at < kLongestGap) {
    if (digit_at(text, pos)) {
      const std::size_t counter = counter_end(text, pos, words > 0);
      if (counter == pos) break;
      pos = counter;
      continue;
    }
    if (parts_arrays(text, pos)) return {};
    const RawChar c = raw_char(text, pos);
    if (is_sign(c.value)) {
      lines += c.value == U'\n' ? 1 : 0;
      if (++signs > kMostSigns + 2 * words || lines > 1) return {};
      pos += c.size;
      continue;
    }
    // The key of a member.
    if (pos > at && text[pos - 1] == '"') return {};
    const std::size_t word = joining_word_end(text, pos);
    if (word == pos || ++words > kMostWords) return {};
    pos = word;
  }
  if (pos == at || !digit_at(text, pos)) return {};
  return {pos, words > 0, false, lines > 0};
}

// "%2541%2534", "&#51;&#52;", "\\065\\066": the digits of `group` at `at` belong to an escape, and
// so do those behind the gap.
bool belong_to_escapes(std::string_view text, std::size_t at, std::string_view group,
                       std::size_t gap_end) {
  const char mark = at > 0 ? text[at - 1] : '\0';
  if (mark != text[gap_end - 1]) return false;
  return (mark == '%' && (group.size() == 2 || group.starts_with("25"))) ||
         (mark == '#' && at > 1 && text[at - 2] == '&') || (mark == '\\' && group.size() <= 3);
}

struct LooseNumber {
  std::array<Range, kMostDigits> gaps;
  std::array<std::size_t, kMostDigits> sizes;
  std::array<char, kMostDigits> digits;
  std::size_t groups = 0, size = 0, end = 0;
  bool words = false, parts = false;

  // Needs room for its digits.
  void add(std::string_view group, std::size_t at) {
    if (groups > 0) gaps[groups - 1] = {end, at};
    sizes[groups++] = group.size();
    std::copy(group.begin(), group.end(), digits.begin() + size);
    size += group.size();
    end = at + group.size();
  }
  std::string_view text() const { return {digits.data(), size}; }
};

std::string_view group_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (digit_at(text, end) && end - at <= kLongestGroup) ++end;
  return text.substr(at, end - at);
}

// Whether its digits prove what it is.
bool proves_itself(std::string_view digits) {
  switch (digits.size()) {
    case 10:
    case 11:
      return digits[0] == '0' && digits[1] != '0' &&
             (digits.size() == 10 || (digits[2] == '0' && digits[1] >= '5'));
    case 12:
      return my_number_valid(digits) || driver_licence_valid(digits);
    case 13:
      return corporate_number_valid(digits);
    case 14:
    case 15:
    case 16:
      return card_kind(digits) != CardKind::kNone && luhn_valid(digits);
    default:
      return false;
  }
}

// As numbers are written, so that one sign between the groups shows it best.
bool usual_groups(const LooseNumber& number) {
  return is_usual_shape(number.sizes.data(), number.groups);
}

// Cheap: whether a number may be cut into two such groups first. Dates and times are cut otherwise.
bool may_begin(std::size_t first, std::size_t second) {
  return first == second || (first == 3 && second == 4) || (first == 4 && second == 6) ||
         (first == 2 && second == 4) || (first == 1 && second == 4);
}

// Whether all groups but the last are equal, or usual.
bool is_evenly_cut(const LooseNumber& number) {
  const std::size_t size = number.sizes[0];
  const auto last = number.sizes.begin() + (number.groups - 1);
  return (std::all_of(number.sizes.begin(), last, [size](std::size_t s) { return s == size; }) &&
          *last <= size) ||
         usual_groups(number);
}

void join_all(const LooseNumber& number, Patches& out) {
  const std::string_view between = usual_groups(number) ? "-" : "";
  for (std::size_t i = 0; i + 1 < number.groups; ++i) out.add(number.gaps[i], between);
}

// A number stands before the digits at `at`, with signs between: they are a part of something
// longer.
bool goes_on_before(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  // "part1": "4539, n="1">4539: what counts the parts.
  const auto counts = [text](std::size_t end) {
    const char before = end > 1 ? text[end - 2] : '\0';
    return kAsciiLetters.has(before) || before == '_' ||
           (before == '"' && end > 2 && text[end - 3] == '=');
  };
  if (at > 1 && !kAsciiAlnum.has(text[at - 1]) && digit_at(text, at - 2)) return !counts(at - 1);
  while (pos > 0 && at - pos < 8) {
    const RawChar c = raw_char_before(text, pos);
    if (c.size == 0 || !is_sign(c.value)) break;
    pos -= c.size;
  }
  return pos > 0 && digit_at(text, pos - 1) && !counts(pos);
}

// "6287→2477→7227": steps that follow each other.
bool is_arrow(std::string_view text, Range gap) {
  static constexpr std::string_view kArrows[] = {"→", "⇒", "➡", "->", "=>"};
  const std::string_view between = text.substr(gap.begin, gap.size());
  return std::any_of(std::begin(kArrows), std::end(kArrows),
                     [between](std::string_view a) { return between.find(a) != between.npos; });
}

bool all_alike(std::string_view text, const LooseNumber& number) {
  const auto written = [&](std::size_t i) {
    return text.substr(number.gaps[i].begin, number.gaps[i].size());
  };
  for (std::size_t i = 1; i + 1 < number.groups; ++i)
    if (written(i) != written(0)) return false;
  return true;
}

}  // namespace

bool may_part_digits(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{"#$%&=>\\`"}, kFirst{"dhsmatnDHSMATNpPlf"};
  if (at >= text.size()) return false;
  if (kSigns.has(text[at])) return at + 1 < text.size() && !kAsciiLetters.has(text[at + 1]);
  // A key behind a member in quotes: {"part1": "4539578", "part2": …}.
  const bool key = at > 4 && text[at - 1] == '"' &&
                   (text.substr(at - 4, 3) == "\", " || text.substr(at - 3, 2) == "\",");
  if (key || (at > 1 && text[at - 1] == '\n')) return part_label_end(text, at - 1) != at - 1;
  return kFirst.has(text[at]) && at > 1 && text[at - 1] == ' ' && joining_word_end(text, at) != at;
}

std::size_t LooseNumbers::join_from(std::size_t at, std::size_t first) {
  // Cheap: most digits are followed by a letter, a word or one more of a long row.
  if (first - at > kLongestGroup || first >= text_.size()) return 0;
  const std::size_t next = text_[first] == ' ' ? first + 1 : first;
  if (alnum_at(text_, next) && !digit_at(text_, next) && !may_part_digits(text_, next)) return 0;
  if (counter_end(text_, at, false) != at) return 0;
  if (next > first && digit_at(text_, next) && !may_begin(first - at, group_at(text_, next).size()))
    return 0;
  Gap gap = loose_gap(text_, first);
  if (gap.end == 0 || belong_to_escapes(text_, at, text_.substr(at, first - at), gap.end)) return 0;
  if (!gap.words && !may_begin(first - at, group_at(text_, gap.end).size())) return 0;
  LooseNumber number;
  number.add(text_.substr(at, first - at), at);
  bool fits = !goes_on_before(text_, at);
  for (; gap.end != 0; gap = loose_gap(text_, number.end)) {
    // "…の4991\n10:16": the next line is another one.
    if (gap.line && number.groups > 2 && proves_itself(number.text())) break;
    const std::string_view group = group_at(text_, gap.end);
    seen_ = gap.end + group.size();
    fits = fits && group.size() <= kLongestGroup && number.size + group.size() <= kMostDigits;
    if (!fits) return 0;
    number.add(group, gap.end);
    number.words |= gap.words;
    number.parts |= gap.part;
  }
  const bool parted = number.groups >= (number.words ? 2 : 3);
  if (!parted || alnum_at(text_, number.end) || !proves_itself(number.text()) ||
      !(number.words || is_evenly_cut(number)))
    return 0;
  const bool card = number.size > 13;
  const bool sure = number.parts ? card
                                 : !number.words && all_alike(text_, number) &&
                                       text_[number.gaps[0].begin] != ',' &&
                                       !is_arrow(text_, number.gaps[0]) && usual_groups(number);
  join_all(number, sure ? out_.sure : out_.doubtful);
  return number.end;
}

namespace {

constexpr std::size_t kLongestLine = 80, kShortLine = 8;

// The digits that end the line which ends at `end`, marks of cells and quotation left out.
Range last_group(std::string_view text, std::size_t end) {
  static constexpr CharSet kMarks{" |\"',\r\\"};
  std::size_t stop = end;
  while (stop > 0 && end - stop < 6 && kMarks.has(text[stop - 1])) --stop;
  std::size_t begin = stop;
  while (begin > 0 && stop - begin <= kLongestGroup && digit_at(text, begin - 1)) --begin;
  // "2977 2459": a number of its own.
  const bool alone =
      begin == 0 || (!kAsciiWord.has(text[begin - 1]) && !(begin > 1 && digit_at(text, begin - 2)));
  return stop - begin <= 6 && alone ? Range{begin, stop} : Range{};
}

}  // namespace

// Whether the line before the one that ends at `end` ends with digits, or is too far away to tell.
bool NumberColumns::goes_on(std::size_t end) {
  constexpr std::size_t kFurthest = 4u << 10;
  const std::size_t from = end > kFurthest ? end - kFurthest : 0;
  const std::size_t before = last_line_end(text_.substr(from, end - from));
  if (before == std::string_view::npos) return from > 0;
  return from + before == newest_ || last_group(text_, from + before).size() > 0;
}

bool NumberColumns::join_group(std::size_t end) {
  const Range digits = last_group(text_, end);
  if (digits.size() == 0) return false;
  const bool first = !goes_on(end);
  newest_ = end;
  if (!first) return false;
  const std::size_t until = join_from(digits, end);
  if (until != 0) until_ = until;
  return until != 0;
}

// The end of the number, 0: it is none.
std::size_t NumberColumns::join_from(Range first, std::size_t end) {
  LooseNumber number;
  number.add(text_.substr(first.begin, first.size()), first.begin);
  for (std::size_t line = end; line < text_.size();) {
    const std::string_view rest = text_.substr(line + 1, kLongestLine);
    const std::size_t stop = rest.find('\n');
    const bool last = stop == std::string_view::npos && line + 1 + rest.size() == text_.size();
    if (stop == std::string_view::npos && !last) break;
    std::size_t next = line + 1 + std::min(stop, rest.size());
    // The end of a text in JSON.
    if (last)
      if (const std::size_t quote = rest.find("\"}"); quote != rest.npos) next = line + 1 + quote;
    const Range group = last_group(text_, next);
    if (group.size() == 0 || group.begin <= line) break;
    if (number.size + group.size() > kMostDigits) return 0;
    number.add(text_.substr(group.begin, group.size()), group.begin);
    line = next;
  }
  // Without a check digit it is a column of figures, unless nothing else stands beside it.
  const bool checked = number.size > 11;
  const bool bare = number.end - first.begin <= kShortLine * number.groups;
  if (number.groups < 3 || !is_evenly_cut(number) || !proves_itself(number.text()) ||
      !(checked || bare || usual_groups(number)))
    return 0;
  join_all(number, out_.doubtful);
  return number.end;
}

}  // namespace sekisho::filters
