#pragma once

// A quick look for the words of a row, before the text around a value is folded: most values have
// none of them beside them.

#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/literal_finder.h"

namespace sekisho::filters {

struct DetectorRow;

class NearWords {
 public:
  explicit NearWords(const DetectorRow& row);

  // Whether one of the row's words (context or against) may begin in `where`. True as well where
  // full-width forms would have to be folded first.
  bool may_stand_in(std::string_view text, Range where) const;

 private:
  LiteralFinder finder_;
};

// Whether words of `row` may stand so near `value`; true for a row that was not asked before.
bool may_have_words_near(const DetectorRow& row, std::string_view text, Range value,
                         std::size_t before, std::size_t after);

}  // namespace sekisho::filters
