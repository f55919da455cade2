#pragma once

// Tokens with a known beginning that were cut into pieces: groups with the same thing between them
// ("[ghp_][A1b2][…", "ghp_ - A1b2 - …"), items of a list, cells of a column, lines with numbers.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"
#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

class Survey;

// Cheap: whether the line that begins at `at` has a mark, or a number that counts.
inline bool may_begin_item(std::string_view text, std::size_t at) {
  static constexpr CharSet kFirst{"-*|>#/;+"}, kBehindNumber{" .):|"};
  std::size_t pos = at;
  while (pos < text.size() && pos - at < 8 && text[pos] == ' ') ++pos;
  if (pos >= text.size()) return false;
  if (kFirst.has(text[pos]) || static_cast<unsigned char>(text[pos]) >= 0x80) return true;
  const std::size_t number = pos;
  while (pos < text.size() && pos - number < 4 && kAsciiDigits.has(text[pos])) ++pos;
  return pos > number && pos < text.size() && kBehindNumber.has(text[pos]);
}
// The piece ends the line that ends at `end`, behind a mark as the following lines have it.
std::size_t join_listed_pieces(std::string_view text, const Survey& survey, std::size_t end,
                               PulledApart out);

}  // namespace sekisho::filters
