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

// What holds of a block is told by all bits or none, so that vectors of blocks are looked at
// without branches.
using Told = std::uint64_t;

constexpr Told any(std::uint64_t bits) {
  return bits != 0 ? ~Told{0} : Told{0};
}
// Of small numbers.
constexpr Told at_least(std::uint64_t number, std::int64_t least) {
  return static_cast<std::int64_t>(number) >= least ? ~Told{0} : Told{0};
}

// bit_count without a multiplication, which vectors of such numbers have not everywhere.
constexpr std::uint64_t count(std::uint64_t bits) {
  bits -= bits >> 1 & 0x5555555555555555;
  bits = (bits & 0x3333333333333333) + (bits >> 2 & 0x3333333333333333);
  bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F;
  bits += bits >> 8;
  bits += bits >> 16;
  return (bits + (bits >> 32)) & 0x7F;
}

constexpr std::uint64_t but_one(std::uint64_t bits) {
  return bits & (bits - 1);
}
constexpr Told two(std::uint64_t bits) {
  return any(but_one(bits));
}
constexpr Told three(std::uint64_t bits) {
  return any(but_one(but_one(bits)));
}
constexpr Told four(std::uint64_t bits) {
  return any(but_one(but_one(but_one(bits))));
}

constexpr std::uint64_t together(const BlockMarks& m) {
  return m.digit | m.letter | m.token;
}

// Single blanks between letters and digits; of them, those behind nothing else for a while.
struct Gaps {
  std::uint64_t all = 0, late = 0;
};
constexpr Gaps gaps_of(const BlockMarks& m) {
  const std::uint64_t word = together(m), all = m.space & word << 1 & word >> 1;
  std::uint64_t run = word | all;
  run &= run << 1 | 1;
  run &= run << 2 | 3;
  run &= run << 4 | 15;
  return {all, all & run};
}

// Two gaps, one of them of the block before perhaps, part groups of such a size.
constexpr Told has_even_gaps(const BlockMarks& before, const BlockMarks& m) {
  const Gaps gaps = gaps_of(m);
  const BlockRun all{gaps.all, gaps_of(before).all};
  static_assert(std::size(kEvenSizes) == 5);
  const std::uint64_t even = all.behind(kEvenSizes[0] + 1) | all.behind(kEvenSizes[1] + 1) |
                             all.behind(kEvenSizes[2] + 1) | all.behind(kEvenSizes[3] + 1) |
                             all.behind(kEvenSizes[4] + 1);
  return any(even & gaps.late);
}

// As base64 has, and words of a text have not.
constexpr Told has_capitals(const BlockMarks& m) {
  return at_least(count(m.capital), 6);
}

// A line end or tab behind what may be part of a token or number, behind the backslash of a shell,
// too; and one that may be, at the beginning.
constexpr Told breaks(const BlockMarks& m) {
  const std::uint64_t word = together(m);
  return any(m.control & (word << 1 | word << 2 | (word << 3 & m.special << 1) | 1));
}

// Mixed, as keys are, and code and prose are not.
constexpr Told has_even_pieces(const BlockMarks& m) {
  const std::uint64_t keyed = (m.digit & m.letter << 1) | (m.letter & m.digit << 1);
  const std::uint64_t run = together(m), ends = ~run & run << 1;
  const Told pieces = two(ends) & three(keyed) & any(even_gaps(m, {}));
  // "gh p_ A1 b2".
  const std::uint64_t single = m.space & run << 1 & run >> 1;
  return any(m.digit) & (pieces | any(single & single >> 3 & single >> 6 & single >> 9));
}

constexpr Told has_kanji_digits(const BlockMarks& m) {
  const std::uint64_t mixed = m.kanji & (m.digit << 1 | m.digit >> 3);
  // With a blank or a comma between, too.
  const std::uint64_t apart = m.kanji & (m.kanji >> 4 | m.kanji >> 6);
  return three(apart) | any(m.kanji & m.kanji >> 3) | two(mixed);
}

constexpr Told has_doubled(const BlockMarks& m) {
  const std::uint64_t pairs = m.token & m.token >> 1;
  return any(pairs &
             ((m.alnum() << 1 & (m.alnum() | m.token) >> 2) | (m.token << 1 & m.alnum() >> 2)));
}

