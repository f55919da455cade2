#include "filters/patterns/pattern_counts.h"

#include <algorithm>

namespace sekisho::filters {
namespace {

constexpr std::string_view kDigits = "0123456789";

// RE2 takes none above 1000.
std::size_t number(std::string_view digits) {
  std::size_t value = 0;
  for (const char c : digits)
    value = std::min<std::size_t>(value * 10 + static_cast<std::size_t>(c - '0'), 9999);
  return value;
}

}  // namespace

std::optional<PatternCounts> take_counts(std::string_view pattern, std::size_t& pos) {
  const std::size_t close =
      pattern.substr(0, pos + 1).ends_with('{') ? pattern.find('}', pos) : std::string_view::npos;
  if (close == std::string_view::npos) return std::nullopt;
  const std::string_view inside = pattern.substr(pos + 1, close - pos - 1);
  const std::size_t comma = std::min(inside.find(','), inside.size());
  const std::string_view least = inside.substr(0, comma);
  const std::string_view most = inside.substr(std::min(comma + 1, inside.size()));
  if (least.empty() || least.find_first_not_of(kDigits) != std::string_view::npos ||
      most.find_first_not_of(kDigits) != std::string_view::npos)
    return std::nullopt;
  pos = close + 1;
  PatternCounts out;
  out.least = number(least);
  out.bounded = comma == inside.size() || !most.empty();
  out.most = most.empty() ? out.least : number(most);
  return out;
}

}  // namespace sekisho::filters
