#include "filters/digit_groups.h"

#include <algorithm>
#include <array>
#include <bit>

#include "filters/char_set.h"
#include "filters/width_fold.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostSeparators = 3;
// As far as anybody looks at the groups before a number, and more.
constexpr std::size_t kMostNeighbours = 128;
// Groups of a long number and its neighbours lie within so many bytes.
constexpr std::size_t kNeighbourhood = 96;

constexpr std::array<Separator, 128> make_ascii_kinds() {
  std::array<Separator, 128> out{};
  out[' '] = Separator::kSpace;
  out['-'] = out['~'] = Separator::kHyphen;
  out['.'] = Separator::kDot;
  out['\t'] = out['\n'] = out['\r'] = Separator::kNewline;
  out['('] = out[')'] = Separator::kParen;
  return out;
}
constexpr auto kAsciiKinds = make_ascii_kinds();

Separator kind_of(char32_t c) {
  if (c < 0x80) return kAsciiKinds[c];
  if (is_space(c)) return Separator::kSpace;
  if (is_hyphen(c)) return Separator::kHyphen;
  if (is_dot(c)) return Separator::kDot;
  if (c == 0x2028) return Separator::kNewline;
  return Separator::kNone;
}

bool stands_digit(std::string_view text, std::size_t pos) {
  const auto c = static_cast<unsigned char>(text[pos]);
  return is_digit(c) || (c == 0xEF && is_digit(char_at(text, pos).value));
}

#if defined(__SSE2__)
// Moves `pos` over bytes that begin no digit, sixteen at a time, and on to the first that may;
// true: it stands at one.
bool skip_to_digit(std::string_view text, std::size_t& pos, std::size_t end) {
  constexpr std::size_t kAtOnce = 16;
  const __m128i zero = _mm_set1_epi8('0'), nine = _mm_set1_epi8(9);
  const __m128i lead = _mm_set1_epi8(char(0xEF)), second = _mm_set1_epi8(char(0xBC));
  for (; pos + kAtOnce <= end && pos + kAtOnce < text.size(); pos += kAtOnce) {
    const auto* const at = reinterpret_cast<const __m128i*>(text.data() + pos);
    const auto* const next = reinterpret_cast<const __m128i*>(text.data() + pos + 1);
    const __m128i bytes = _mm_loadu_si128(at), value = _mm_sub_epi8(bytes, zero);
    const __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(value, nine), value);
    const __m128i wide =
        _mm_and_si128(_mm_cmpeq_epi8(bytes, lead), _mm_cmpeq_epi8(_mm_loadu_si128(next), second));
    auto may = static_cast<unsigned>(_mm_movemask_epi8(_mm_or_si128(digits, wide)));
    for (; may != 0; may &= may - 1) {
      const std::size_t place = pos + static_cast<std::size_t>(std::countr_zero(may));
      if (!stands_digit(text, place)) continue;
      pos = place;
      return true;
    }
  }
  return false;
}
#else
bool skip_to_digit(std::string_view, std::size_t&, std::size_t) {
  return false;
}
#endif

// The end of a few ASCII digits at `pos` with a letter or a sign behind them that parts numbers;
// `pos`: it is something else. Most digits of code and encodings.
std::size_t few_digits_end(std::string_view text, std::size_t pos) {
  std::size_t end = pos;
  while (end < text.size() && kAsciiDigits.has(text[end])) ++end;
  static constexpr CharSet kJoins{" \t\r\n.-~()"};
  const bool parted =
      end < text.size() && static_cast<unsigned char>(text[end]) < 0x80 && !kJoins.has(text[end]);
  return parted && end - pos < kFewestDigits ? end : pos;
}

// Whether a number may be among the groups from `from` on: no fewer digits in no more groups than a
// number has.
bool may_hold_number(const std::vector<DigitGroup>& groups, std::size_t from) {
  constexpr std::size_t kMostGroups = 7, kFewest = 8;
  std::size_t digits = 0;
  for (std::size_t i = from; i < groups.size(); ++i) {
    digits += groups[i].count;
    if (i >= from + kMostGroups) digits -= groups[i - kMostGroups].count;
    if (digits >= kFewest) return true;
  }
  return false;
}

