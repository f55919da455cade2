#pragma once

// Values that code puts together from pieces: "AKIA" + "IOSF…", 'a' . 'b', two literals side by
// side, ${"a"}${"b"}, ["a", "b"].join(""), s += "b".

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch that takes away what stands between two literals, for each closing quote in `where`.
void find_literal_joins(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
