#pragma once

// Values in several cells that a table itself says belong together: below a heading with empty ones
// behind it ("id,SSN,,memo" over "7,349-87,-6633,ok"), below headings that count ("| PAT part1 |
// PAT part2 |"), in numbered rows below one heading, in a frame below a label.

#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/char_set.h"
#include "filters/finding.h"
#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

// Cheap: whether such a table may be told by what stands at `at`: an empty heading behind another
// one, or the line end before the rule below its headings or before the row in a frame.
inline bool may_tell_table(std::string_view text, std::size_t at) {
  if (at == 0 || at + 2 >= text.size()) return false;
  static constexpr CharSet kSeparators{",;\t"}, kRule{"-: "};
  const char before = text[at - 1];
  if (text[at] == '\n') return text[at + 1] == '|' && (before == '+' || kRule.has(text[at + 2]));
  return kSeparators.has(text[at]) && text[at + 1] == text[at] &&
         (kAsciiLetters.has(before) || before == ')' || static_cast<unsigned char>(before) >= 0x80);
}

// Puts the values together that are cut below `at`, and tells where they and the
// cells before them stand.
void join_cut_table(std::string_view text, std::size_t at, std::vector<Range>& values,
                    PulledApart out);

}  // namespace sekisho::filters
