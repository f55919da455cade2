#pragma once

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"

namespace sekisho::filters {

// Cheap: whether a letter or digit stands before `at` that surely belongs to what begins there. One
// of an escape ("\n", "%3D") may not: border_holds knows.
inline bool inside_word(std::string_view text, std::size_t at) {
  return at > 0 && kAsciiAlnum.has(text[at - 1]) && !(at > 1 && text[at - 2] == '\\') &&
         !(at > 2 && (text[at - 3] == '%' || text[at - 3] == '='));
}

}  // namespace sekisho::filters
