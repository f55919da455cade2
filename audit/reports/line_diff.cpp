#include "audit/reports/line_diff.h"

#include <algorithm>
#include <string_view>

namespace sekisho::audit {
namespace {

using Lines = std::vector<std::string_view>;
using Signed = std::vector<Difference::Line>;

// Changed lines of the middle, beyond which they count as replaced: the table below has its square.
constexpr std::size_t kCompared = 3000;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

void add(Signed& out, char sign, std::string_view line) {
  out.push_back({sign, std::string(line)});
}

// Longest common subsequence of the part between equal beginnings and ends.
void compare(const Lines& a, const Lines& b, Signed& out) {
  const std::size_t rows = a.size() + 1, columns = b.size() + 1;
  if (a.size() > kCompared || b.size() > kCompared) {
    for (const auto line : a) add(out, '-', line);
    for (const auto line : b) add(out, '+', line);
    return;
  }
  std::vector<std::uint16_t> longest(rows * columns);
  for (std::size_t i = a.size(); i-- > 0;)
    for (std::size_t k = b.size(); k-- > 0;)
      longest[i * columns + k] =
          a[i] == b[k] ? static_cast<std::uint16_t>(longest[(i + 1) * columns + k + 1] + 1)
                       : std::max(longest[(i + 1) * columns + k], longest[i * columns + k + 1]);
  std::size_t i = 0, k = 0;
  while (i < a.size() || k < b.size()) {
    if (i < a.size() && k < b.size() && a[i] == b[k]) {
      add(out, ' ', a[i]);
      ++i, ++k;
    } else if (i < a.size() &&
               (k == b.size() || longest[(i + 1) * columns + k] >= longest[i * columns + k + 1])) {
      add(out, '-', a[i++]);
    } else {
      add(out, '+', b[k++]);
    }
  }
}

Signed compared(Lines a, Lines b) {
  std::size_t begin = 0, end = 0;
  while (begin < a.size() && begin < b.size() && a[begin] == b[begin]) ++begin;
  while (end < a.size() - begin && end < b.size() - begin &&
         a[a.size() - 1 - end] == b[b.size() - 1 - end])
    ++end;
  Signed out;
  for (std::size_t i = 0; i < begin; ++i) add(out, ' ', a[i]);
  const auto middle = [&](const Lines& all) {
    return Lines(all.begin() + static_cast<std::ptrdiff_t>(begin),
                 all.end() - static_cast<std::ptrdiff_t>(end));
  };
  compare(middle(a), middle(b), out);
  for (std::size_t i = a.size() - end; i < a.size(); ++i) add(out, ' ', a[i]);
  return out;
}

// Runs of unchanged lines far from any change become one line '@' with their number.
Signed shortened(const Signed& all, std::size_t around) {
  std::vector<bool> kept(all.size(), false);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].sign != ' ')
      for (std::size_t k = i - std::min(i, around); k <= i + around && k < all.size(); ++k)
        kept[k] = true;
  Signed out;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    while (end < all.size() && !kept[end]) ++end;
    if (end > i) out.push_back({'@', std::to_string(end - i)});
    for (i = end; i < all.size() && kept[i]; ++i) out.push_back(all[i]);
  }
  return out;
}

}  // namespace

std::vector<Difference::Line> line_diff(const std::string& before, const std::string& after,
                                        std::size_t around) {
  if (before == after) return {};
  return shortened(compared(lines_of(before), lines_of(after)), around);
}

std::vector<Difference::Line> as_lines(const std::string& text) {
  Signed out;
  for (const auto line : lines_of(text)) add(out, ' ', line);
  return out;
}

}  // namespace sekisho::audit
