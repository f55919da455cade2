#pragma once

// Writes a replacement as it must stand in the original bytes: through every layer of coding around
// its place.

#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

// `text` as it stands inside something of this coding. kFixed takes nothing: the text comes back as
// it is, and whoever edits must have asked Spot::fixed before.
std::string coded_text(std::string_view text, Coding coding);

// The same through a chunk's own coding and the layers around it, innermost first.
std::string coded_text(std::string_view text, Coding coding, const std::vector<Coding>& outer);

}  // namespace sekisho::filters
