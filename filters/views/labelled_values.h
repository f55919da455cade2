#pragma once

// Values of a known form behind their label that are cut anywhere: over lines, cells, the items of
// a list, messages ("在留カード: U" … "F93482715JA", "passport_no": ["TZ", "830", "4729"]). The
// label says which form it is, and only what fills it all is joined.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "filters/char_set.h"
#include "filters/finding.h"
#include "filters/views/labelled_numbers.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {

// Pairs of letters that the labels end with, a bit each.
inline constexpr auto kEndsOfLabels = [] {
  std::array<std::uint32_t, 32> out{};
  constexpr std::string_view kPairs =
      "no er rd rt el ne le th te ob ay sn ty on ey an se ce ok rl pe ps ng et en ip";
  for (std::size_t i = 0; i < kPairs.size(); i += 3)
    out[kPairs[i] & 31] |= std::uint32_t{1} << (kPairs[i + 1] & 31);
  return out;
}();
// Cheap: whether one of the labels may end with the two.
inline bool may_end_value_label(char before, char last) {
  // ）号ド先話日証帯座通ー年月和成
  static constexpr CharSet kBytes{"\x89\xB7\x88\xB1\xA5\xBC\xAF\xA7\x9A\xB4\x8C\x90"};
  if (static_cast<unsigned char>(last) >= 0x80) return kBytes.has(last);
  return (kEndsOfLabels[before & 31] >> (last & 31) & 1) != 0;
}
// Cheap: whether the piece [begin, end) may be the first of a token, or of a value behind its
// label.
inline bool may_begin_value(std::string_view text, std::size_t begin, std::size_t end) {
  if (may_begin_token(text.substr(begin, end - begin)) &&
      begins_token_prefix(text.substr(begin, std::min<std::size_t>(end - begin, 3))))
    return true;
  // "M J 8".
  if (end - begin == 1 && begin > 6) {
    const std::size_t before =
        begin - (static_cast<unsigned char>(text[begin - 1]) >= 0x80 ? 3 : 1);
    if (text[before - 2] == text[begin - 1] && kAsciiAlnum.has(text[before - 1])) return true;
  }
  constexpr std::size_t kMost = 6;
  static constexpr CharSet kSigns{" :=\"'"};
  std::size_t at = begin;
  while (at > 3 && begin - at < kMost && kSigns.has(text[at - 1])) --at;
  if (at < 3) return false;
  const char last = text[at - 1];
  if (kAsciiLetters.has(last)) return at < begin && may_end_value_label(text[at - 2], last);
  // "+44 20".
  if (kAsciiDigits.has(last))
    return begin - at == 1 && text[at] == ' ' && kAsciiDigits.has(text[end - 1]);
  return last == '`' || may_follow_label(text, begin);
}

// Cheap: whether the value whose first piece ends at `end` may go on in another cell or item.
inline bool may_be_cut(std::string_view text, std::size_t end) {
  if (end + 3 > text.size()) return false;
  static constexpr CharSet kBehindBlank{"|\"'\t"};
  const char next = text[end + 1];
  switch (text[end]) {
    case '\t':
    case '|':
      return true;
    case ',':
      return kAsciiAlnum.has(next) || next == '-';
    case '<':
      return next == '/' || next == 'b' || next == 'B' || next == 's' || next == 'f';
    case ' ':
      return kBehindBlank.has(next) || (next == ' ' && padded_border(text, end) != end) ||
             (next == '<' && text[end + 2] == '/');
    case '"':
    case '\'': {
      const std::size_t comma = next == text[end] ? end + 2 : end + 1;
      if (comma + 1 >= text.size() || text[comma] != ',') return false;
      const std::size_t item = text[comma + 1] == ' ' ? comma + 2 : comma + 1;
      return item < text.size() && text[item] == text[end];
    }
    default:
      return false;
  }
}

// "https:" of what begins with "//hooks" at `at`: where the cell begins.
inline std::size_t cell_begin(std::string_view text, std::size_t at) {
  constexpr std::string_view kScheme = "https:";
  return at > kScheme.size() && text[at] == '/' && text.substr(0, at).ends_with(kScheme)
             ? at - kScheme.size()
             : at;
}

// Cheap: whether the piece [begin, end) may be the first cell of a secret behind the cell that is
// its label: "client_secret,xBv,8Q~Y…".
inline bool may_begin_row_value(std::string_view text, std::size_t begin, std::size_t end) {
  static constexpr CharSet kSeparators{",;\t"};
  if (begin < 4 || end >= text.size() || !kSeparators.has(text[end])) return false;
  const std::size_t cell = cell_begin(text, begin);
  if (cell < 4 || text[cell - 1] != text[end]) return false;
  const char before = text[cell - 3], last = text[cell - 2];
  // キー, シークレット, 通知先.
  if (static_cast<unsigned char>(last) >= 0x80)
    return (last == '\xBC' && before == '\x83') || last == '\x88';
  switch (last | 0x20) {
    case 'o':  // "passport no;TK;7869;497"
      return text[end] == ';' && (before | 0x20) == 'n';
    case 'p':  // "server ip"
      return (before | 0x20) == 'i';
    case 'y':
    case 't':
      return (before | 0x20) == 'e';
    case 'k':
      return (before | 0x20) == 'o';
    default:
      return false;
  }
}

// From the piece that may_begin_row_value() holds for, over the cells of its row; the end of the
// value when it was joined, 0 otherwise.
std::size_t join_row_value(std::string_view text, Range piece, PulledApart out);

// From the group of a value at `at` on that may_have_signs() holds for; the end of the
// last one when they were joined, 0 otherwise.
std::size_t join_signed_value(std::string_view text, std::size_t at, PulledApart out);

// From the value at `at`, behind a quote, on whose label a comment behind it tells: "'293 866/7' #
// …".
std::size_t join_noted_value(std::string_view text, std::size_t at, PulledApart out);
// From the first digit, at `at`, of a number abroad on whose characters stand apart: "+ 4 9   3 0".
std::size_t join_spaced_phone(std::string_view text, std::size_t at, PulledApart out);

// From the first piece of a value on; the end of the last one when it was joined, 0 otherwise.
std::size_t join_labelled_value(std::string_view text, Range piece, PulledApart out);

}  // namespace sekisho::filters
