#pragma once

// Numbers told digit by digit, as speech is written down: "four five three nine", "ゼロキュウゼロ",
// "ぜろ、きゅう、ぜろ", "yon go san kyuu", "double five".

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "filters/finding.h"
#include "filters/views/survey.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

// The characters of digits in kana, and what may part them.
inline constexpr std::u32string_view kSpokenKana =
    U"ゼロレイマルチニーサンヨシゴクナハキュウ、・ノ　";

// By their place from U+3000 on, in hiragana too.
inline constexpr auto kSpokenKanaTable = [] {
  std::array<std::uint64_t, 4> out{};
  const auto add = [&out](char32_t c) { out[(c - 0x3000) / 64] |= std::uint64_t{1} << (c % 64); };
  for (const char32_t c : kSpokenKana) {
    add(c);
    if (c >= 0x30A1 && c <= 0x30F6) add(c - 0x60);
  }
  return out;
}();
// Of three bytes of UTF-8.
inline bool is_spoken_kana(const unsigned char* p) {
  return p[0] == 0xE3 && (kSpokenKanaTable[p[1] & 3] >> (p[2] & 63) & 1) != 0;
}

// Whether many of them stand from `at` of a block on.
bool spoken_kana_at(const unsigned char* block, std::size_t at);

// Cheap: whether a block of Survey::kBlock bytes, with as many readable behind it as a character
// has, may hold such words.
inline bool may_hold_spoken_digits(const unsigned char* block, const BlockMarks& m) {
  constexpr std::uint64_t kFirst = ~std::uint64_t{0} >> 16, kLast = ~std::uint64_t{0} << 16;
  if (m.high != 0) {
    // In the middle of the block, where a label before them is over.
    constexpr unsigned kMiddle = 30;
    const std::uint64_t left = m.first_high & ~std::uint64_t{0} << kMiddle;
    const auto at = static_cast<std::size_t>(std::countr_zero(left | std::uint64_t{1} << 63));
    if (is_spoken_kana(block + at))
      return at + 6 <= Survey::kBlock && (block[at + 3] == ' ' || is_spoken_kana(block + at + 3)) &&
             spoken_kana_at(block, at);
    if ((m.high & kFirst) != 0 && (m.high & kLast) != 0) return false;
  }
  // Words of five letters at most, many of them, and nothing of code between.
  constexpr std::size_t kFewestWords = 9;
  const std::uint64_t two = m.letter & m.letter >> 1, four = two & two >> 2;
  const std::uint64_t other =
      m.special | ~(m.letter | m.space | m.token | m.dot | m.border);  // digits too
  const std::uint64_t six = (four & two >> 4) | other, words = m.letter & ~(m.letter << 1);
  if ((six & kFirst) != 0 && (six & kLast) != 0) return false;
  // Fewer when signs part them: "three, five, four".
  std::uint64_t signs = m.border | m.token;
  for (int i = 0; i < 4; ++i) signs &= signs - 1;
  const std::size_t fewest = signs != 0 ? kFewestWords - 2 : kFewestWords;
  return ((six & kFirst) == 0 && bit_count(words & kFirst) >= fewest) ||
         ((six & kLast) == 0 && bit_count(words & kLast) >= fewest);
}
// Adds a patch over each number of enough digits that begins in `where`.
void find_spoken_digits(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
