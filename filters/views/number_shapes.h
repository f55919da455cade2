#pragma once

// How the digits of a card, a My Number, a phone and a corporate number are grouped.

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace sekisho::filters {

inline constexpr std::size_t kGroupsOfShape = 4;
using GroupSizes = std::array<std::size_t, kGroupsOfShape>;  // 0 behind the last group

// As they are usually written, which detectors read themselves.
inline constexpr GroupSizes kUsualShapes[] = {{4, 4, 4, 4}, {4, 6, 5},   {4, 6, 4}, {4, 4, 4},
                                              {3, 4, 4},    {2, 4, 4},   {3, 3, 4}, {4, 2, 4},
                                              {4, 3, 3},    {1, 4, 4, 4}};
// And as somebody groups them who writes some of the digits otherwise.
inline constexpr GroupSizes kNumberShapes[] = {{4, 4, 4, 4}, {4, 4, 4, 3}, {4, 6, 5}, {4, 4, 4},
                                               {3, 4, 4},    {2, 4, 4},    {3, 3, 4}, {4, 2, 4},
                                               {4, 3, 3},    {2, 2, 4, 4}};

constexpr std::size_t groups_of(const GroupSizes& shape) {
  return shape[kGroupsOfShape - 1] == 0 ? kGroupsOfShape - 1 : kGroupsOfShape;
}

// Of `count` groups.
constexpr bool is_usual_shape(const std::size_t* sizes, std::size_t count) {
  return count <= kGroupsOfShape &&
         std::any_of(std::begin(kUsualShapes), std::end(kUsualShapes), [&](const auto& shape) {
           return groups_of(shape) == count && std::equal(sizes, sizes + count, shape.begin());
         });
}

}  // namespace sekisho::filters
