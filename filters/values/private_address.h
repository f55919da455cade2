#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of addresses inside a company network (RFC 1918, 6598, 3927, 4193, 4291): they tell its
// plan to outsiders.
void find_private_address(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

}  // namespace sekisho::filters
