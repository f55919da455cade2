#include "filters/patterns/pattern_length.h"

#include <algorithm>

#include "filters/utf8.h"

namespace sekisho::filters {
std::optional<std::size_t> longest_match(const PatternNode& node) {
  using Kind = PatternNode::Kind;
  std::size_t most = 0;
  if (node.kind == Kind::kCharacters) {
    for (const auto& [from, to] : node.ranges) most = std::max(most, utf8_size(to));
    return most;
  }
  for (const PatternNode& part : node.parts) {
    const auto size = longest_match(part);
    if (!size) return std::nullopt;
    most = node.kind == Kind::kSequence ? most + *size : std::max(most, *size);
  }
  if (node.kind != Kind::kRepeat || most == 0) return most;
  if (node.most == PatternNode::kAnyNumber) return std::nullopt;
  return most * node.most;
}

std::optional<std::size_t> longest_match(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  return tree ? longest_match(*tree) : std::nullopt;
}

}  // namespace sekisho::filters
