#pragma once

// Text in the dumps that xxd, hexdump and od print.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Adds a patch over each dump with a row in `where` that says something.
void find_hex_dumps(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
