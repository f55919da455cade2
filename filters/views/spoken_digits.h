#pragma once

// Numbers told digit by digit, as speech is written down: "four five three nine", "ゼロキュウゼロ",
// "ぜろ、きゅう、ぜろ", "yon go san kyuu", "double five".

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "filters/finding.h"
#include "filters/views/survey.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

// Whether kana of digits stand at `at` of a block.
bool spoken_kana_at(const unsigned char* block, std::size_t at);
// Cheap: whether a block of Survey::kBlock bytes, with as many readable behind it as a character
// has, may hold such words.
inline bool may_hold_spoken_digits(const unsigned char* block, const BlockMarks& m) {
  if (m.high != 0) {
    // In the middle of the block, where a label before them is over.
    constexpr unsigned kMiddle = 30;
    const std::uint64_t left = m.first_high & ~std::uint64_t{0} << kMiddle;
    const auto at = static_cast<std::size_t>(std::countr_zero(left | std::uint64_t{1} << 63));
    return block[at] == 0xE3 && spoken_kana_at(block, at);
  }
  // Words of five letters at most, many of them, and nothing of code between.
  constexpr std::size_t kFewestWords = 9;
  constexpr std::uint64_t kFirst = ~std::uint64_t{0} >> 16, kLast = ~std::uint64_t{0} << 16;
  const std::uint64_t two = m.letter & m.letter >> 1, four = two & two >> 2;
  const std::uint64_t other =
      m.special | ~(m.letter | m.space | m.token | m.dot | m.border);  // digits too
  const std::uint64_t six = (four & two >> 4) | other, words = m.letter & ~(m.letter << 1);
  if ((six & kFirst) != 0 && (six & kLast) != 0) return false;
  return ((six & kFirst) == 0 && bit_count(words & kFirst) >= kFewestWords) ||
         ((six & kLast) == 0 && bit_count(words & kLast) >= kFewestWords);
}
// Adds a patch over each number of enough digits that begins in `where`.
void find_spoken_digits(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
