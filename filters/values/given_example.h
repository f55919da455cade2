#pragma once

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Whether what begins at `begin` is given as an example by what stands straight before it: "例：",
// "（記入例）", "e.g. ", placeholder="…". Only a value that everybody knows may be let off for it:
// anybody can write the word.
bool is_given_as_example(std::string_view text, std::size_t begin);

}  // namespace sekisho::filters
