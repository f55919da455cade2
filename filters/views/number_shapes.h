#pragma once

// How the digits of a card, a My Number and a phone are grouped.

#include <array>
#include <cstddef>

namespace sekisho::filters {

inline constexpr std::size_t kMostGroups = 4;
using GroupSizes = std::array<std::size_t, kMostGroups>;  // 0 behind the last group

inline constexpr GroupSizes kNumberShapes[] = {{4, 4, 4, 4}, {4, 4, 4, 3}, {4, 6, 5}, {4, 4, 4},
                                               {3, 4, 4},    {2, 4, 4},    {3, 3, 4}, {4, 2, 4},
                                               {4, 3, 3},    {2, 2, 4, 4}};

constexpr std::size_t groups_of(const GroupSizes& shape) {
  return shape[kMostGroups - 1] == 0 ? kMostGroups - 1 : kMostGroups;
}

}  // namespace sekisho::filters
