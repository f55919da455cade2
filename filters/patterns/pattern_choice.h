#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/literal_finder.h"
#include "filters/patterns/pattern.h"

namespace sekisho::filters {

// Which of many patterns match somewhere in a text? The words with which their matches begin are
// sought in one pass, however many there are, and only patterns whose word stands there need be
// tried. Immutable, safe from any thread.
class PatternChoice {
 public:
  explicit PatternChoice(std::vector<Pattern> patterns);
  // Indices of those that may match, in ascending order: every other one does not.
  std::vector<std::size_t> candidates(std::string_view text) const;
  const Pattern& operator[](std::size_t index) const { return patterns_[index]; }

 private:
  std::vector<Pattern> patterns_;
  std::vector<std::size_t> unannounced_;  // patterns of which nothing can be said
  std::vector<std::size_t> of_word_;      // whose word it is
  LiteralFinder words_{{}};
};

}  // namespace sekisho::filters
