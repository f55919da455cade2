#include "filters/views/survey.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "filters/processor.h"
#include "filters/views/character_forms.h"
#include "filters/views/escape_marks.h"
#include "filters/views/spoken_digits.h"
#include "filters/views/survey_masks_impl.h"
#include "filters/views/turned_labels.h"

namespace sekisho::filters {
namespace {

using masks::kBlock, masks::kBeside;

[[gnu::always_inline]] inline int count(std::uint64_t bits) {
  return std::popcount(bits);
}

// Whether `bits` holds kLongRunSize in a row.
[[gnu::always_inline]] inline bool holds_long_run(std::uint64_t bits) {
  bits &= bits >> 1;
  bits &= bits >> 2;
  bits &= bits >> 4;
  return (bits & bits >> 4) != 0;
}

constexpr int kFewestDigitsOfGroups = 1;

// Single blanks between letters and digits; of them, those behind nothing else for a while.
struct Gaps {
  std::uint64_t all = 0, late = 0;
};
[[gnu::always_inline]] inline Gaps gaps_of(std::uint64_t space, std::uint64_t together) {
  const std::uint64_t all = space & together << 1 & together >> 1;
  std::uint64_t run = together | all;
  run &= run << 1 | 1;
  run &= run << 2 | 3;
  run &= run << 4 | 15;
  return {all, all & run};
}

// Whether two gaps, one of them of the block before perhaps, part groups of such a size.
[[gnu::always_inline]] inline bool has_even_gaps(const Gaps& gaps, std::uint64_t before) {
  std::uint64_t even = 0;
  for (const unsigned size : kEvenSizes)
    even |= gaps.all << (size + 1) | before >> (kBlock - size - 1);
  return (even & gaps.late) != 0;
}

// A line end or tab straight behind a long run of letters and digits, `run` of it before.
[[gnu::always_inline]] inline bool breaks_long_run(const BlockMarks& m, std::size_t run) {
  constexpr std::size_t kLong = 8;
  const std::uint64_t filled = run >= kLong ? ~std::uint64_t{0} : 0;
  std::uint64_t ends = m.digit | m.letter | m.token;
  ends &= ends << 1 | (filled & 1);
  ends &= ends << 2 | (filled & 3);
  ends &= ends << 4 | (filled & 15);
  return (m.control & (ends << 1 | ends << 2 | (filled & 1))) != 0;
}

// As base64 has, and words of a text have not.
bool has_capitals(const unsigned char* block) {
  constexpr int kFewest = 6;
  int capitals = 0;
  for (std::size_t i = 0; i < kBlock; ++i) capitals += block[i] >= 'A' && block[i] <= 'Z' ? 1 : 0;
  return capitals >= kFewest;
}

// Colons behind a value, " :rebmun", and those behind a label, "ahzore: ".
[[gnu::always_inline]] inline std::uint64_t label_colons(const BlockMarks& m) {
  constexpr std::uint64_t kEdges = 1 | std::uint64_t{1} << (kBlock - 1);
  const std::uint64_t behind = m.space << 1 & m.letter >> 1;
  const std::uint64_t before = m.letter << 1 & m.space >> 1;
  return m.colon & (behind | before | m.high >> 1 | kEdges);
}

// What the masks alone say.
[[gnu::always_inline]] inline std::uint16_t flags_of(const BlockMarks& m) {
  std::uint16_t flags = 0;
  const std::uint64_t alnum = m.digit | m.letter;
  const std::uint64_t alone = alnum & ~(alnum << 1) & ~(alnum >> 1);
  const std::uint64_t gaps = m.space & (m.high << 1) & (m.high >> 1);
  if (count(alone) >= 4 || count(gaps) >= 2 || count(m.wide_gap) >= 2) flags |= kSingles;
  const std::uint64_t other = ~(alnum | m.space | m.high);
  if (count(other & (alnum << 1) & (alnum >> 1)) >= (m.digit != 0 ? 1 : 3)) flags |= kCells;
  // As keys are mixed, and code and prose are not.
  const std::uint64_t keyed = (m.digit & m.letter << 1) | (m.letter & m.digit << 1);
  const std::uint64_t run = alnum | m.token, ends = ~run & run << 1;
  static constexpr BlockMarks kNothing{};
  if (m.digit != 0 && (ends & (ends - 1)) != 0 && count(keyed) >= 3 && even_gaps(m, kNothing) != 0)
    flags |= kEvenPieces;
  // "gh p_ A1 b2".
  const std::uint64_t single = m.digit != 0 ? m.space & run << 1 & run >> 1 : 0;
  if ((single & single >> 3 & single >> 6 & single >> 9) != 0) flags |= kEvenPieces;
  if (m.at != 0) flags |= kAddress;
  if (const std::uint64_t pairs = m.token & m.token >> 1;
      pairs != 0 &&
      (pairs & ((alnum << 1 & (alnum | m.token) >> 2) | (m.token << 1 & alnum >> 2))) != 0)
    flags |= kDoubled;
  const std::uint64_t mixed = m.kanji & (m.digit << 1 | m.digit >> 3);
  // With a blank or a comma between, too.
  const std::uint64_t apart = m.kanji & (m.kanji >> 4 | m.kanji >> 6);
  if (m.kanji != 0 && count(apart) >= 3) flags |= kKanjiDigits;
  if ((m.kanji & (m.kanji >> 3)) != 0 || count(mixed) >= 2) flags |= kKanjiDigits;
  return flags;
}

}  // namespace

// What is carried from one block to the next.
struct Survey::Carried {
  std::size_t run = 0;   // letters and digits at the end of the last block
  bool broken = false;   // the last block holds a line end or a tab
  std::uint64_t at = 0;  // signs of addresses in the last block
  int digits = 0;        // of the last block
  Gaps gaps;             // of the last block
};

// A part of read_blocks, which is made twice: with the instructions that every processor has, and
// with more.
[[gnu::always_inline]] inline std::uint16_t Survey::flags_of_block(const BlockMarks& m,
                                                                   Carried& last) {
  std::uint16_t flags = flags_of(m);
  const std::uint64_t together = m.digit | m.letter | m.token;
  const auto leading = static_cast<std::size_t>(std::countr_one(together));
  if (last.run + leading >= kLongRunSize || holds_long_run(together)) flags |= kLongRun;
  last.run =
      leading == kBlock ? last.run + kBlock : static_cast<std::size_t>(std::countl_one(together));
  // Behind the backslash of a shell, too.
  const std::uint64_t behind = together << 1 | together << 2 | (together << 3 & m.special << 1);
  const bool breaks = (m.control & (behind | 1)) != 0;
  // A line end may stand straight behind the sign of an address.
  const bool mail = (m.at | last.at) != 0 && (m.control != 0 || last.broken);
  if ((breaks || last.broken) && (m.digit != 0 || last.digits != 0)) flags |= kLineEnd;
  if (mail) flags |= kLineEnd;
  last.broken = breaks;
  last.at = m.at;
  const int digits = count(m.digit);
  // Words are as long as groups; encodings hold digits.
  const Gaps gaps = gaps_of(m.space, together);
  if (digits + last.digits >= kFewestDigitsOfGroups && has_even_gaps(gaps, last.gaps.all))
    flags |= kEvenGroups;
  last.gaps = gaps;
  if (digits + last.digits >= 8) flags |= kManyDigits;
  last.digits = digits;
  return flags;
}

template <BlockMarks (*kMasks)(const unsigned char*),
          std::uint64_t (*kMarked)(const unsigned char*, std::uint64_t)>
[[gnu::always_inline]] inline void Survey::read_blocks(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  Carried last;
  SpokenWords spoken;
  for (std::size_t block = 0; block < flags_.size(); ++block) {
    const std::size_t from = block * kBlock;
    unsigned char tail[kBlock + kBeside + 32];
    const unsigned char* p = bytes + from;
    if (from + kBlock + kBeside > text.size()) {
      std::memset(tail, 0, sizeof tail);
      std::memcpy(tail, p, text.size() - from);
      p = tail;
    }
    BlockMarks& m = marks_[block];
    m = kMasks(p);
    const bool long_break = breaks_long_run(m, last.run);
    std::uint16_t flags = flags_of_block(m, last);
    if (may_hold_spoken_digits(p, m, spoken)) flags |= kSpoken;
    if (long_break && has_capitals(p)) flags |= kLineEnd;
    // Hexadecimal digits may have none.
    constexpr int kManyOfHex = 28;
    if ((flags & kEvenGroups) != 0 && count(m.digit) < kManyOfHex && !has_capitals(p))
      flags &= std::uint16_t(~kEvenGroups);
    for (std::uint64_t left = kMarked(p, m.special); left != 0; left &= left - 1)
      flags |= mark_flags(text, from + static_cast<std::size_t>(std::countr_zero(left)));
    for (std::uint64_t left = m.lead; left != 0; left &= left - 1)
      flags |= see_odd(text, from + static_cast<std::size_t>(std::countr_zero(left)));
    for (std::uint64_t left = label_colons(m); left != 0; left &= left - 1)
      if (beside_turned_label(text, from + static_cast<std::size_t>(std::countr_zero(left))))
        flags |= kTurnedLabel;
    flags_[block] = flags;
    any_ |= flags;
  }
}

// Apart from read_blocks, since few texts have many digits.
template <std::uint64_t (*kFiguresOf)(const unsigned char*)>
[[gnu::always_inline]] inline void Survey::see_figures(std::string_view text) {
  if ((any_ & kManyDigits) == 0) return;
  for (std::size_t block = 0; (block = next_block(block, kManyDigits)) < flags_.size(); ++block) {
    // Encodings hold more letters than words beside a number.
    constexpr int kMostLetters = 44;
    const BlockMarks& m = marks_[block];
    if ((m.letter & (m.digit << 1 | m.digit >> 1)) == 0 || count(m.letter) > kMostLetters) continue;
    const std::size_t from = block * kBlock;
    unsigned char tail[kBlock] = {};
    const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + from;
    if (from + kBlock > text.size()) {
      std::memcpy(tail, p, text.size() - from);
      p = tail;
    }
    if (!masks::has_figures(m, kFiguresOf(p))) continue;
    flags_[block] |= kFigures;
    any_ |= kFigures;
  }
}

std::uint16_t Survey::see_odd(std::string_view text, std::size_t at) {
  constexpr char kWideSign = '\xEF';
  const std::uint16_t label =
      text[at] == kWideSign && beside_turned_label(text, at) ? kTurnedLabel : 0;
  const std::size_t size = odd_character(text, at);
  if (size == 0) return label;
  odd_.push_back({at, at + size});
  return kOddCharacter | label;
}

void Survey::begin(std::string_view text) {
  size_ = text.size();
  flags_.assign((text.size() + kBlock - 1) / kBlock, 0);
  marks_.resize(flags_.size());
  odd_.clear();
  any_ = 0;
}

#if defined(__x86_64__)
SEKISHO_AVX512 void Survey::read_64(std::string_view text) {
  read_blocks<masks::masks_by_64, masks::marked_by_64>(text);
  see_figures<masks::figures_by_64>(text);
}
SEKISHO_AVX2 void Survey::read_32(std::string_view text) {
  read_blocks<masks::masks_by_32, masks::marked_plainly>(text);
  see_figures<masks::figures_by_32>(text);
}
#else
void Survey::read_64(std::string_view text) {
  read_blocks<masks::plain_masks, masks::marked_plainly>(text);
  see_figures<masks::plain_figures>(text);
}
void Survey::read_32(std::string_view text) {
  read_blocks<masks::plain_masks, masks::marked_plainly>(text);
  see_figures<masks::plain_figures>(text);
}
#endif

void Survey::read(std::string_view text, Stride stride) {
  begin(text);
  switch (stride) {
    case Stride::k64:
      return read_64(text);
    case Stride::k32:
      return read_32(text);
    case Stride::kOne:
      read_blocks<masks::plain_masks, masks::marked_plainly>(text);
      return see_figures<masks::plain_figures>(text);
  }
}

}  // namespace sekisho::filters
