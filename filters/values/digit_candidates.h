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
  bool wrapped = false;  // one of its separators is a line end instead
};

// How many digits and groups a number may have; separators all of one kind, unless `mixed`.
struct DigitLimits {
  std::size_t least = 0, most = 0;  // digits
  std::size_t groups = 0;
  bool mixed = false;
  bool wraps = false;  // one line end is allowed among the others, of a number that stands alone
};

// Whether the groups beside a candidate, on its lines, belong to other numbers.
inline bool stands_alone(const DigitGroups& all, const DigitCandidate& c) {
  return all.groups[c.from].before != c.separator &&
         (c.to == all.groups.size() || all.groups[c.to].before != c.separator);
}

// Calls `use` with every candidate that begins with group `from`.
template <class Use>
void for_candidates(const DigitGroups& all, std::size_t from, const DigitLimits& limits, Use use) {
  const std::size_t end = std::min(all.groups.size(), from + limits.groups);
  if (all.count_of(from, end) < limits.least) return;
  Separator separator = Separator::kNone;
  bool wrapped = false;
  for (std::size_t to = from + 1; to <= end; ++to) {
    if (to - from > 1) {
      Separator next = all.groups[to - 1].before;
      if (next == Separator::kNone) return;
      if (separator != Separator::kNone && next != separator && !limits.mixed) {
        const bool first = separator == Separator::kNewline && to - from == 3;
        if (!limits.wraps || wrapped || (!first && next != Separator::kNewline)) return;
        wrapped = true;
        if (!first) next = separator;
      }
      separator = next;
    }
    const std::size_t count = all.count_of(from, to);
    if (count > limits.most) return;
    const DigitCandidate candidate{from, to, separator, wrapped};
    if (count >= limits.least && (!wrapped || stands_alone(all, candidate))) use(candidate);
  }
}

bool groups_are(const DigitGroups& all, const DigitCandidate& c,
                std::initializer_list<std::size_t> sizes);

// Whether a number that begins at `begin` continues nothing: no letters before it unless they are a
// word of the row ("TEL03-…"), no hyphen or dot with another word before.
bool free_on_left(const DetectorRow& row, std::string_view text, std::size_t begin);
bool free_on_right(std::string_view text, std::size_t end);

}  // namespace sekisho::filters
