#pragma once

// UTF-7 of mail (RFC 2152): "+MK8w7DC4-" in a part that says that it is written so.

#include <cstddef>
#include <string_view>

#include "filters/views/view_text.h"

namespace sekisho::filters {

// Whether "utf-7" stands at `at`, behind "charset=".
bool names_utf7(std::string_view text, std::size_t at);

// Adds a patch over each run of coded characters from `at` on, where "=" stands before the name, to
// the next part that has one.
void patch_utf7(std::string_view text, std::size_t at, Patches& out);

}  // namespace sekisho::filters
