#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sekisho::filters {

// An upper bound of the bytes an RE2 pattern can match, or nullopt when it has none (or when the
// pattern uses syntax that this walk does not know: the answer is then the careful one). The
// pattern must compile.
std::optional<std::size_t> longest_match(std::string_view pattern);

}  // namespace sekisho::filters
