#pragma once

// What the bytes of a text are, a bit each, in blocks of 64; and bits made of them for many blocks
// in one go, as many as the processor holds in a register.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/processor.h"

namespace sekisho::filters {

// The bytes of a block by what they are, a bit each, the first byte lowest.
struct BlockMarks {
  std::uint64_t digit = 0, letter = 0;  // of ASCII
  std::uint64_t token = 0;              // + / - _ ~
  std::uint64_t dot = 0, at = 0;        // "@"
  std::uint64_t space = 0;              // and controls
  std::uint64_t control = 0;            // line ends, tabs
  std::uint64_t special = 0;            // % & < = \ | * ' " `
  std::uint64_t border = 0;             // , ; @ | < ' " and the tab
  std::uint64_t number_gap = 0;         // kNumberGap
  std::uint64_t colon = 0;
  std::uint64_t plain = 0;  // letters of no code: neither hexadecimal digits nor u, x, h, o
  std::uint64_t capital = 0;
  std::uint64_t figure = 0;                // letters that are written for digits: O o l I S
  std::uint64_t close = 0;                 // ; ( ) [ ] { } > end lines of code
  std::uint64_t high = 0, first_high = 0;  // not ASCII; and the first byte of such a character
  std::uint64_t lead = 0;      // first bytes of characters that are not everyday Japanese
  std::uint64_t kanji = 0;     // first bytes of what may be a digit in kanji
  std::uint64_t wide_gap = 0;  // the second byte of U+3000
  std::uint64_t gap = 0;  // first bytes of what is not ASCII and may part characters or numbers

  constexpr std::uint64_t alnum() const { return digit | letter; }
};

// What may stand between two groups of a number, in cells too. A tag may as well.
inline constexpr std::string_view kNumberGap = " \t\r\n-._/:,|*+~^@!?()[]{};\"'";

// The same mark of a block and of the one after it.
struct TwoBlocks {
  std::uint64_t low = 0, high = 0;

  // What stands `n` bytes further on, at most 63.
  constexpr std::uint64_t ahead(unsigned n) const { return low >> n | high << (64 - n); }
  // Marks what is marked here or `n` bytes further on.
  constexpr TwoBlocks spread(unsigned n) const { return {low | ahead(n), high | high >> n}; }
};

// A mark of a block and of the one before it, and how long it goes on.
struct BlockRun {
  std::uint64_t here = 0, before = 0;

  // What is marked `n` bytes earlier, at most 63.
  constexpr std::uint64_t behind(unsigned n) const { return here << n | before >> (64 - n); }
  // Where it is marked here and `n` bytes earlier.
  constexpr BlockRun twice(unsigned n) const { return {here & behind(n), before & before << n}; }
};

// The marks of all blocks, each kind in a column of its own. Beyond both ends nothing is marked.
class MarkColumns {
  static constexpr std::size_t kBefore = 1;
  static constexpr std::uint64_t BlockMarks::*kMarks[] = {
      &BlockMarks::digit,      &BlockMarks::letter, &BlockMarks::token,      &BlockMarks::dot,
      &BlockMarks::at,         &BlockMarks::space,  &BlockMarks::control,    &BlockMarks::special,
      &BlockMarks::border,     &BlockMarks::colon,  &BlockMarks::number_gap, &BlockMarks::plain,
      &BlockMarks::capital,    &BlockMarks::figure, &BlockMarks::close,      &BlockMarks::high,
      &BlockMarks::first_high, &BlockMarks::lead,   &BlockMarks::kanji,      &BlockMarks::wide_gap,
      &BlockMarks::gap};
  static constexpr std::size_t kColumns = std::size(kMarks);
  static_assert(sizeof(BlockMarks) == kColumns * sizeof(std::uint64_t));

  static constexpr auto kEach = std::make_index_sequence<kColumns>();

 public:
  // Blocks whose bits are made in one go.
  static constexpr std::size_t kTogether = 8;
  using Bits = std::array<std::uint64_t, kTogether>;

