#pragma once

// Characters of Japanese names, read ahead of a place.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "filters/finding.h"
#include "filters/width_fold.h"

namespace sekisho::filters {

inline bool is_han(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3005 ||
         (c >= 0xF900 && c <= 0xFAFF);
}
inline bool is_hiragana(char32_t c) {
  return c >= 0x3041 && c <= 0x309F;
}
inline bool is_katakana(char32_t c) {
  return (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FC;
}
inline bool is_kana_or_han(char32_t c) {
  return is_han(c) || is_hiragana(c) || is_katakana(c);
}

// What stands between the names of a list, the cells of a table.
inline bool is_list_border(char32_t c) {
  static constexpr std::u32string_view kBorders = U"\n\r\t、,，・/|()（）「」\"'<>:：";
  return c == 0 || kBorders.find(c) != std::u32string_view::npos;
}

// Forms of a kanji that the lists write otherwise.
inline char32_t usual_form(char32_t c) {
  // Cheap: by the lowest bits of those below.
  constexpr std::uint64_t kLowest = 1ull << (U'\u9AD9' % 64) | 1ull << (U'\uFA11' % 64) |
                                    1ull << (U'濵' % 64) | 1ull << (U'栁' % 64) |
                                    1ull << (U'瀨' % 64) | 1ull << (U'德' % 64) |
                                    1ull << (U'邊' % 64) | 1ull << (U'邉' % 64);
  if ((kLowest >> (c % 64) & 1) == 0) return c;
  switch (c) {
    case U'\u9AD9':
      return U'高';
    case U'\uFA11':
      return U'崎';
    case U'濵':
      return U'浜';
    case U'栁':
      return U'柳';
    case U'瀨':
      return U'瀬';
    case U'德':
      return U'徳';
    case U'邊':
    case U'邉':
      return U'辺';
    default:
      return c;
  }
}

// What usual_form knows.
inline constexpr char32_t kOtherForms[] = {U'\u9AD9', U'\uFA11', U'濵', U'栁',
                                           U'瀨',     U'德',     U'邊', U'邉'};

// The next few characters from a place, with where each begins.
struct NameAhead {
  static constexpr std::size_t kMost = 12;
  std::array<char32_t, kMost> value{};
  std::array<std::size_t, kMost + 1> at{};
  std::size_t count = 0;
  char32_t before_it;         // 0 at the beginning of the text
  bool alone_before = false;  // a border of a cell or a list stands before

  NameAhead(std::string_view text, std::size_t pos)
      : before_it(pos == 0 ? U'\0' : char_before(text, pos).value),
        alone_before(is_list_border(before_it)) {
    for (; count < kMost; ++count) {
      at[count] = pos;
      const FoldedChar c = char_at(text, pos);
      if (c.size == 0) break;
      value[count] = usual_form(c.value);
      pos += c.size;
    }
    at[count] = pos;
  }
  char32_t operator[](std::size_t i) const { return i < count ? value[i] : U'\0'; }
  bool starts(std::size_t i, std::u32string_view word) const {
    if (i + word.size() > count) return false;
    return std::equal(word.begin(), word.end(), value.begin() + static_cast<std::ptrdiff_t>(i));
  }
};

// Without the blanks in it.
std::string normalised_name(std::string_view text, Range range);
// The next byte at or after `pos` that may begin a kanji or kana: ASCII is passed eight at a time.
inline std::size_t skip_ascii(std::string_view text, std::size_t pos, std::size_t end) {
  while (pos + 8 <= end) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + pos, sizeof word);
    if ((word & 0x8080808080808080) != 0) break;
    pos += 8;
  }
  while (pos < end && static_cast<unsigned char>(text[pos]) < 0x80) ++pos;
  return pos;
}

// A kanji of the basic plane at `pos`, which text has; 0 = something else.
inline char32_t kanji_at(std::string_view text, std::size_t pos) {
  const auto lead = static_cast<unsigned char>(text[pos]);
  if (lead < 0xE3 || lead > 0xE9 || pos + 3 > text.size()) return 0;
  const auto b = static_cast<unsigned char>(text[pos + 1]),
             c = static_cast<unsigned char>(text[pos + 2]);
  if ((b & 0xC0) != 0x80 || (c & 0xC0) != 0x80) return 0;
  return static_cast<char32_t>((lead & 0x0F) << 12 | (b & 0x3F) << 6 | (c & 0x3F));
}

}  // namespace sekisho::filters
