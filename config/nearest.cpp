#include "config/nearest.h"

#include <algorithm>

namespace sekisho::config {
namespace {

constexpr std::size_t kLongest = 64;  // longer words are no typing errors of ours
constexpr std::size_t kMostShown = 14;

std::string folded(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    out.push_back(c == '-' || c == ' ' ? '_' : c);
  }
  return out;
}

// Edits between two words, a swap of neighbours counted as one (optimal string alignment).
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view written, const std::vector<std::string_view>& names) {
  if (written.empty() || written.size() > kLongest) return {};
  const std::string a = folded(written);
  std::size_t best = std::clamp<std::size_t>(a.size() / 3, 1, 3) + 1;
  std::string_view found;
  for (std::string_view name : names) {
    const std::size_t n = distance(a, folded(name));
    if (n < best && n < name.size()) {
      best = n;
      found = name;
    }
  }
  return std::string(found);
}

std::string suggestion(std::string_view written, const std::vector<std::string_view>& names) {
  const std::string near = nearest_name(written, names);
  if (!near.empty()) return "did you mean '" + near + "'?";
  if (names.empty() || names.size() > kMostShown) return {};
  std::string list;
  for (std::string_view n : names) list += (list.empty() ? "one of: " : ", ") + std::string(n);
  return list;
}

}  // namespace sekisho::config
