#pragma once

// Numbers as people write them: groups of digits (full-width ones too) with separators between, in
// one pass over a stretch.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

enum class Separator : std::uint8_t {
  kNone,  // the group stands apart: what is before it is no separator
  kSpace,
  kHyphen,
  kDot,
  kNewline,  // or a tab: the next cell
  kParen,
};

struct DigitGroup {
  Range range;              // in the text
  std::uint32_t first = 0;  // of its digits in DigitStretch::digits
  std::uint32_t count = 0;
  Separator before = Separator::kNone;  // between the previous group and this one
};

// The groups of a stretch that belong to long numbers: kFewestDigits and more with nothing but
// separators between.
struct DigitGroups {
  std::string digits;
  std::vector<DigitGroup> groups;

  // Of groups [from, to).
  std::string_view digits_of(std::size_t from, std::size_t to) const {
    return std::string_view(digits).substr(groups[from].first, count_of(from, to));
  }
  std::size_t count_of(std::size_t from, std::size_t to) const {
    return groups[to - 1].first + groups[to - 1].count - groups[from].first;
  }
  Range range_of(std::size_t from, std::size_t to) const;
};
inline constexpr std::size_t kFewestDigits = 10;

// Replaces `out` by the groups that begin in `where`, and a few before and after it as neighbours.
void read_digit_groups(std::string_view text, Range where, DigitGroups& out);

// The first byte in [pos, end) that begins a digit, `end` if there is none.
std::size_t next_digit(std::string_view text, std::size_t pos, std::size_t end);

// RE2 class of what may stand between two digits of one number; at most three such characters in a
// row.
extern const char kDigitRunGate[];

}  // namespace sekisho::filters
