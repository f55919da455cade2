#pragma once

// Reads characters as what they stand for: NFKC, invisible ones gone, digits of any script, letters
// that only look Latin, hyphens and spaces of every kind between digits. Detectors then find values
// however they were dressed up.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

enum class Invisible {
  kDropped,  // as a reader sees the text
  kRead,     // tags and variation selectors are letters, overridden text is turned round
};

// Adds a patch for each character of `stretch` that reads otherwise. True when anything invisible
// carries text, so that reading it gives something else.
bool normalise(std::string_view text, Range stretch, Invisible invisible, Patches& out);

}  // namespace sekisho::filters
