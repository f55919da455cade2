#pragma once

// Text written as a list of numbers: chr(65)+chr(75), String.fromCharCode(65, 75), [65, 75],
// 0x41 0x4B, U+0041, 01000001 01001011, pairs of hexadecimal digits.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch over each whole list that begins in `where` and says something.
void find_char_codes(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