DigitGroup read_group(std::string_view text, std::size_t pos, std::string& digits) {
  DigitGroup group{{pos, pos}, static_cast<std::uint32_t>(digits.size()), 0, Separator::kNone};
  while (pos < text.size() && is_digit(static_cast<unsigned char>(text[pos]))) ++pos;
  digits.append(text, group.range.begin, pos - group.range.begin);
  group.count = static_cast<std::uint32_t>(pos - group.range.begin);
  // Digits of ASCII may follow wide ones.
  if (pos < text.size() && text[pos] == '\xEF') {
    for (FoldedChar c = char_at(text, pos); is_digit(c.value); c = char_at(text, pos)) {
      digits += static_cast<char>(c.value);
      pos += c.size;
      ++group.count;
    }
  }
  group.range.end = pos;
  return group;
}

// The separator between two groups; a mixture takes its most telling member.
Separator between(std::string_view text, std::size_t begin, std::size_t end) {
  const auto first = static_cast<unsigned char>(text[begin]);
  if (first < 0x80 && (end - begin == 1 || kAsciiKinds[first] == Separator::kNone))
    return kAsciiKinds[first];
  if (end - begin > kMostSeparators * 4) return Separator::kNone;
  Separator kind = Separator::kNone;
  std::size_t count = 0;
  while (begin < end) {
    const FoldedChar c = char_at(text, begin);
    const Separator one = kind_of(c.value);
    if (one == Separator::kNone || ++count > kMostSeparators) return Separator::kNone;
    if (kind == Separator::kNone || kind == Separator::kSpace || one == Separator::kParen)
      kind = one;
    begin += c.size;
  }
  return kind;
}

}  // namespace

std::size_t next_digit(std::string_view text, std::size_t pos, std::size_t end) {
  // Groups stand near one another, or far away.
  if (pos + 2 < end && stands_digit(text, pos + 1)) return stands_digit(text, pos) ? pos : pos + 1;
  if (skip_to_digit(text, pos, end)) return pos;
  while (pos < end && !stands_digit(text, pos)) ++pos;
  return std::min(pos, end);
}

Range DigitGroups::range_of(std::size_t from, std::size_t to) const {
  return {groups[from].range.begin, groups[to - 1].range.end};
}

void read_digit_groups(std::string_view text, Range where, DigitGroups& out) {
  out.digits.clear();
  out.groups.clear();
  std::size_t pos = where.begin > kNeighbourhood ? where.begin - kNeighbourhood : 0;
  const std::size_t end = std::min(text.size(), where.end + kNeighbourhood);
  std::size_t stretch = 0,
              stretch_digits = 0;  // first group of the stretch being read, and its first digit
  const auto drop_short_stretch = [&] {
    if (out.digits.size() - stretch_digits >= kFewestDigits) return;
    out.groups.resize(stretch);
    out.digits.resize(stretch_digits);
  };
  std::size_t last_end = 0;
  std::size_t look_back = 0;  // when there are so many groups
  while ((pos = next_digit(text, pos, end)) < end) {
    const Separator before = last_end == 0 ? Separator::kNone : between(text, last_end, pos);
    if (before == Separator::kNone) {
      drop_short_stretch();
      stretch = out.groups.size();
      stretch_digits = out.digits.size();
      look_back = stretch + 2 * kMostNeighbours;
      if (const std::size_t few = few_digits_end(text, pos); few != pos) {
        last_end = pos = few;
        continue;
      }
    }
    out.groups.push_back(read_group(text, pos, out.digits));
    out.groups.back().before = before;
    last_end = pos = out.groups.back().range.end;
    // Single digits one behind the other for long are in no number.
    if (out.groups.size() == look_back && !may_hold_number(out.groups, stretch)) {
      const auto first = out.groups.begin() + static_cast<std::ptrdiff_t>(stretch);
      out.groups.erase(first, first + kMostNeighbours);
    }
  }
  drop_short_stretch();
}

const char kDigitRunGate[] =
    R"((?:[0-9０-９][ \t\r\n.()~\-\x{A0}\x{B7}\x{2D7}\x{2000}-\x{200B}\x{2010}-\x{2015}\x{2022}\x{2024}\x{2028}\x{202F}\x{2043}\x{205F}\x{2212}\x{2500}\x{2501}\x{2796}\x{3000}\x{3002}\x{301C}\x{3030}\x{30A0}\x{30FB}\x{30FC}（）．－～\x{FE58}\x{FE63}\x{FF61}\x{FF65}\x{FF70}]{0,3}){9}[0-9０-９])";

}  // namespace sekisho::filters