  // What was marked is lost; every block is to be set.
  void resize(std::size_t blocks) {
    blocks_ = blocks;
    // Columns do not begin at the same place of the cache's lines.
    column_ = (((blocks + 2 * kTogether) / kTogether + 1) | 1) * kTogether;
    if (marks_.size() < kColumns * column_) marks_.resize(kColumns * column_);
    for (std::size_t i = 0; i < kColumns; ++i) {
      marks_[i * column_] = 0;
      for (std::size_t b = kBefore + blocks; b < column_; ++b) marks_[i * column_ + b] = 0;
    }
  }
  std::size_t size() const { return blocks_; }

  // The marks of kTogether blocks before they are put into the columns.
  struct Rows {
    alignas(64) std::uint64_t marks[kColumns][kTogether];

    [[gnu::always_inline]] void set(std::size_t row, const BlockMarks& m) {
      write(&marks[0][row], m, kEach);
    }
  };
  // Of the blocks from `block` on, a multiple of kTogether; of those behind the last one, too,
  // which rows must be set to nothing for.
  [[gnu::always_inline]] void put(std::size_t block, const Rows& rows) {
    for (std::size_t i = 0; i < kColumns; ++i)
      std::memcpy(&marks_[i * column_ + kBefore + block], rows.marks[i], sizeof rows.marks[i]);
  }
  // Of the block before the first one and behind the last one, too.
  [[gnu::always_inline]] BlockMarks operator[](std::size_t block) const {
    return read(marks_.data() + (kBefore + block), column_, kEach);
  }
  // What `of` makes from the marks of kTogether blocks from `block` on, each with the ones before
  // and after it.
  template <class Of>
  void bits(std::size_t block, const Of& of, Stride stride, Bits& out) const {
    const std::uint64_t* from = marks_.data() + block;  // the block before it
    switch (stride) {
      case Stride::k64:
        return bits_by_512(from, column_, of, out.data());
      case Stride::k32:
        return bits_by_256(from, column_, of, out.data());
      case Stride::kOne:
        return bits_plainly(from, column_, of, out.data());
    }
  }

 private:
  template <std::size_t... I>
  [[gnu::always_inline]] static BlockMarks read(const std::uint64_t* from, std::size_t column,
                                                std::index_sequence<I...>) {
    BlockMarks m;
    ((m.*kMarks[I] = from[I * column]), ...);
    return m;
  }
  template <std::size_t... I>
  [[gnu::always_inline]] static void write(std::uint64_t* row, const BlockMarks& m,
                                           std::index_sequence<I...>) {
    ((row[I * kTogether] = m.*kMarks[I]), ...);
  }
  // One body for each kind of processor: everything that it calls is made a part of it, so that the
  // compiler makes the bits of several blocks with one instruction.
  template <class Of>
  [[gnu::always_inline]] static void bits_of(const std::uint64_t* from, std::size_t column,
                                             const Of& of, std::uint64_t* __restrict out) {
    for (std::size_t i = 0; i < kTogether; ++i)
      out[i] = of(read(from + i, column, kEach), read(from + i + 1, column, kEach),
                  read(from + i + 2, column, kEach));
  }
  template <class Of>
  SEKISHO_VECTORS_512 static void bits_by_512(const std::uint64_t* from, std::size_t column,
                                              const Of& of, std::uint64_t* __restrict out) {
    bits_of(from, column, of, out);
  }
  template <class Of>
  SEKISHO_VECTORS_256 static void bits_by_256(const std::uint64_t* from, std::size_t column,
                                              const Of& of, std::uint64_t* __restrict out) {
    bits_of(from, column, of, out);
  }
  template <class Of>
  [[gnu::flatten]] static void bits_plainly(const std::uint64_t* from, std::size_t column,
                                            const Of& of, std::uint64_t* __restrict out) {
    bits_of(from, column, of, out);
  }

  std::vector<std::uint64_t> marks_;
  std::size_t blocks_ = 0, column_ = 0;
};

}  // namespace sekisho::filters
