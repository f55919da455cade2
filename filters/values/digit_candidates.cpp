#include "filters/values/digit_candidates.h"

#include <algorithm>

#include "filters/evidence.h"
#include "filters/width_fold.h"

namespace sekisho::filters {

bool groups_are(const DigitGroups& all, const DigitCandidate& c,
                std::initializer_list<std::size_t> sizes) {
  if (c.to - c.from != sizes.size()) return false;
  std::size_t i = c.from;
  return std::all_of(sizes.begin(), sizes.end(),
                     [&](std::size_t size) { return all.groups[i++].count == size; });
}

// "No" before a dot, whatever it numbers.
static bool says_number(std::string_view text, std::size_t end) {
  constexpr std::size_t kSize = 2;
  if (end < kSize || (text[end - 2] | 0x20) != 'n' || (text[end - 1] | 0x20) != 'o') return false;
  const char32_t before = char_before(text, end - kSize).value;
  return before >= 0x80 || !is_word(before);
}

bool free_on_left(const DetectorRow& row, std::string_view text, std::size_t begin) {
  const FoldedChar c = char_before(text, begin);
  if (is_word(c.value)) {
    const bool escape = c.value < 0x80 && begin >= 2 && text[begin - 2] == '\\';
    return escape || is_label_before(row, text, begin);
  }
  if (!is_hyphen(c.value) && c.value != U'.') return true;
  const std::size_t before = begin - c.size;
  // ".2074.0020" goes on from something else, whatever stands before the dot.
  if (c.value == U'.') return says_number(text, before) || is_label_before(row, text, before);
  return !is_word(char_before(text, before).value) || is_label_before(row, text, before);
}

bool free_on_right(std::string_view text, std::size_t end) {
  const FoldedChar c = char_at(text, end);
  if (is_word(c.value)) return false;
  const char32_t next = char_at(text, end + c.size).value;
  if (c.value == U'.') return !is_digit(next);  // a letter: the number names a file
  return !is_hyphen(c.value) || !is_word(next);
}

}  // namespace sekisho::filters
