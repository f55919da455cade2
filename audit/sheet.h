#pragma once

// Rows of text as a CSV file that a spreadsheet may open, or as columns on a terminal.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::audit {

using Cells = std::vector<std::string>;

// One line of RFC 4180 with CR LF, every cell in quotation marks. What a spreadsheet would take for
// a formula gets a leading apostrophe: quotation marks alone do not stop it. Controls and marks
// that change the direction of writing become U+FFFD.
std::string csv_line(const Cells& cells);
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Columns that `text` takes on a terminal: East Asian wide characters take two, marks that combine
// none.
std::size_t display_width(std::string_view text);
// `text` without what would move the cursor or turn the direction, at most `width` columns.
std::string display_text(std::string_view text, std::size_t width = 1000);

// Aligned columns, the first line in capitals is for the caller.
std::string aligned(const std::vector<Cells>& rows);

}  // namespace sekisho::audit
