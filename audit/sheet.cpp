#include "audit/sheet.h"

#include <algorithm>
#include <cstdint>

#include "audit/json_text.h"

namespace sekisho::audit {
namespace {

struct Span {
  std::int32_t first, last;
};

// East Asian Width W and F, as far as they matter on a terminal.
constexpr Span kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},  {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},  {0xA960, 0xA97F},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},  {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr Span kNoWidth[] = {{0x0300, 0x036F}, {0x3099, 0x309A}, {0x200B, 0x200D},
                             {0xFE00, 0xFE0F}, {0x20D0, 0x20FF}, {0xE0100, 0xE01EF}};

template <std::size_t N>
bool in(const Span (&spans)[N], std::int32_t c) {
  return std::any_of(std::begin(spans), std::end(spans),
                     [c](const Span& s) { return c >= s.first && c <= s.last; });
}

std::size_t width_of(std::int32_t c) {
  return in(kNoWidth, c) ? 0 : in(kWide, c) ? 2 : 1;
}

// Full-width signs start a formula in Japanese spreadsheets.
bool begins_formula(std::string_view cell) {
  if (cell.empty()) return false;
  if (std::string_view("=+-@\t\r\n").find(cell.front()) != std::string_view::npos) return true;
  std::size_t at = 0;
  const std::int32_t c = next_code_point(cell, at);
  return c == 0xFF1D || c == 0xFF0B || c == 0xFF0D || c == 0xFF20;
}

// What a terminal or a reader of the file would obey, or what is no text, becomes U+FFFD; TAB and
// line ends stay, inside the quotes.
void append_cell(std::string& line, std::string_view cell) {
  for (std::size_t at = 0; at < cell.size();) {
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(cell, at);
    if (c == '"') line += '"';
    const bool kept = c == '\t' || c == '\r' || c == '\n' || (c >= 0 && !is_deceptive(c));
    line += kept ? cell.substr(begin, at - begin) : std::string_view("\xEF\xBF\xBD");
  }
}

}  // namespace

std::string csv_line(const Cells& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    line += line.empty() ? "\"" : ",\"";
    if (begins_formula(cell)) line += '\'';
    append_cell(line, cell);
    line += '"';
  }
  return line += "\r\n";
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_code_point(text, at));
  return width;
}

std::string display_text(std::string_view text, std::size_t limit) {
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::int32_t c = next_code_point(text, at);
    const bool plain = c >= 0 && !is_deceptive(c);
    const std::size_t own = plain ? width_of(c) : 1;
    const std::size_t room = at < text.size() ? limit - std::min<std::size_t>(limit, 1) : limit;
    if (width + own > room) return out += "…";
    width += own;
    out += plain ? text.substr(begin, at - begin) : std::string_view("?");
  }
  return out;
}

std::string aligned(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const Cells& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  for (const Cells& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - display_width(row[i]) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace sekisho::audit
