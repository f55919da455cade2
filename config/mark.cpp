#include "config/mark.h"

#include <algorithm>
#include <tuple>

namespace sekisho::config {

std::string to_string(const Problem& p) {
  std::string s = p.file;
  if (p.at.line > 0) s += ":" + std::to_string(p.at.line) + ":" + std::to_string(p.at.column);
  s += ": " + p.message;
  if (!p.hint.empty()) s += " (" + p.hint + ")";
  return s;
}

void sort_by_place(Problems& problems, std::size_t first) {
  std::stable_sort(problems.begin() + static_cast<std::ptrdiff_t>(first), problems.end(),
                   [](const Problem& a, const Problem& b) {
                     return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
                   });
}

}  // namespace sekisho::config
