#pragma once

// One quick look over a text: where is anything that a view might undo? Everything else is never
// looked at again, so that clean text pays for this pass alone.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "filters/finding.h"
#include "filters/processor.h"
#include "filters/views/block_marks.h"

namespace sekisho::filters {

// What a block of 64 bytes may hold.
enum SurveyFlag : std::uint16_t {
  kOddCharacter = 1,     // one that is normalised away, deleted, or stands for an ASCII one
  kEscape = 2,           // \u0041 %41 &#65; =41 0<b>9</b>0 <~…
  kQuotes = 4,           // a literal that is joined to the next one
  kSingles = 8,          // characters that stand apart: "4 5 3 2"
  kManyDigits = 16,      // many digits
  kKanjiDigits = 32,     // two of 〇一二三… side by side, or two beside digits of ASCII
  kLongRun = 64,         // kLongRunSize or more letters and digits without a break
  kCells = 128,          // "|", or punctuation squeezed between values
  kLineEnd = 256,        // a line end or tab after what may be part of a token or number
  kEvenGroups = 512,     // blanks at equal distances
  kEvenPieces = 1024,    // longer gaps at equal distances
  kSpoken = 2048,        // short words, or kana, that may be digits
  kFigures = 4096,       // letters beside digits that may be written for some
  kDoubled = 8192,       // two of + / - _ ~ within a word
  kAddress = 16384,      // "@"
  kTurnedLabel = 32768,  // a label written backwards, or in ROT13
};

// Without a call of the compiler's library, which std::popcount is on older processors.
constexpr std::size_t bit_count(std::uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F;
  return bits * 0x0101010101010101 >> 56;
}

// Where gaps of two bytes, or of three (" - ", a character that is not ASCII), begin behind a token
// and come again behind a group of a usual length; and where one blank does so, three times behind
// pairs ("gh p_ A1 b2").
constexpr std::uint64_t even_gaps(const BlockMarks& m, const BlockMarks& after) {
  const std::uint64_t low = m.alnum() | m.token, high = after.alnum() | after.token;
  const TwoBlocks run{low, high}, none{~low, ~high}, blank{m.space, after.space};
  const std::uint64_t ends = ~low & low << 1;
  if ((ends & (ends - 1)) == 0) return 0;
  const TwoBlocks single{m.space & low << 1 & run.ahead(1), after.space & high << 1 & high >> 1};
  const std::uint64_t pairs = single.low & single.ahead(3) & single.ahead(6) & single.ahead(9);
  const std::uint64_t two = ends & none.ahead(1) & run.ahead(2) & ~(m.space ^ blank.ahead(1));
  const std::uint64_t code = TwoBlocks{m.special, after.special}.ahead(1);  // " = ", " < "
  const std::uint64_t three = ends & ~(none.ahead(1) & run.ahead(2)) & run.ahead(3) &
                              ((m.space & blank.ahead(2) & ~code) | m.first_high);
  const std::uint64_t brackets = ends & m.first_high & none.ahead(3) & run.ahead(6);
  if ((two | three | brackets) == 0) return pairs;
  const std::uint64_t closed =
      brackets & (brackets >> 10 | brackets >> 11 | brackets >> 12 | brackets >> 14);
  const std::uint64_t two_again = two >> 6 | two >> 7 | two >> 8 | two >> 10 | two >> 12;
  const std::uint64_t three_again = three >> 7 | three >> 8 | three >> 9 | three >> 11;
  return pairs | (two & two_again) | (three & three_again) | closed;
}

class Survey {
 public:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kLongRunSize = 12;

  // This processor must have `stride`.
  void read(std::string_view text, Stride stride = best_stride());
  // Of all blocks together.
  std::uint16_t any() const { return any_; }
  // Calls use(range) for neighbouring blocks with one of `flags`, each range widened by a block on
  // both sides.
  template <class Use>
  void for_ranges(std::uint16_t flags, Use use) const {
    Range range;
    for (std::size_t block = 0; (block = next_block(block, flags)) < flags_.size(); ++block) {
      const std::size_t begin = block == 0 ? 0 : (block - 1) * kBlock;
      if (range.end != 0 && begin > range.end) use(std::exchange(range, Range{}));
      if (range.end == 0) range.begin = begin;
      range.end = std::min(size_, (block + 2) * kBlock);
    }
    if (range.end != 0) use(range);
  }
  // The first place from `at` on, before `end`, that `of` marks; `end`: there is none. `of` makes
  // bits from a block and the ones before and after it.
  template <class Of>
  std::size_t next(std::size_t at, std::size_t end, Of of) const {
    // What is sought is near, mostly.
    constexpr std::size_t kNear = 3 * kBlock;
    const std::size_t near = std::min(end, at + kNear);
    for (std::size_t block = at / kBlock; at < near; at = ++block * kBlock) {
      const std::uint64_t bits = of(marks_[block - 1], marks_[block], marks_[block + 1]) &
                                 ~std::uint64_t{0} << at % kBlock;
      if (bits != 0)
        return std::min(end, block * kBlock + static_cast<std::size_t>(std::countr_zero(bits)));
    }
    std::size_t found = end;
    each(at, end, of, [&](std::size_t place) {
      found = place;
      return end;
    });
    return found;
  }

