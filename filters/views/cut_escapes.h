#pragma once

// Escapes that are cut in two themselves, by a line end, the border of a cell or between two
// literals: "\u00" + "41", "&#6\n> 5;".

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch over each that begins in `where` and stands near another escape of its kind: the
// escape as it was before the cut.
void find_cut_escapes(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
