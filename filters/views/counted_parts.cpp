#include "filters/views/counted_parts.h"

#include <algorithm>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/message_borders.h"

namespace sekisho::filters {
namespace {

constexpr CharSet kBlanks{" \t"};
constexpr char kFewest = '2', kMost = '9';

// Over "(2/3) ", "[2/3]: " at `at`; `at`: it is no such count.
std::size_t count_end(std::string_view text, std::size_t at, char part, char all) {
  const char open = at_or_nul(text, at);
  if ((open != '(' && open != '[') || at_or_nul(text, at + 1) != part ||
      at_or_nul(text, at + 2) != '/' || at_or_nul(text, at + 3) != all ||
      at_or_nul(text, at + 4) != (open == '(' ? ')' : ']'))
    return at;
  std::size_t end = at + 5;
  if (at_or_nul(text, end) == ':') ++end;
  while (kBlanks.has(at_or_nul(text, end))) ++end;
  return end;
}

// The one word that fills the rest of the line; `at`: there are more, or none.
std::size_t part_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 256;
  std::size_t end = at;
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
  while (end - at < kLongest && visible(at_or_nul(text, end))) ++end;
  std::size_t line = end;
  while (at_or_nul(text, line) == ' ' || at_or_nul(text, line) == '\r') ++line;
  return line == text.size() || text[line] == '\n' ? end : at;
}

// "label (1/2) " of the line that ends at `end`: its count, with the blanks before it.
Range first_count(std::string_view text, std::size_t end, char all) {
  constexpr std::size_t kLongestLine = 320;
  const std::size_t from = end - std::min(end, kLongestLine);
  std::string_view line = text.substr(from, end - from);
  if (const std::size_t above = last_line_end(line); above != line.npos)
    line.remove_prefix(above + 1);
  const std::size_t place = line.rfind("1/");
  if (place == line.npos || place == 0) return {};
  std::size_t begin = end - line.size() + place - 1;
  const std::size_t behind = count_end(text, begin, '1', all);
  if (behind == begin || behind >= end) return {};
  while (begin > 0 && kBlanks.has(text[begin - 1])) --begin;
  return {begin, behind};
}

}  // namespace

std::size_t join_counted_parts(std::string_view text, std::size_t at, PulledApart out) {
  const char all = at_or_nul(text, at + 4);
  if (all < kFewest || all > kMost) return 0;
  const Range first = first_count(text, at, all);
  if (first.size() == 0) return 0;
  std::size_t last = part_end(text, first.end);
  if (last == first.end) return 0;
  std::vector<Range> counts;
  // Words have none of them: "(1/2) tests", "(2/2) docs".
  static constexpr CharSet kOfValues = kAsciiDigits | CharSet("@:");
  bool value = std::any_of(text.begin() + static_cast<std::ptrdiff_t>(first.end),
                           text.begin() + static_cast<std::ptrdiff_t>(last),
                           [](char c) { return kOfValues.has(c); });
  for (char part = '2'; part <= all; ++part) {
    std::size_t line = last;
    while (at_or_nul(text, line) == ' ' || at_or_nul(text, line) == '\r') ++line;
    const std::size_t begin = count_end(text, line + 1, part, all);
    if (begin == line + 1) return 0;
    const std::size_t end = part_end(text, begin);
    if (end == begin) return 0;
    value = value || std::any_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                 text.begin() + static_cast<std::ptrdiff_t>(end),
                                 [](char c) { return kOfValues.has(c); });
    counts.push_back({last, begin});
    last = end;
  }
  if (!value) return 0;
  // "SSN: (1/2) ".
  const bool sign =
      first.begin > 0 && (text[first.begin - 1] == ':' || text[first.begin - 1] == '=');
  if (first.begin > 0) out.sure.add(first, sign ? " " : ": ");
  for (const Range& count : counts)
    out.sure.add(count, lost_separator(text, count.begin, count.end));
  return last;
}

}  // namespace sekisho::filters
