#pragma once

// Pieces of a token on lines of their own: what stands at the end of a line and at the beginning of
// the next one, and tokens that all of their pieces together prove.

#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/finding.h"

namespace sekisho::filters {

// Over the mark of a comment or a patch, one of quotation in full width, or the number of the line
// when the line before has the one before, at `pos`; the line begins at `at`.
std::size_t behind_mark(std::string_view text, std::size_t at, std::size_t pos);

// Over blanks and marks of quotation, comments and patches where a line begins.
[[gnu::always_inline]] inline std::size_t skip_margin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 24;
  std::size_t pos = at;
  static constexpr CharSet kMargin{" \t>#*|"}, kMarks = kAsciiDigits | CharSet("+/-;\xC2\xE2\xEF");
  while (pos < text.size() && pos - at < kLongest && kMargin.has(text[pos])) ++pos;
  return pos < text.size() && kMarks.has(text[pos]) ? behind_mark(text, at, pos) : pos;
}

// Where the line that ends at `at` has its last character, before a return or the backslash of a
// shell (with a blank).
inline std::size_t line_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && (text[end - 1] == '\r' || text[end - 1] == '\\') && at - end < 3) --end;
  return end > 1 && end < at && text[end] == '\\' && text[end - 1] == ' ' ? end - 1 : end;
}
// Where the next line begins, behind its margin, when nothing of this one is left from `at` on;
// else `at`.
std::size_t next_line(std::string_view text, std::size_t at);

// "ERROR job", "A: thanks": something else begins with the piece at the beginning of a line.
bool begins_other(std::string_view text, Range piece);

// "sk_l" … "ive_" … "EyOZ": the line ends of a token that is broken within its beginning, from the
// piece [begin, end) on; none: they are something else.
std::vector<Range> breaks_of_prefix(std::string_view text, std::size_t begin, std::size_t end);

// Cheap: whether the piece begins as an IBAN does, as far as it goes.
bool may_begin_iban(std::string_view piece);
// The same of an IBAN whose check digits are right; `next_piece` tells where the piece behind the
// one that ends at a place begins, or that place.
using NextPiece = std::size_t (*)(std::string_view text, std::size_t at);
std::vector<Range> breaks_of_iban(std::string_view text, std::size_t begin, std::size_t end,
                                  NextPiece next_piece = next_line);

}  // namespace sekisho::filters
