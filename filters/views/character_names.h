#pragma once

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

struct NamedCharacter {
  long code = -1;       // -1 = none
  std::size_t end = 0;  // behind the name
};

// The character whose name in Unicode begins at `at` and is followed by "}", in capital or small
// letters, or written U+0041: one that values are written with, signs and digits of other scripts
// among them.
NamedCharacter named_character(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
