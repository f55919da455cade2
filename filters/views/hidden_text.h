#pragma once

// Counts characters that nobody sees and that carry text or turn it round. Four of them in one text
// are a finding of their own.

#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

inline constexpr std::string_view kHiddenTextType = "hidden_text";

class HiddenText {
 public:
  void begin();
  // The odd characters of a piece (ranges in `text`, which begins at `offset`) that begin in
  // `fresh`, in order.
  void see(std::string_view text, std::size_t offset, Range fresh, const std::vector<Range>& odd);
  void finish(Findings& out);

 private:
  std::vector<Range> places_;  // hidden characters with little between them
  std::size_t count_ = 0;
  Range row_;  // characters of no width, one behind the other
};

}  // namespace sekisho::filters
