#pragma once

// Values that a message sends in parts which it counts, "SSN (1/2) 349-87" over "(2/2) -6633", or
// names: "SSN first half: 349-87" over "and the rest: -6633".

#include <cstddef>
#include <string_view>

#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

// Cheap: whether the second part may begin behind the line end at `at`.
inline bool may_count_parts(std::string_view text, std::size_t at) {
  if (at + 6 >= text.size() || text[at] != '\n') return false;
  switch (text[at + 1]) {
    case '(':
    case '[':
      return text[at + 2] == '2' && text[at + 3] == '/';
    case '2':
      return text[at + 2] == '/';
    case 'p':
    case 'P':  // "part 2 of 2"
      return text[at + 5] == ' ' && text[at + 6] == '2';
    case 'a':
    case 'A':  // "and the rest"
      return text[at + 2] == 'n' && text[at + 4] == ' ';
    case 't':
    case 'T':
      return text[at + 2] == 'h' && text[at + 4] == ' ';
    case 'r':
    case 'R':  // "rest", "remaining"
      return text[at + 2] == 'e' && (text[at + 3] == 'm' || text[at + 3] == 's');
    case 's':
    case 'S':
      return text[at + 2] == 'e' && text[at + 3] == 'c';
    case 'o':
    case 'O':
    case 'l':
    case 'L':  // "other half", "last part", "latter half"
      return text[at + 3] == 'h' || text[at + 3] == 't' || text[at + 3] == 's';
    case '\xE5':  // 後
      return text[at + 2] == '\xBE' && text[at + 3] == '\x8C';
    case '\xE6':  // 残
      return text[at + 2] == '\xAE' && text[at + 3] == '\x8B';
    case '\xE7':  // 続
      return text[at + 2] == '\xB6' && text[at + 3] == '\x9A';
    default:
      return false;
  }
}

// Takes away what counts or names the parts, of which the second one stands behind the line end at
// `at`; the end of the last part, 0 when that are none.
std::size_t join_counted_parts(std::string_view text, std::size_t at, PulledApart out);

}  // namespace sekisho::filters
