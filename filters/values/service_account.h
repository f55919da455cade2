#pragma once

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of key files of Google service accounts: two of their type, the key's id and the key
// itself within one file, also written as a JSON string. The finding reaches from the first to the
// last.
void find_gcp_service_account(const DetectorRow& row, std::string_view text, Range gate,
                              Findings& out);

}  // namespace sekisho::filters
