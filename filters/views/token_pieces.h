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
// Cheap: whether the piece of a value at `begin` stands behind a name, the "@" of an address, or a
// group of an IBAN; most lines end with a word behind another one.
inline bool may_follow_name(std::string_view text, std::size_t begin) {
  // ： ends with \x9A.
  static constexpr CharSet kBefore{"\"'=:,\t>@\x9A"}, kIban{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};
  if (begin < 3 || begin >= text.size()) return false;
  const char before = text[begin - 1] == ' ' ? text[begin - 2] : text[begin - 1];
  return kBefore.has(before) || (kIban.has(before) && kIban.has(text[begin]));
}
// A piece of a token, an address or an IBAN where a line ends, behind such a name, goes on behind
// one that counts on ("key_1: ghp_" over "key_2: …"). The end of the last piece, 0: it does not.
std::size_t join_sibling_lines(std::string_view text, const Survey& survey, Range piece, bool mails,
                               PulledApart out);

}  // namespace sekisho::filters
