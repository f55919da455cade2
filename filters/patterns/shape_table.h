#pragma once

// Many byte shapes asked at one place together: what begins near a digit is looked up by the bytes
// that stand there.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/patterns/byte_shape.h"
#include "filters/word_border.h"

namespace sekisho::filters {

class ShapeTable {
 public:
  // A shape whose matches begin at most `before` bytes before a digit; `at_border`: never behind a
  // letter or a digit. They are numbered as added.
  void add(const ByteShape& shape, std::size_t before, bool at_border);
  bool empty() const { return shapes_.empty(); }

  // Calls found(number, begin) for each shape that fits where it may begin for the digit at
  // `digit`, by place and number. A shape for which it returns true is not asked further.
  template <class Found>
  void at_digit(std::string_view text, std::size_t digit, Found found) const {
    for (std::size_t set = 0; set < sets_.size(); ++set) ask(set, text, digit, found);
  }

 private:
  static constexpr std::size_t kPlaces = 4;  // bytes looked up; the rest of a shape is compared
  // Up to 64 shapes, a bit each.
  struct Set {
    std::array<std::array<std::uint64_t, 256>, kPlaces> fits{};
    std::array<std::uint64_t, 256> behind{};  // what begins before the digit, by the byte there
    std::uint64_t at_border = 0;
    std::vector<std::uint64_t> may_begin;  // by how far before the digit
  };

  template <class Found>
  void ask(std::size_t set, std::string_view text, std::size_t digit, Found& found) const {
    const Set& s = sets_[set];
    const std::size_t most = s.may_begin.size() - 1;
    std::uint64_t left = ~std::uint64_t{0};
    const bool only_here = digit == 0 || s.behind[static_cast<unsigned char>(text[digit - 1])] == 0;
    const std::size_t first = only_here ? digit : digit - (digit < most ? digit : most);
    for (std::size_t begin = first; begin <= digit; ++begin) {
      std::uint64_t fits =
          left & s.may_begin[digit - begin] & s.fits[0][static_cast<unsigned char>(text[begin])];
      if (fits != 0 && inside_word(text, begin)) fits &= ~s.at_border;
      if (fits == 0) continue;
      for (std::size_t i = 1; i < kPlaces && begin + i < text.size(); ++i)
        fits &= s.fits[i][static_cast<unsigned char>(text[begin + i])];
      for (; fits != 0; fits &= fits - 1) {
        const auto bit = static_cast<std::size_t>(__builtin_ctzll(fits));
        const std::size_t number = set * 64 + bit;
        if (shapes_[number].fits(text, begin) && found(number, begin))
          left &= ~(std::uint64_t{1} << bit);
      }
    }
  }

  std::vector<Set> sets_;
  std::vector<ByteShape> shapes_;
};

}  // namespace sekisho::filters