constexpr Told has_long_run(const BlockMarks& before, const BlockMarks& m) {
  static_assert(Survey::kLongRunSize == 12);
  const BlockRun run{together(m), together(before)};
  return any(run.twice(1).twice(2).twice(4).twice(4).here);
}

// A line end or tab straight behind eight letters and digits or more, of text that has capitals.
constexpr Told breaks_key(const BlockMarks& before, const BlockMarks& m) {
  const BlockRun ends = BlockRun{together(m), together(before)}.twice(1).twice(2).twice(4);
  return any(m.control & (ends.behind(1) | ends.here << 2)) & has_capitals(m);
}

constexpr Told has_singles(const BlockMarks& m) {
  const std::uint64_t alone = m.alnum() & ~(m.alnum() << 1) & ~(m.alnum() >> 1);
  const std::uint64_t gaps = m.space & m.high << 1 & m.high >> 1;
  return four(alone) | two(gaps) | two(m.wide_gap);
}

constexpr Told has_cells(const BlockMarks& m) {
  const std::uint64_t other = ~(m.alnum() | m.space | m.high);
  const std::uint64_t squeezed = other & m.alnum() << 1 & m.alnum() >> 1;
  return (any(m.digit) & any(squeezed)) | three(squeezed);
}

// Letters that are written for digits beside one, with no other letters and two digits near.
constexpr Told has_figures(const BlockMarks& m) {
  // Encodings hold more letters than words beside a number.
  constexpr std::int64_t kTooManyLetters = 45;
  const std::uint64_t other = m.letter & ~m.figure;
  // "TEL O3": a word before the number stands apart.
  const std::uint64_t apart = (other << 2 & m.alnum() << 1) | (other >> 2 & m.alnum() >> 1);
  const std::uint64_t alone =
      m.figure & (m.digit << 1 | m.digit >> 1) & ~(other << 1 | other >> 1 | apart);
  return any(alone & near_two_digits(m)) & ~at_least(count(m.letter), kTooManyLetters);
}

// Colons behind a value, " :rebmun", and those behind a label, "ahzore: ".
constexpr std::uint64_t label_colons(const BlockMarks& m) {
  constexpr std::uint64_t kEdges = 1 | std::uint64_t{1} << (kBlock - 1);
  const std::uint64_t behind = m.space << 1 & m.letter >> 1;
  const std::uint64_t before = m.letter << 1 & m.space >> 1;
  return m.colon & (behind | before | m.high >> 1 | kEdges);
}

// What is worth a look at the bytes: words that may be digits, and colons of labels.
constexpr std::uint64_t kMayBeSpoken = 1u << 16, kMayTurnLabel = 1u << 17;

// The flags that the marks alone tell.
constexpr auto kFlags = [](const BlockMarks& before, const BlockMarks& m, const BlockMarks&) {
  constexpr std::int64_t kMany = 8, kManyOfHex = 28;
  const std::uint64_t digits = count(m.digit);
  const Told digit = any(m.digit | before.digit), broken = breaks(before);
  const std::int64_t near_digits = digits + count(before.digit);
  // A number of an account, which stands behind kanji.
  const Told many = at_least(near_digits, kMany) |
                    (at_least(near_digits, kMany - 1) & any(m.first_high | before.first_high));
  // A line end may stand straight behind the sign of an address.
  const Told mail = any(m.at | before.at) & (any(m.control) | broken);
  const Told line = ((breaks(m) | broken) & digit) | mail | breaks_key(before, m);
  // Words are as long as groups; encodings hold digits, and hexadecimal ones no capitals perhaps.
  const Told groups =
      digit & has_even_gaps(before, m) & (at_least(digits, kManyOfHex) | has_capitals(m));
  return (has_singles(m) & kSingles) | (has_cells(m) & kCells) |
         (has_even_pieces(m) & kEvenPieces) | (any(m.at) & kAddress) | (has_doubled(m) & kDoubled) |
         (has_kanji_digits(m) & kKanjiDigits) | (has_long_run(before, m) & kLongRun) |
         (line & kLineEnd) | (groups & kEvenGroups) | (many & kManyDigits) |
         (many & has_figures(m) & kFigures) |
         (any(may_hold_spoken_words(before, m)) & kMayBeSpoken) |
         (any(label_colons(m)) & kMayTurnLabel);
};

}  // namespace

// What the bytes are, and the flags that need a look at them.
template <BlockMarks (*kMasks)(const unsigned char*),
          std::uint64_t (*kMarked)(const unsigned char*, std::uint64_t)>
