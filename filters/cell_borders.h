#pragma once

// What parts the cells of a line of a table: a tab, a bar, a comma, a semicolon; or, of more than
// one byte, a run of blanks or of wide blanks, at least two of them, or the bar that tables are
// drawn with.

#include <cstddef>
#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

inline constexpr char kBlankRun = ' ', kWideBlankRun = 'w', kDrawnBar = 'b';
// The only bar of a line, between blanks: " id | name" over "----+------". Without such a rule
// below the first line it is prose, or a pipe.
inline constexpr char kOneBar = '1';
inline constexpr std::string_view kWideBlank = "\xE3\x80\x80",
                                  kTwoWideBlanks = "\xE3\x80\x80\xE3\x80\x80",
                                  kBar = "\xE2\x94\x82";  // │

inline bool is_wide(char separator) {
  return separator == kBlankRun || separator == kWideBlankRun || separator == kDrawnBar ||
         separator == kOneBar;
}

// The first byte from `pos` on that is in no blank.
std::size_t behind_blanks(std::string_view text, std::size_t pos);

// `line` without the blanks that a run of them would take for cells.
std::string_view between_blanks(std::string_view line);

// What parts the cells of `line`, 0: nothing does. `wide`: which of those of more than one byte may
// part them, 0: none; cells between such may hold commas.
char separator_in(std::string_view line, char wide);

// Which of those of more than one byte parts the cell that `word` stands in from one beside it, as
// far as a few bytes on each side of the word show; 0: none does. Most words of a text stand in
// prose.
char wide_separator_around(std::string_view text, Range line, Range word);

// The same of a whole line.
char wide_separator_of(std::string_view line);

// Whether kOneBar may part the cells of `line`.
bool has_one_bar(std::string_view line);

}  // namespace sekisho::filters
