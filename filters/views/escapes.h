#pragma once

// Undoes the escapes of languages and formats where they stand in a text: \u0041, \x41, \101,
// \u{41}, %41, %u0041, &#65;, &commat;, =41 and soft line breaks, =?utf-8?B?…?=, <~base85~>, tags
// and comments inside a word. One layer at a time.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch for each escape that begins in `where`.
void find_escapes(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
