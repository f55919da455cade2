#pragma once

// Numbers behind their label that are cut anywhere: over the cells of a row or a column
// ("| カード番号 | 4 | 773-1676 | …"), by signs of several kinds, in groups of any size. Only those
// are joined that the label and, where there is one, the check digit prove.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"
#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

// Cheap: most numbers stand behind another one or a word that is no label.
inline bool may_follow_label(std::string_view text, std::size_t at) {
  static constexpr CharSet kBefore{" :=|,;\t\n\"'>~*"}, kParts{" ,;\t\n"};
  static constexpr CharSet kWords = kAsciiLetters | kAsciiDigits | CharSet(".-"),
                           kLast{"drelsnDRELNoO.-"};
  if (at < 4) return false;
  const char before = text[at - 1], last = text[at - 2];
  if (!kBefore.has(before))
    return static_cast<unsigned char>(before) >= 0x80 ||
           ((before == '[' || before == '(') &&
            (last == ':' || last == ' ' || last == '=' || last == '\n' ||
             static_cast<unsigned char>(last) >= 0x80));
  if (!kParts.has(before) || !kWords.has(last)) return true;
  // "card_1,card_2\n4532": headings.
  if (before == '\n' && (text[at - 3] == '_' || text[at - 3] == ' ')) return true;
  if (!kLast.has(last)) return false;
  // "- 4532 86" on a line of its own; "card no. ".
  if (last == '-') return text[at - 3] == '\n';
  return (last != '.' && (last | 0x20) != 'o') ||
         (text[at - 3] | 0x20) == (last == '.' ? 'o' : 'n');
}
// Over what stands between a label and its value at `at`, backwards: ": ", " = ", "は", "】\n", " |
// ", tags.
std::size_t label_end_before(std::string_view text, std::size_t at);
// From the digit at `at` on; the end of the number when it was joined, 0 otherwise.
std::size_t join_labelled_number(std::string_view text, std::size_t at, PulledApart out);
// From the IBAN at `at` on, over blanks and cells; where it ends, 0: it is none, or in no cells.
std::size_t join_iban(std::string_view text, std::size_t at, PulledApart out);
// Where an IBAN whose group [begin, end) stands before the border of a cell may begin; npos: none.
std::size_t iban_begin(std::string_view text, std::size_t begin, std::size_t end);
// From the border behind "IBAN" at `at` on.
std::size_t join_iban_cells(std::string_view text, std::size_t at, PulledApart out);

}  // namespace sekisho::filters
