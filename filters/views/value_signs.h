#pragma once

// What stands between the characters of a value with signs of any kind in it: "MG6-5.98 6",
// "(485)(964912)".

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/views/labelled_values.h"

namespace sekisho::filters {

// The groups of a value and what stands between them.
struct ValueSigns {
  std::string_view first;
  bool alike = true;
  std::vector<std::size_t> sizes;

  bool in_pairs() const {
    return std::all_of(sizes.begin(), sizes.end(), [](std::size_t size) { return size == 2; });
  }
};
ValueSigns signs_of(std::string_view written);

// "MG6-5 9": where the letters and digits begin that have nothing but signs between up to the digit
// at `at`; `at`: no letter is among those right before it.
std::size_t letters_begin(std::string_view text, std::size_t at);

// Whether the digits at `at` may stand right behind a label.
inline bool may_stand_behind_label(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 4;
  static constexpr CharSet kBetween{" :=;(['\"\n\t"};
  if (static_cast<unsigned char>(text[at - 1]) >= 0x80) return true;
  std::size_t label = at;
  while (label > 3 && at - label < kMost && kBetween.has(text[label - 1])) --label;
  if (label == at) return false;
  const char last = text[label - 1];
  if (kAsciiDigits.has(last)) return false;
  return may_end_value_label(text[label - 2], last) || last == ')' ||
         (last == 's' && text[label - 2] == 'i' && text[label - 3] == ' ');
}

// Whether the digits at `at` stand behind letters that such a value has and a sign: "MG-6",
// "(DE8)(943", not "HTTP/1.1".
inline bool stands_behind_letters(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{" .-_/;~*|+([\t"}, kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  if (!kSigns.has(text[at - 1])) return false;
  std::size_t pos = at - 1;
  while (pos > 0 && at - pos < 3 && (kSigns.has(text[pos - 1]) || text[pos - 1] == ')')) --pos;
  while (pos > 0 && kAsciiDigits.has(text[pos - 1])) --pos;
  const std::size_t end = pos;
  while (pos > 0 && end - pos < 5 && kCapitals.has(text[pos - 1])) --pos;
  if (pos == end || pos == 0) return false;
  const char before = text[pos - 1];
  return end - pos <= 2 ? !kAsciiLetters.has(before) : kAsciiDigits.has(before) || before == '(';
}

// The groups from the digits [at, end) on have signs of several kinds between, or such as numbers
// have not, or are as many digits as an account has.
bool has_odd_signs(std::string_view text, std::size_t at, std::size_t end);

// Cheap: whether a sign and another group of a value may stand behind the digits [at, end), or a
// bracket. Most numbers with signs are days.
[[gnu::always_inline]] inline bool may_go_on_with_sign(std::string_view text, std::size_t at,
                                                       std::size_t end) {
  constexpr std::size_t kYear = 4, kMonth = 3, kHour = 2;
  static constexpr CharSet kSigns{" .-_/,:;~*|+)\t\xC2\xE2\xE3\xEF"},
      kNext = kAsciiAlnum | CharSet("-(\x80\x81\x83\xA0\xB7\xBC\xBD");
  if (end + 1 >= text.size() || !kSigns.has(text[end])) return false;
  if (end - at == kHour && text[end] == ':') return false;
  if (end - at == kYear && text[end] == '-' && text.size() - end > kMonth &&
      text[end + kMonth] == '-')
    return false;
  return kNext.has(text[end + 1]) || text[end] == ')';
}

// Cheap: whether the digits [at, end) may be a group of a value with signs of any kind between its
// characters, the first of which stands behind its label. Most numbers have the same sign all over.
inline bool may_have_signs(std::string_view text, std::size_t at, std::size_t end) {
  if (at < 4) return false;
  // "(NL95LFL)(T9360758)(4)": the last one.
  if (text[at - 1] == '(' && text[at - 2] == ')') return true;
  if (!may_go_on_with_sign(text, at, end)) return false;
  return (may_stand_behind_label(text, at) || stands_behind_letters(text, at)) &&
         (text[end] == ')' || has_odd_signs(text, at, end));
}

}  // namespace sekisho::filters