  // Calls use(place) for each place from `at` on, before `end`, that `of` marks; it returns where
  // to go on, behind the place or right after it.
  template <class Of, class Use>
  void each(std::size_t at, std::size_t end, Of of, Use use) const {
    MarkColumns::Bits made;
    std::size_t first = 0, known = 0;  // the blocks that `made` is of
    while (at < end) {
      const std::size_t block = at / kBlock, base = block * kBlock;
      if (block < first || block >= first + known) {
        marks_.bits(block, of, stride_, made);
        first = block;
        known = MarkColumns::kTogether;
      }
      std::uint64_t bits = made[block - first] & ~std::uint64_t{0} << at % kBlock;
      at = base + kBlock;
      while (bits != 0) {
        const std::size_t place = base + static_cast<std::size_t>(std::countr_zero(bits));
        if (place >= end) return;
        // A reader that would not go on must not hold up all.
        const std::size_t next = std::max(use(place), place + 1);
        if (next >= base + kBlock) {
          at = next;
          break;
        }
        bits &= ~std::uint64_t{0} << (next - base);
      }
    }
  }

  // Whether one of the places from `at` on, `most` of them and less than a block, is marked by
  // `of`, which makes bits from a block; what is behind the text may be.
  template <class Of>
  bool marked_within(std::size_t at, std::size_t most, Of of) const {
    const std::size_t block = at / kBlock;
    if (block >= marks_.size()) return of(BlockMarks{}) != 0;
    const TwoBlocks marks{of(marks_[block]), of(marks_[block + 1])};
    const std::uint64_t bits = at % kBlock == 0 ? marks.low : marks.ahead(at % kBlock);
    return (bits & ((std::uint64_t{1} << most) - 1)) != 0;
  }

  // The 64 places from `at` on, before the end of the text, that `of` marks; it makes bits from a
  // block.
  template <class Of>
  std::uint64_t ahead(std::size_t at, Of of) const {
    const std::size_t block = at / kBlock, from = at % kBlock;
    const TwoBlocks marks{of(marks_[block]), of(marks_[block + 1])};
    return from == 0 ? marks.low : marks.ahead(static_cast<unsigned>(from));
  }

  // How many places of [begin, end) `of` marks. `of` makes bits from a block.
  template <class Of>
  std::size_t how_many(std::size_t begin, std::size_t end, Of of) const {
    std::size_t marked = 0;
    for (std::size_t at = begin; at < end;) {
      const std::size_t block = at / kBlock, stop = std::min(end, (block + 1) * kBlock);
      const std::uint64_t bits = of(marks_[block]) >> at % kBlock << (kBlock - (stop - at));
      marked += bit_count(bits);
      at = stop;
    }
    return marked;
  }
  // The beginning of what ends at `end` and is marked by `of` all along, `most` bytes at most. `of`
  // makes bits from a block.
  template <class Of>
  std::size_t run_begin(std::size_t end, std::size_t most, Of of) const {
    const std::size_t least = end - std::min(end, most);
    for (std::size_t at = end; at > least;) {
      const std::size_t last = (at - 1) % kBlock;  // in its block
      const std::uint64_t bits = of(marks_[(at - 1) / kBlock]) << (kBlock - 1 - last);
      const auto marked = static_cast<std::size_t>(std::countl_one(bits));
      at -= marked;
      if (marked <= last) return std::max(at, least);
    }
    return least;
  }

  // Where the characters of kOddCharacter stand.
  const std::vector<Range>& odd() const { return odd_; }

 private:
  // The first block from `block` on with one of `flags`; sixteen are looked at together, then four.
  std::size_t next_block(std::size_t block, std::uint16_t flags) const {
    if (block < flags_.size() && (flags_[block] & flags) != 0) return block;
    const std::uint64_t four = flags * std::uint64_t{0x0001000100010001};
    for (std::uint64_t here[4] = {}; block + 16 <= flags_.size(); block += 16) {
      std::memcpy(here, &flags_[block], sizeof here);
      if (((here[0] | here[1] | here[2] | here[3]) & four) != 0) break;
    }
    for (std::uint64_t here = 0; block + 4 <= flags_.size(); block += 4) {
      std::memcpy(&here, &flags_[block], sizeof here);
      if ((here & four) == 0) continue;
      constexpr std::size_t kBits = 16;
      if constexpr (std::endian::native == std::endian::little)
        return block + static_cast<std::size_t>(std::countr_zero(here & four)) / kBits;
      break;
    }
    while (block < flags_.size() && (flags_[block] & flags) == 0) ++block;
    return block;
  }
  void begin(std::string_view text, Stride stride);
  void read_32(std::string_view text);
  void read_64(std::string_view text);
  template <BlockMarks (*kMasks)(const unsigned char*),
            std::uint64_t (*kMarked)(const unsigned char*, std::uint64_t)>
  void read_blocks(std::string_view text);
  void see_flags(std::string_view text);
  bool holds_spoken_digits(std::string_view text, std::size_t block) const;
  bool holds_turned_label(std::string_view text, std::size_t block) const;
  std::uint16_t see_odd(std::string_view text, std::size_t at);

