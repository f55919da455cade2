#pragma once

// Letters written for digits within a number: "O9O-5971-38ll", "4515 8OO8 8118 1658".

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch for each such letter in `where` whose number has the groups of a card, a My Number
// or a phone. Part numbers have them too: a label or a check digit must prove what is read.
void find_letter_digits(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
