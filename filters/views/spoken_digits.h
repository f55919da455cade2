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

// Where such words begin in the last block, and what stands among none.
struct SpokenWords {
  std::uint64_t begins = 0, other = ~std::uint64_t{0};
};

// Cheap: whether many words without anything else go on from the block before.
inline bool spoken_words_go_on(const SpokenWords& before, const SpokenWords& here) {
  constexpr int kFewestBytes = 8, kFewestOfBoth = 44, kHalf = kFewestOfBoth / 2;
  constexpr std::size_t kFewestWords = 11;
  // All of this, or of what stands before, is words.
  if ((here.other & 0xFF) != 0 || before.other >> (64 - kFewestBytes) != 0) return false;
  if ((here.other << (64 - kHalf)) != 0 && before.other >> (64 - kHalf) != 0) return false;
  const int lead = std::countr_zero(here.other), trail = std::countl_zero(before.other);
  if (lead + trail < kFewestOfBoth) return false;
  const std::uint64_t first = lead == 64 ? here.begins : here.begins & ~(~std::uint64_t{0} << lead);
  const std::uint64_t last =
      trail == 64 ? before.begins : before.begins & ~(~std::uint64_t{0} >> trail);
  return bit_count(first) + bit_count(last) >= kFewestWords;
}

// Cheap: whether a block of Survey::kBlock bytes, with as many readable behind it as a character
// has, may hold such words; `last` is of the block before, and then of this one.
inline bool may_hold_spoken_digits(const unsigned char* block, const BlockMarks& m,
                                   SpokenWords& last) {
  // Words of five letters at most, many of them, and nothing of code between.
  constexpr std::size_t kFewestWords = 9;
  constexpr int kFewestBytes = 40;  // of them: all have the middle of the block in common
  constexpr std::uint64_t kCommon = std::uint64_t{0xFFFF} << 24;
  const std::uint64_t two = m.letter & m.letter >> 1, four = two & two >> 2;
  const std::uint64_t other = (four & two >> 4) | m.special |
                              ~(m.letter | m.space | m.token | m.dot | m.border);  // digits too
  const SpokenWords before = last;
  last = {m.letter & ~(m.letter << 1), other};
  if (spoken_words_go_on(before, last)) return true;
  if (m.high != 0) {
    // In the middle of the block, where a label before them is over.
    constexpr unsigned kMiddle = 30;
    const std::uint64_t left = m.first_high & ~std::uint64_t{0} << kMiddle;
    const auto at = static_cast<std::size_t>(std::countr_zero(left | std::uint64_t{1} << 63));
    if (is_spoken_kana(block + at) && at + 6 <= Survey::kBlock &&
        (block[at + 3] == ' ' || is_spoken_kana(block + at + 3)) && spoken_kana_at(block, at))
      return true;
  }
  if ((other & kCommon) != 0) return false;
  const int begin = 64 - std::countl_zero(other & (kCommon - 1) & ~kCommon);
  const int end = std::countr_zero(other & ~std::uint64_t{0} << 40);
  if (end - begin < kFewestBytes) return false;
  const std::uint64_t run = ~std::uint64_t{0} >> (64 - (end - begin)) << begin;
  // Fewer when signs part them: "three, five, four".
  std::uint64_t signs = (m.border | m.token) & run;
  for (int i = 0; i < 4; ++i) signs &= signs - 1;
  return bit_count(last.begins & run) >= (signs != 0 ? kFewestWords - 2 : kFewestWords);
}
// Adds a patch over each number of enough digits that begins in `where`.
void find_spoken_digits(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
