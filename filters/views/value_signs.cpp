#include "filters/views/value_signs.h"

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/character_forms.h"
#include "filters/views/cut_reader.h"
#include "filters/views/labelled_values.h"
#include "filters/views/pieces.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"}, kChars = kCapitals | kAsciiDigits;

}  // namespace

ValueSigns signs_of(std::string_view written) {
  ValueSigns out;
  for (std::size_t pos = 0; pos < written.size();) {
    const std::size_t group = pos;
    while (alnum_at(written, pos)) ++pos;
    out.sizes.push_back(pos - group);
    const std::size_t end = signs_end(written, pos);
    if (end == pos) break;
    const std::string_view sign = written.substr(pos, end - pos);
    if (out.first.empty()) out.first = sign;
    out.alike = out.alike && sign == out.first;
    pos = end;
  }
  return out;
}

std::size_t letters_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  constexpr std::string_view kIban = "IBAN";
  static constexpr CharSet kSigns{" .-_/,;~*|+\t()[]"};
  std::size_t begin = at, pos = at;
  bool letter = false;
  while (pos > 0 && at - pos < kLongest) {
    const char c = text[pos - 1];
    if (kChars.has(c)) {
      begin = --pos;
      letter = letter || kCapitals.has(c);
    } else if (kSigns.has(c)) {
      // "2026-11-28": digits before the first sign.
      if (begin != at && !letter) return at;
      --pos;
    } else {
      if (static_cast<unsigned char>(c) < 0x80) break;
      const RawChar sign = raw_char_before(text, pos);
      if (sign.size == 0 || (!is_gap(sign.value) && !is_wide_sign(sign.value))) break;
      pos -= sign.size;
    }
  }
  if (!letter) return at;
  return begins_at(text, begin, kIban) ? signs_end(text, begin + kIban.size()) : begin;
}

namespace {

// Whether groups follow at `end`, with signs of several kinds or of none that numbers have, or as
// many digits as an account has. `sign_before`: what stands before.
bool odd_groups_follow(std::string_view text, std::size_t end, std::size_t characters,
                       char sign_before) {
  constexpr std::size_t kAccount = 7, kFewestBehindLetters = 4, kLongest = 34, kMostSigns = 3;
  static constexpr CharSet kSigns{" .-_/,:;~*|+)([]\t"}, kUsual{"-. /,:"},
      kHigh{"\xC2\xE2\xE3\xEF"};
  bool odd = false;
  char sign = sign_before;
  for (std::size_t pos = end; pos < text.size() && characters < kLongest;) {
    const std::size_t begin = pos;
    const bool ascii = kSigns.has(text[pos]);
    if (ascii) {
      while (pos - begin < kMostSigns && pos < text.size() && kSigns.has(text[pos])) ++pos;
    } else {
      if (!kHigh.has(text[pos])) break;
      pos = signs_end(text, pos);
    }
    const std::size_t group = pos;
    while (pos < text.size() && kChars.has(text[pos])) ++pos;
    if (group == begin || pos == group) break;
    const char first = text[begin];
    odd = odd || group - begin > 1 || !kUsual.has(first) || (sign != 0 && first != sign);
    sign = first;
    characters += pos - group;
  }
  return characters == kAccount ||
         (odd && characters >= (sign_before != 0 ? kFewestBehindLetters : kAccount));
}

}  // namespace

bool has_odd_signs(std::string_view text, std::size_t at, std::size_t end) {
  static constexpr CharSet kSigns{" .-_/,;~*|+(\t"};
  const char before = text[at - 1];
  if (kSigns.has(before) && kChars.has(text[at - 2]))
    return odd_groups_follow(text, end, end - at, before);
  constexpr char kWideSign = '\xE3';  // any that no other is alike
  const bool wide = static_cast<unsigned char>(before) >= 0x80;
  return odd_groups_follow(text, end, end - at, wide ? kWideSign : '\0');
}

}  // namespace sekisho::filters
