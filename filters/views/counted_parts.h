#pragma once

// Values that a message sends in parts which it counts: "SSN (1/2) 349-87" over "(2/2) -6633".

#include <cstddef>
#include <string_view>

#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

// Cheap: whether the second part may begin behind the line end at `at`.
inline bool may_count_parts(std::string_view text, std::size_t at) {
  return at + 4 < text.size() && text[at] == '\n' && (text[at + 1] == '(' || text[at + 1] == '[') &&
         text[at + 2] == '2' && text[at + 3] == '/';
}

// Takes the counts away of which the second one stands behind the line end at `at`; the end of the
// last part, 0 when that are none.
std::size_t join_counted_parts(std::string_view text, std::size_t at, PulledApart out);

}  // namespace sekisho::filters
