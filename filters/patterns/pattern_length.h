#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "filters/patterns/pattern_tree.h"

namespace sekisho::filters {

// An upper bound of the bytes an RE2 pattern can match, or nullopt when it has none (or when the
// pattern is written with what pattern_tree does not read: the answer is then the careful one). The
// pattern must compile.
std::optional<std::size_t> longest_match(std::string_view pattern);
std::optional<std::size_t> longest_match(const PatternNode& tree);

}  // namespace sekisho::filters
