#pragma once

#include <string_view>

namespace sekisho::filters {

// Whether `bytes`, the beginning of something, may begin a deflate stream without a header
// (RFC 1951) that says text. Of random bytes less than one in some hundreds do.
bool may_be_raw_deflate(std::string_view bytes);

}  // namespace sekisho::filters
