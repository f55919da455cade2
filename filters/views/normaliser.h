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
  kWithin,   // the same, and letters of the words beside them: "AKIA" and sixteen tags
};

// What the invisible characters of a text carry: words of their own, or beside words perhaps parts
// of these.
enum class Carried { kNothing, kText, kTextBesideWords };

// Adds a patch for each character of `stretch` that reads otherwise. What they carry reads
// otherwise when it is read.
Carried normalise(std::string_view text, Range stretch, Invisible invisible, Patches& out);

}  // namespace sekisho::filters
