#pragma once

// Which neighbouring digit groups may be one number, and whether it stands free.

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

// Calls `use` with every candidate that begins with group `from`, at most `most_groups` long,
// separators all of one kind (any mixture when `mixed`).
template <class Use>
void for_candidates(const DigitGroups& all, std::size_t from, std::size_t most_groups, bool mixed,
                    Use use) {
  Separator separator = Separator::kNone;
  for (std::size_t to = from + 1; to <= all.groups.size() && to - from <= most_groups; ++to) {
    if (to - from > 1) {
      const Separator next = all.groups[to - 1].before;
      if (next == Separator::kNone) return;
      if (separator != Separator::kNone && next != separator && !mixed) return;
      separator = next;
    }
    use(DigitCandidate{from, to, separator});
  }
}

bool groups_are(const DigitGroups& all, const DigitCandidate& c,
                std::initializer_list<std::size_t> sizes);

// Whether a number that begins at `begin` continues nothing: no letters before it unless they are a
// word of the row ("TEL03-…"), no hyphen or dot with another word before.
bool free_on_left(const DetectorRow& row, std::string_view text, std::size_t begin);
bool free_on_right(std::string_view text, std::size_t end);

}  // namespace sekisho::filters
