#pragma once

// Values whose pieces are given names first: a = "AKIA…"; b = "IOSF…"; key = a + b, f"{a}{b}",
// `${a}${b}`, "%s%s" % (a, b), [a, b].join("").

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch over the pieces, from the first to the last, that reads as they do together.
void find_variable_joins(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
