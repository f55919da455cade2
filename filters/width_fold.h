#pragma once

// Reading text with full-width forms folded to ASCII, one character at a time, so that plain ASCII
// pays nothing.

#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::filters {

// A character with full-width forms folded (U+FF01..FF5E to ASCII, U+3000 to a space). Invalid
// UTF-8 is U+FFFD, one byte.
struct FoldedChar {
  char32_t value = 0;
  std::size_t size = 0;  // bytes in the text; 0 = no character there
};
FoldedChar char_at(std::string_view text, std::size_t pos);
FoldedChar char_before(std::string_view text, std::size_t pos);

inline bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}
inline bool is_lower(char32_t c) {
  return c >= U'a' && c <= U'z';
}
inline bool is_upper(char32_t c) {
  return c >= U'A' && c <= U'Z';
}
inline bool is_letter(char32_t c) {
  return is_lower(c) || is_upper(c);
}
inline bool is_alnum(char32_t c) {
  return is_letter(c) || is_digit(c);
}
inline bool is_word(char32_t c) {
  return is_alnum(c) || c == U'_';
}

// The many characters people type for a hyphen, a dot or a space between digits (detection depends
// on both neighbours being digits: the long-vowel mark is one of them).
bool is_hyphen(char32_t c);
bool is_dot(char32_t c);
bool is_space(char32_t c);  // without line ends

// A copy with width folded. Broken UTF-8 stays as it is.
std::string folded(std::string_view text);
std::string lower_case(std::string text);  // ASCII letters
void to_lower_case(char* text, std::size_t size);
// A copy with width folded and ASCII letters in lower case. Broken UTF-8 stays as it is.
std::string folded_lower(std::string_view text);

}  // namespace sekisho::filters
