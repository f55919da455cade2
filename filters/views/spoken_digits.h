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

// Words of a block, and what stands between no such ones.
struct SpokenWords {
  std::uint64_t begins = 0, other = ~std::uint64_t{0};

  // How many bytes of them the block begins and ends with.
  int lead() const { return std::countr_zero(other); }
  int trail() const { return std::countl_zero(other); }
};

// Japanese at both ends and between: nothing goes on from block to block.
constexpr bool is_japanese_all_along(const BlockMarks& m) {
  constexpr std::uint64_t kMiddle = std::uint64_t{0xFFFF} << 24;
  return (m.high & 0xFF) != 0 && (m.high & kMiddle) != 0 && m.high >> 56 != 0;
}

// Words of five letters at most; no digits, and nothing of code between.
constexpr SpokenWords spoken_words(const BlockMarks& m) {
  const std::uint64_t two = m.letter & m.letter >> 1, four = two & two >> 2;
  return {m.letter & ~(m.letter << 1),
          (four & two >> 4) | m.special | ~(m.letter | m.space | m.token | m.dot | m.border)};
}

// Cheap: whether many words without anything else go on from the block before.
inline bool spoken_words_go_on(const SpokenWords& before, const SpokenWords& words) {
  constexpr int kFewestBytes = 8, kFewestOfBoth = 44;
  constexpr std::size_t kFewestWords = 11;
  const int lead = words.lead(), trail = before.trail();
  if (lead + trail < kFewestOfBoth || lead < kFewestBytes || trail < kFewestBytes) return false;
  const std::uint64_t first =
      lead == 64 ? words.begins : words.begins & ~(~std::uint64_t{0} << lead);
  const std::uint64_t last =
      trail == 64 ? before.begins : before.begins & ~(~std::uint64_t{0} >> trail);
  return bit_count(first) + bit_count(last) >= kFewestWords;
}

// Cheaper still, without branches: characters that are not ASCII, and the ends of forty bytes of
// words. None: may_hold_spoken_digits need not be asked.
constexpr std::uint64_t may_hold_spoken_words(const BlockMarks& before, const BlockMarks& m) {
  const BlockRun words{~spoken_words(m).other, ~spoken_words(before).other};
  return m.high | words.twice(1).twice(2).twice(4).twice(8).twice(16).twice(8).here;
}

// Cheap: whether digits in kana may stand in the middle of the block, where a label before them is
// over.
[[gnu::always_inline]] inline bool may_hold_kana(const unsigned char* block, const BlockMarks& m) {
  constexpr unsigned kMiddle = 30;
  const std::uint64_t left = m.first_high & ~std::uint64_t{0} << kMiddle;
  const auto at = static_cast<std::size_t>(std::countr_zero(left | std::uint64_t{1} << 63));
  return is_spoken_kana(block + at) && at + 6 <= Survey::kBlock &&
         (block[at + 3] == ' ' || is_spoken_kana(block + at + 3)) && spoken_kana_at(block, at);
}

// Cheap: whether a block of Survey::kBlock bytes, with as many readable behind it as a character
// has, may hold such words.
[[gnu::always_inline]] inline bool may_hold_spoken_digits(const unsigned char* block,
                                                          const BlockMarks& marks_before,
                                                          const BlockMarks& m) {
  // All runs of 40 bytes have the middle of the block in common.
  constexpr std::size_t kFewestWords = 9;
  constexpr std::uint64_t kCommon = std::uint64_t{0xFFFF} << 24;
  if (is_japanese_all_along(m)) return may_hold_kana(block, m);
  const SpokenWords words = spoken_words(m);
  const SpokenWords before =
      is_japanese_all_along(marks_before) ? SpokenWords{} : spoken_words(marks_before);
  if (spoken_words_go_on(before, words)) return true;
  if (m.high != 0 && may_hold_kana(block, m)) return true;
  const std::uint64_t other = words.other;
  if ((other & kCommon) != 0) return false;
  const int begin = 64 - std::countl_zero(other & (kCommon - 1) & ~kCommon);
  const int end = std::countr_zero(other & ~std::uint64_t{0} << 40);
  if (end - begin < 40) return false;
  const std::uint64_t run = ~std::uint64_t{0} >> (64 - (end - begin)) << begin;
  // Fewer when signs part them: "three, five, four".
  std::uint64_t signs = (m.border | m.token) & run;
  for (int i = 0; i < 4; ++i) signs &= signs - 1;
  return bit_count(words.begins & run) >= (signs != 0 ? kFewestWords - 2 : kFewestWords);
}

// Adds a patch over each number of enough digits that begins in `where`.
void find_spoken_digits(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
