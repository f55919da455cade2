#pragma once

// Values of a shell that a name is given in two statements: K=AKIA… and K=${K}…, KEY="${KEY}…".

#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

// What parts the pieces, if the statement with the "=" at `at` adds to the one before it; empty:
// it does not.
Range self_append_glue(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