  std::vector<std::uint16_t> flags_;
  MarkColumns marks_;
  std::vector<Range> odd_;
  Stride stride_ = Stride::kOne;
  std::size_t size_ = 0;
  std::uint16_t any_ = 0;
};

// Up to five bytes from two digits side by side. What stands beyond the block is not known.
constexpr std::uint64_t near_two_digits(const BlockMarks& m) {
  constexpr std::uint64_t kEdges = 0x1F | std::uint64_t{0x1F} << 59;
  std::uint64_t near = m.digit & m.digit >> 1;
  near |= near << 1 | near >> 1;
  near |= near << 2 | near >> 2;
  return near | near << 2 | near >> 2 | kEdges;
}
// Letters beside a digit, two digits near.
inline constexpr auto kLettersWithinNumbers = [](const BlockMarks& before, const BlockMarks& m,
                                                 const BlockMarks& after) {
  const std::uint64_t behind = m.digit << 1 | before.digit >> 63;
  const std::uint64_t beside = m.letter & (behind | m.digit >> 1 | after.digit << 63);
  return beside == 0 ? beside : beside & near_two_digits(m);
};
// For Survey::next. Where numbers begin, not behind a letter; runs of kLongRunSize or more letters,
// digits and "+/-_"; signs of quotation, escapes and cells; signs of addresses; line ends and tabs.
inline constexpr auto kNumberStarts = [](const BlockMarks& before, const BlockMarks& m,
                                         const BlockMarks&) {
  return m.digit & ~(m.alnum() << 1 | before.alnum() >> 63);
};
inline constexpr auto kLongRunStarts = [](const BlockMarks& before, const BlockMarks& m,
                                          const BlockMarks& after) {
  const std::uint64_t run = m.alnum() | m.token, last = before.alnum() | before.token;
  // A break marks the places up to kLongRunSize - 1 bytes before it.
  const TwoBlocks breaks{~run, ~(after.alnum() | after.token)};
  const std::uint64_t short_of = breaks.spread(1).spread(2).spread(4).spread(4).low;
  return run & ~(run << 1 | last >> 63) & ~short_of;
};
// Lengths of groups that somebody may have cut an encoding into.
inline constexpr unsigned kEvenSizes[] = {4, 5, 6, 8, 10};
// Where letters and digits begin with blanks behind a group of such a length and another one.
inline constexpr auto kEvenGroupStarts = [](const BlockMarks& before, const BlockMarks& m,
                                            const BlockMarks& after) {
  const std::uint64_t run = m.alnum() | m.token, last = before.alnum() | before.token;
  const std::uint64_t goes_on = after.alnum() | after.token;
  const TwoBlocks blanks{m.space & run << 1 & (run >> 1 | goes_on << 63),
                         after.space & (goes_on << 1 | run >> 63) & goes_on >> 1};
  const auto twice = [&blanks](unsigned size) {
    return blanks.ahead(size) & blanks.ahead(2 * size + 1);
  };
  static_assert(std::size(kEvenSizes) == 5);
  const std::uint64_t even = twice(kEvenSizes[0]) | twice(kEvenSizes[1]) | twice(kEvenSizes[2]) |
                             twice(kEvenSizes[3]) | twice(kEvenSizes[4]);
  // Numbers are written in groups too, but in fewer ones.
  const TwoBlocks letters{m.letter, after.letter};
  const std::uint64_t six =
      blanks.ahead(9) & blanks.ahead(14) & blanks.ahead(19) & blanks.ahead(24);
  return run & ~(run << 1 | last >> 63) & even &
         (letters.spread(1).spread(2).spread(4).spread(8).spread(16).spread(8).low | six);
};
// For Survey::run_begin: what may be part of a token (kTokenChars).
inline constexpr auto kTokenMarks = [](const BlockMarks& m) { return m.alnum() | m.token | m.dot; };
inline constexpr auto kSpecials = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
  return m.special;
};
inline constexpr auto kAtSigns = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
  return m.at;
};
inline constexpr auto kControls = [](const BlockMarks&, const BlockMarks& m, const BlockMarks&) {
  return m.control;
};

}  // namespace sekisho::filters
