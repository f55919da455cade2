#pragma once

// Commands that put a secret into a store: "gh secret set DB_PASSWORD --body …".

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// AtGate of a password, where the name that it is stored under says that it is one. The gate begins
// with the program.
void find_stored_password(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// AtGate of random values that are stored so.
void find_stored_secret(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

}  // namespace sekisho::filters
