#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// The alternatives of a pattern's highest level, and of a group that is all of one, in order. A
// flag that holds for the whole pattern ("(?i)a|b") keeps it in one piece.
std::vector<std::string> pattern_alternatives(std::string_view pattern);

}  // namespace sekisho::filters
