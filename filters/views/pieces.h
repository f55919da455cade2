#pragma once

// What values that were pulled apart are made of: pieces of tokens, and what may stand between
// them.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"

namespace sekisho::filters {

class Survey;

// A token is no longer: what goes on beyond is something else.
inline constexpr std::size_t kLongestToken = 256;
inline constexpr CharSet kTokenChars = kAsciiWord | CharSet("-+/.~");
// What may stand between two pieces. Signs of escapes are not among them: an escape is undone, not
// taken apart.
inline constexpr CharSet kGapSigns{" \t\r\n-._/:,|*+~^@!?()[]{}"};
inline constexpr std::string_view kCellSigns = ",;\t|";

inline bool alnum_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiAlnum.has(text[at]);
}
inline bool digit_at(std::string_view text, std::size_t at) {
  return at < text.size() && kAsciiDigits.has(text[at]);
}
inline bool token_at(std::string_view text, std::size_t at) {
  return at < text.size() && kTokenChars.has(text[at]);
}
inline bool at_sign(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] == '@';
}

// May stand between two pieces: a blank or a sign, none of a value's own.
bool is_gap(char32_t c);
// ー・…〜～【】「」：；＿｜.
bool is_wide_sign(char32_t c);
// Blanks, or a sign with blanks after it, at `at`.
std::string_view gap_at(std::string_view text, std::size_t at);
// The border of a cell: "|", ",", ";", a tab, with blanks and quotes; tags. Its end, or `at`.
std::size_t border_end(std::string_view text, std::size_t at);

// The bar behind the blanks that fill a cell of a grid up from `at` on; `at`: there is none.
inline std::size_t padded_border(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostBlanks = 16;
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kMostBlanks && text[pos] == ' ') ++pos;
  return pos < text.size() && text[pos] == '|' ? pos : at;
}

// Whether a line, or its cell, ends at `at`, behind the padding of base64, too.
inline bool ends_cell_line(std::string_view text, std::size_t at) {
  for (int i = 0; i < 2 && at < text.size() && text[at] == '='; ++i) ++at;
  return at >= text.size() || text[at] == '\n' || text[at] == '\r' || text[at] == '|';
}

// The token that ends at `end` or begins at `begin`, kLongestToken bytes of it at most.
std::size_t token_begin(const Survey& survey, std::size_t end);
std::size_t token_end(std::string_view text, std::size_t begin);
// "00000010: 414b", "00000010  41 4b": what rows of a hex dump begin with.
bool begins_dump_row(std::string_view text, std::size_t at);
// Whether `at` stands behind a blank or a sign in such a row: its digits and its column of
// characters are read with the whole dump (find_hex_dumps).
bool in_dump_row(std::string_view text, std::size_t at);
// Over what names the second and later parts of a value from `at` on ("、後半は", "\nPART2: ",
// "\", \"tail\": \"", "</part><part n=\"2\">"), to where the part begins; `at`: nothing does.
std::size_t part_label_end(std::string_view text, std::size_t at);
// A word of a sentence or a list, no piece of a key.
bool is_plain_word(std::string_view text);

}  // namespace sekisho::filters
