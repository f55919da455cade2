#pragma once

// Undoes the transfer encoding of a part.

#include <cstddef>
#include <string>
#include <string_view>

#include "filters/bodies/part_header.h"
#include "filters/bodies/text_chunk.h"

namespace sekisho::filters {

// `raw` stands at `base` in the text around it. `layer` gets the way back. False: it is not of that
// encoding.
bool undo_transfer(PartHeader::Transfer transfer, std::string_view raw, std::size_t base,
                   std::string& out, Layer& layer);

}  // namespace sekisho::filters