[[gnu::always_inline]] inline void Survey::read_blocks(std::string_view text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  MarkColumns::Rows rows;
  for (std::size_t block = 0; block < flags_.size(); ++block) {
    const std::size_t from = block * kBlock, row = block % MarkColumns::kTogether;
    unsigned char tail[kBlock + kBeside + 32];
    const unsigned char* p = bytes + from;
    if (from + kBlock + kBeside > text.size()) {
      std::memset(tail, 0, sizeof tail);
      std::memcpy(tail, p, text.size() - from);
      p = tail;
    }
    const BlockMarks m = kMasks(p);
    rows.set(row, m);
    std::uint16_t flags = 0;
    for (std::uint64_t left = kMarked(p, m.special); left != 0; left &= left - 1)
      flags |= mark_flags(text, from + static_cast<std::size_t>(std::countr_zero(left)));
    for (std::uint64_t left = m.lead; left != 0; left &= left - 1)
      flags |= see_odd(text, from + static_cast<std::size_t>(std::countr_zero(left)));
    flags_[block] = flags;
    if (row + 1 == MarkColumns::kTogether) marks_.put(block - row, rows);
  }
  if (const std::size_t set = flags_.size() % MarkColumns::kTogether; set != 0) {
    for (std::size_t row = set; row < MarkColumns::kTogether; ++row) rows.set(row, {});
    marks_.put(flags_.size() - set, rows);
  }
}

[[gnu::always_inline]] inline bool Survey::holds_spoken_digits(std::string_view text,
                                                               std::size_t block) const {
  constexpr std::size_t kRoom = kBlock + kBeside;
  const std::size_t from = block * kBlock;
  unsigned char tail[kRoom] = {};
  const auto* p = reinterpret_cast<const unsigned char*>(text.data()) + from;
  if (from + kRoom > text.size()) {
    std::memcpy(tail, p, text.size() - from);
    p = tail;
  }
  return may_hold_spoken_digits(p, marks_[block - 1], marks_[block]);
}

void Survey::see_flags(std::string_view text) {
  MarkColumns::Bits flags;
  for (std::size_t block = 0; block < flags_.size(); ++block) {
    const std::size_t i = block % MarkColumns::kTogether;
    if (i == 0) marks_.bits(block, kFlags, stride_, flags);
    flags_[block] |= static_cast<std::uint16_t>(flags[i]);
    if ((flags[i] & kMayBeSpoken) != 0 && holds_spoken_digits(text, block))
      flags_[block] |= kSpoken;
    if ((flags[i] & kMayTurnLabel) != 0 && holds_turned_label(text, block))
      flags_[block] |= kTurnedLabel;
    any_ |= flags_[block];
  }
}

bool Survey::holds_turned_label(std::string_view text, std::size_t block) const {
  for (std::uint64_t left = label_colons(marks_[block]); left != 0; left &= left - 1)
    if (beside_turned_label(text,
                            block * kBlock + static_cast<std::size_t>(std::countr_zero(left))))
      return true;
  return false;
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

void Survey::begin(std::string_view text, Stride stride) {
  stride_ = stride;
  size_ = text.size();
  flags_.assign((text.size() + kBlock - 1) / kBlock, 0);
  marks_.resize(flags_.size());
  odd_.clear();
  any_ = 0;
}

#if defined(__x86_64__)
SEKISHO_AVX512 void Survey::read_64(std::string_view text) {
  read_blocks<masks::masks_by_64, masks::marked_by_64>(text);
}
SEKISHO_AVX2 void Survey::read_32(std::string_view text) {
  read_blocks<masks::masks_by_32, masks::marked_plainly>(text);
}
#else
void Survey::read_64(std::string_view text) {
  read_blocks<masks::plain_masks, masks::marked_plainly>(text);
}
void Survey::read_32(std::string_view text) {
  read_blocks<masks::plain_masks, masks::marked_plainly>(text);
}
#endif

void Survey::read(std::string_view text, Stride stride) {
  begin(text, stride);
  switch (stride) {
    case Stride::k64:
      read_64(text);
      break;
    case Stride::k32:
      read_32(text);
      break;
    case Stride::kOne:
      read_blocks<masks::plain_masks, masks::marked_plainly>(text);
  }
  see_flags(text);
}

}  // namespace sekisho::filters
