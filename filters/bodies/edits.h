#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// A replacement of original bytes.
struct Edit {
  Range range;
  std::string replacement;  // already in the coding of its place
};

// Applies edits to `original`. Overlapping ranges are merged (union of ranges, replacement of the
// first); no edit gives identical bytes.
std::string apply_edits(std::string_view original, std::vector<Edit> edits);

}  // namespace sekisho::filters
