#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::filters {

// Of a pattern that ends with its only group, which is characters of one kind that none before it
// is of: "[ :]{0,3}([a-z]{8})". The engine tells where a match ends at a fraction of what it asks
// for a group; where the group begins the characters say.
class PatternGroup {
 public:
  // The pattern must compile as RE2. nullopt: it is another one.
  static std::optional<PatternGroup> at_end(std::string_view pattern);

  // Where the group begins in a match.
  std::size_t begin_in(std::string_view match) const;

 private:
  std::vector<std::pair<char32_t, char32_t>> before_;  // characters of what stands before it
};

}  // namespace sekisho::filters
