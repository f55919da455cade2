#include "filters/patterns/pattern_group.h"

#include <algorithm>

#include "filters/patterns/pattern_tree.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;
using Ranges = std::vector<std::pair<char32_t, char32_t>>;

// Where the only group that captures opens; npos: there is none, or another one.
std::size_t only_group(std::string_view pattern) {
  std::size_t found = std::string_view::npos;
  bool in_class = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      ++at;
    } else if (in_class) {
      // "[[:alpha:]]" is read further than it goes, and the pattern is left to the engine.
      in_class = c != ']';
    } else if (c == '[') {
      in_class = true;
      // "[]…]", "[^]…]".
      if (pattern.substr(at + 1, 1) == "^") ++at;
      if (pattern.substr(at + 1, 1) == "]") ++at;
    } else if (c == '(' && pattern.substr(at + 1, 1) != "?") {
      if (found != std::string_view::npos) return std::string_view::npos;
      found = at;
    }
  }
  return found;
}

void add_characters(const PatternNode& node, Ranges& out) {
  out.insert(out.end(), node.ranges.begin(), node.ranges.end());
  for (const PatternNode& part : node.parts) add_characters(part, out);
}

bool meet(const Ranges& some, const Ranges& others) {
  return std::any_of(some.begin(), some.end(), [&others](const auto& a) {
    return std::any_of(others.begin(), others.end(),
                       [&a](const auto& b) { return a.first <= b.second && b.first <= a.second; });
  });
}

}  // namespace

std::optional<PatternGroup> PatternGroup::at_end(std::string_view pattern) {
  const std::size_t open = only_group(pattern);
  if (open == std::string_view::npos || !pattern.ends_with(')')) return std::nullopt;
  const std::optional<PatternNode> whole = pattern_tree(pattern);
  const std::optional<PatternNode> before = pattern_tree(pattern.substr(0, open)),
                                   inside = pattern_tree(
                                       pattern.substr(open + 1, pattern.size() - open - 2));
  if (!whole || !before || !inside) return std::nullopt;
  // No alternative of the whole, and nothing beside the characters in the group.
  std::vector<PatternNode> parts = flat(*whole);
  if (parts.size() != flat(*before).size() + 1 || flat(*inside).size() != 1) return std::nullopt;
  const PatternNode last = std::move(parts.back());
  parts.pop_back();
  const bool repeated = last.kind == Kind::kRepeat && last.least > 0;
  const PatternNode& one = repeated ? last.parts[0] : last;
  if (one.kind != Kind::kCharacters) return std::nullopt;
  PatternGroup out;
  for (const PatternNode& part : parts) add_characters(part, out.before_);
  if (meet(out.before_, one.ranges)) return std::nullopt;
  return out;
}

std::size_t PatternGroup::begin_in(std::string_view match) const {
  std::size_t at = 0;
  while (at < match.size()) {
    const std::size_t size = utf8_sequence(match.data() + at, match.data() + match.size());
    if (size == 0) break;
    const char32_t c = utf8_code_point(match.data() + at, size);
    const auto holds = [c](const auto& range) { return c >= range.first && c <= range.second; };
    if (std::none_of(before_.begin(), before_.end(), holds)) break;
    at += size;
  }
  return at;
}

}  // namespace sekisho::filters
