#pragma once

// Characters that stand for others: digits of any script, letters in circles, look-alikes of Latin
// letters, characters that are not seen at all.

#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::filters {

// A code point and its bytes; broken UTF-8 is U+FFFD, one byte; size 0 = end of the text.
struct RawChar {
  char32_t value = 0;
  std::size_t size = 0;
};
RawChar wide_raw_char(std::string_view text, std::size_t at);
inline RawChar raw_char(std::string_view text, std::size_t at) {
  if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
    return {static_cast<unsigned char>(text[at]), 1};
  return wide_raw_char(text, at);
}
RawChar raw_char_before(std::string_view text, std::size_t at);

// Default-ignorable and friends: joiners, fillers, bidi controls, soft hyphen, marks of order. Tags
// and variation selectors too.
bool is_invisible(char32_t c);
bool is_tag(char32_t c);                 // U+E0000..U+E007F
bool is_variation_selector(char32_t c);  // VS1..VS256
bool is_bidi_control(char32_t c);
bool is_drawn_bar(char32_t c);      // what tables are drawn with
bool is_right_to_left(char32_t c);  // a letter of a script that is written so
// Combining marks that go on any letter (not those a script needs to be read).
bool is_stackable_mark(char32_t c);

// The Latin letter that `c` looks like, 0 = none. Never of kana or kanji.
char latin_lookalike(char32_t c);
// The digit that a letter looks like which is no look-alike of a Latin one, 0 = none.
char digit_lookalike(char32_t c);
// ASCII digits or the letter that an enclosed, raised, mathematical or foreign form stands for; ""
// = none.
std::string_view plain_form(char32_t c);

// Bytes of the character at `at` when it is worth looking at the text with it undone, else 0. Needs
// the lead byte of a character there.
std::size_t odd_character(std::string_view text, std::size_t at);
// Where a run of dashes at `at` ends that stands for the five around "BEGIN PRIVATE KEY" and "END
// PRIVATE KEY", as text processors write them; `at`: it is none.
std::size_t armour_dashes_end(std::string_view text, std::size_t at);

// Tags and variation selectors that no honest text has there: not in an emoji, a flag, a variant of
// a kanji.
bool is_hidden_character(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
