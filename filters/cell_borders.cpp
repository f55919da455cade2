#include "filters/cell_borders.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sekisho::filters {

std::size_t behind_blanks(std::string_view text, std::size_t pos) {
  while (true) {
    if (pos < text.size() && text[pos] == ' ')
      ++pos;
    else if (text.substr(pos, 3) == kWideBlank)
      pos += 3;
    else
      return pos;
  }
}

std::string_view between_blanks(std::string_view line) {
  line.remove_prefix(behind_blanks(line, 0));
  while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
  while (line.ends_with(kWideBlank)) line.remove_suffix(3);
  return line;
}

namespace {

char narrow_separator_in(std::string_view line) {
  for (const char separator : {'\t', '|', ',', ';'}) {
    const std::size_t first = line.find(separator);
    if (first == std::string_view::npos) continue;
    // One bar in a line of prose means "or".
    if (separator != '|' || line.find('|', first + 1) != std::string_view::npos) return separator;
  }
  return 0;
}

constexpr std::size_t kCellReach = 15;      // bytes of a cell on each side of a word in it
constexpr std::size_t kLongestDrawn = 384;  // bytes of a line that is drawn with blanks or bars

struct Beside {
  bool border = false;
  char separator = 0;  // 0: the border is the line's
};

// The separator that begins at `pos`, 0: none does. Blanks before a drawn bar belong to it.
char wide_separator_at(std::string_view text, std::size_t pos) {
  const std::string_view rest = text.substr(pos, 2 * kWideBlank.size());
  if (rest.front() == ' ') {
    if (rest.size() < 2 || rest[1] != ' ') return 0;
    return text.substr(behind_blanks(text, pos)).starts_with(kBar) ? kDrawnBar : kBlankRun;
  }
  if (rest.front() != kBar.front() && rest.front() != kWideBlank.front()) return 0;
  if (rest.starts_with(kBar)) return kDrawnBar;
  return rest == kTwoWideBlanks ? kWideBlankRun : 0;
}

// Whether a border may stand in the kCellReach bytes at `pos`: no branch of it goes now this way,
// now that, as a look at each byte does. It may say yes where there is none.
bool may_end_cell(std::string_view text, std::size_t pos) {
  if (text.size() - pos < kCellReach) return true;
  constexpr std::uint64_t kEach = 0x0101010101010101u, kLow = 0x7F * kEach;
  std::uint64_t found = 0;
  for (const std::size_t at : {pos, pos + 7}) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    // The high bit of each byte that is `c`.
    const auto are = [bytes](unsigned char c) {
      const std::uint64_t other = bytes ^ c * kEach;
      return ~(((other & kLow) + kLow) | other | kLow);
    };
    const std::uint64_t blank = are(' '), wide = are(0x80);
    found |= are('\n') | are(0x94) | (blank & blank >> 8) | (wide & wide >> 8);
  }
  return found != 0;
}

Beside behind_word(std::string_view text, std::size_t pos) {
  if (!may_end_cell(text, pos)) return {};
  const std::size_t stop = std::min(text.size(), pos + kCellReach);
  for (; pos < stop; ++pos) {
    if (text[pos] == '\n' || text[pos] == '\r') return {true, 0};
    const char separator = wide_separator_at(text, pos);
    if (separator == 0) continue;
    const std::size_t next = separator == kDrawnBar ? pos : behind_blanks(text, pos);
    const bool ends = next == text.size() || text[next] == '\n' || text[next] == '\r';
    return {true, ends ? '\0' : separator};
  }
  return {pos == text.size(), 0};
}

Beside before_word(std::string_view text, std::size_t pos) {
  const std::size_t stop = pos > kCellReach ? pos - kCellReach : 0;
  char run = 0;
  for (; pos > stop; --pos) {
    const std::string_view before = text.substr(0, pos);
    if (before.back() == '\n') return {true, 0};
    if (before.ends_with(kBar)) return {true, kDrawnBar};
    if (run != 0 && before.back() != ' ' && !before.ends_with(kWideBlank)) return {true, run};
    if (run == 0 && before.ends_with("  ")) run = kBlankRun;
    if (run == 0 && before.ends_with(kTwoWideBlanks)) run = kWideBlankRun;
    if (before.ends_with(kWideBlank)) pos -= 2;
  }
  return {run != 0 || pos == 0, pos == 0 ? '\0' : run};
}

}  // namespace

char separator_in(std::string_view line, char wide) {
  const char narrow = narrow_separator_in(line);
  return wide == 0 || narrow == '\t' || narrow == '|' ? narrow : wide;
}

char wide_separator_around(std::string_view text, Range line, Range word) {
  if (line.size() > kLongestDrawn) return 0;
  const Beside after = behind_word(text, word.end);
  if (!after.border) return 0;
  const Beside before = before_word(text, word.begin);
  if (!before.border) return 0;
  return after.separator == kDrawnBar || before.separator == 0 ? after.separator : before.separator;
}

bool has_one_bar(std::string_view line) {
  const std::size_t bar = line.find('|');
  if (bar == line.npos || bar == 0 || line[bar - 1] != ' ') return false;
  if (bar + 1 < line.size() && line[bar + 1] != ' ' && line[bar + 1] != '\r') return false;
  return line.find('|', bar + 1) == line.npos;
}

char wide_separator_of(std::string_view line) {
  if (line.size() > kLongestDrawn) return 0;
  if (line.find(kBar) != std::string_view::npos) return kDrawnBar;
  line = between_blanks(line);
  if (line.find("  ") != std::string_view::npos) return kBlankRun;
  return line.find(kTwoWideBlanks) != std::string_view::npos ? kWideBlankRun : '\0';
}

}  // namespace sekisho::filters
