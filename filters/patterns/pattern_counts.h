#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sekisho::filters {

// How often the part before "{n}", "{n,}" or "{n,m}" stands.
struct PatternCounts {
  std::size_t least = 0, most = 0;
  bool bounded = true;  // false: `most` says nothing
  bool exact() const { return bounded && least == most; }
};

// The counts that begin at `pos` of a pattern of RE2; `pos` is set behind them. Nothing: the brace
// stands for itself, and `pos` stays.
std::optional<PatternCounts> take_counts(std::string_view pattern, std::size_t& pos);

}  // namespace sekisho::filters
