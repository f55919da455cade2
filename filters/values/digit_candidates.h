#pragma once

// Which neighbouring digit groups may be one number, and whether it stands free.

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include "filters/digit_groups.h"
#include "filters/pack.h"

namespace sekisho::filters {

struct DigitCandidate {
  std::size_t from, to;  // groups
  Separator separator;   // the last one between its groups; kNone for a single group
};

// How many digits and groups a number may have; separators all of one kind, unless `mixed`.
struct DigitLimits {
  std::size_t least = 0, most = 0;  // digits
  std::size_t groups = 0;
  bool mixed = false;
};

// Calls `use` with every candidate that begins with group `from`.
template <class Use>
void for_candidates(const DigitGroups& all, std::size_t from, const DigitLimits& limits, Use use) {
  const std::size_t end = std::min(all.groups.size(), from + limits.groups);
  if (all.count_of(from, end) < limits.least) return;
  Separator separator = Separator::kNone;
  for (std::size_t to = from + 1; to <= end; ++to) {
    if (to - from > 1) {
      const Separator next = all.groups[to - 1].before;
      if (next == Separator::kNone) return;
      if (separator != Separator::kNone && next != separator && !limits.mixed) return;
      separator = next;
    }
    const std::size_t count = all.count_of(from, to);
    if (count > limits.most) return;
    if (count >= limits.least) use(DigitCandidate{from, to, separator});
  }
}

bool groups_are(const DigitGroups& all, const DigitCandidate& c,
                std::initializer_list<std::size_t> sizes);

// Whether a number that begins at `begin` continues nothing: no letters before it unless they are a
// word of the row ("TEL03-…"), no hyphen or dot with another word before.
bool free_on_left(const DetectorRow& row, std::string_view text, std::size_t begin);
bool free_on_right(std::string_view text, std::size_t end);

}  // namespace sekisho::filters
