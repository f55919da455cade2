#pragma once

// Values whose characters, groups or halves were pulled apart: "4 5 3 2 …", "4532/0151/…",
// "| 4532 | 0151 |", a key broken at the end of a line or over cells of a table.

#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// How it was pulled apart says how far it may be trusted: `sure` is never done to ordinary text,
// `doubtful` looks like tables and lists, so that only values that prove themselves count.
struct PulledApart {
  Patches& sure;
  Patches& doubtful;
};

// Single characters with the same thing between them.
void find_spaced(std::string_view text, const Survey& survey, Range where, PulledApart out);
// Groups of digits with the same unusual thing between them, in cells, or in unusual groups.
void find_number_groups(std::string_view text, const Survey& survey, Range where, PulledApart out);
// Tokens broken at a line end.
void find_broken_lines(std::string_view text, const Survey& survey, Range where, PulledApart out);
// Tokens with a known beginning in groups with the same thing between them.
void find_even_pieces(std::string_view text, const Survey& survey, Range where, PulledApart out);
// Values whose second part a sentence tells: "… and the second half is …", "…、後半は …".
void find_told_parts(std::string_view text, const Survey& survey, Range where, PulledApart out);
// Tokens with a known beginning, and addresses, over cells.
void find_token_cells(std::string_view text, const Survey& survey, Range where, PulledApart out);

}  // namespace sekisho::filters
