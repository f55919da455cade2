#include "filters/patterns/pattern_alternatives.h"

#include <utility>

namespace sekisho::filters {
namespace {

bool holds_named_class(std::string_view pattern) {
  const std::size_t begin = pattern.find("[:");
  return begin != std::string_view::npos && pattern.find(":]", begin + 2) != std::string_view::npos;
}

std::vector<std::string> split_at_bars(std::string_view pattern) {
  std::vector<std::string> out(1);
  int depth = 0;
  bool inside = false;  // of a class
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '|' && depth == 0 && !inside) {
      out.emplace_back();
      continue;
    }
    out.back() += c;
    if (c == '\\' && i + 1 < pattern.size()) {
      out.back() += pattern[++i];
    } else if (inside) {
      inside = c != ']';
    } else if (c == '[') {
      inside = true;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out.back() += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out.back() += pattern[++i];
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
    }
  }
  const std::size_t flag = pattern.find("(?");
  const bool flagged = flag != std::string_view::npos &&
                       pattern.find_first_of(":)", flag) != std::string_view::npos &&
                       pattern[pattern.find_first_of(":)", flag)] == ')';
  const bool unknown = holds_named_class(pattern) || pattern.find("\\Q") != std::string_view::npos;
  if (flagged || unknown) return {std::string(pattern)};
  return out;
}

// "(?i:a|b)", "(?:a|b)" and nothing else: where what is inside begins; 0: something else.
std::size_t only_group_begin(std::string_view pattern) {
  if (pattern.substr(0, 2) != "(?" || pattern.back() != ')') return 0;
  const std::size_t colon = pattern.find(':');
  if (colon == std::string_view::npos) return 0;
  for (std::size_t i = 2; i < colon; ++i)
    if (pattern[i] != 'i') return 0;
  // The last bracket closes the first one: none in between does.
  const std::string_view inside = pattern.substr(colon + 1, pattern.size() - colon - 2);
  int depth = 0;
  bool in_class = false;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char c = inside[i];
    if (c == '\\') {
      ++i;
    } else if (in_class) {
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      if (i + 1 < inside.size() && inside[i + 1] == '^') ++i;
      if (i + 1 < inside.size() && inside[i + 1] == ']') ++i;
    } else if (c == '(' || c == ')') {
      depth += c == '(' ? 1 : -1;
      if (depth < 0) return 0;
    }
  }
  return colon + 1;
}

}  // namespace

std::vector<std::string> pattern_alternatives(std::string_view pattern) {
  std::vector<std::string> out;
  for (std::string& alternative : split_at_bars(pattern)) {
    const std::size_t begin = only_group_begin(alternative);
    if (begin == 0) {
      out.push_back(std::move(alternative));
      continue;
    }
    const std::string open = begin > 3 ? alternative.substr(0, begin) : "";
    const std::string inside = alternative.substr(begin, alternative.size() - begin - 1);
    for (const std::string& one : pattern_alternatives(inside))
      out.push_back(open.empty() ? one : open + one + ")");
  }
  return out;
}

}  // namespace sekisho::filters
