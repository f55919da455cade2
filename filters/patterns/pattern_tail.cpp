#include "filters/patterns/pattern_tail.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "filters/patterns/pattern_alternatives.h"
#include "filters/patterns/pattern_counts.h"
#include "filters/patterns/pattern_tree.h"

namespace sekisho::filters {
namespace {

constexpr char32_t kAscii = 0x80;

// Whether all characters are of one byte, which `bytes` becomes.
bool one_byte_each(const PatternNode& characters, std::bitset<256>& bytes) {
  for (const auto& [from, to] : characters.ranges) {
    if (to >= kAscii) return false;
    for (char32_t c = from; c <= to; ++c) bytes.set(c);
  }
  return true;
}

// Of a pattern that ends with a group.
std::string first_alternative(const std::string& pattern) {
  const std::size_t group = pattern.rfind("([");
  if (group == pattern.npos || !pattern.starts_with("(?:") || pattern[group - 1] != ')') return {};
  const std::vector<std::string> all = pattern_alternatives(pattern.substr(0, group));
  return all.size() < 2 ? std::string() : all.front() + pattern.substr(group);
}

}  // namespace

PatternTail pattern_tail(const std::string& pattern) {
  const PatternTail whole{{}, pattern, {}, 0};
  const std::string_view end = pattern.ends_with("})") ? "})" : "}";
  const std::size_t brace = pattern.rfind('{');
  if (brace == pattern.npos) return whole;
  std::size_t pos = brace;
  const std::optional<PatternCounts> counts = take_counts(pattern, pos);
  if (!counts || !counts->bounded || counts->exact() || counts->least == 0 ||
      pattern.substr(pos - 1) != end)
    return whole;
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return whole;
  const std::vector<PatternNode> parts = flat(*tree);
  const PatternNode& last = parts.back();
  PatternTail out;
  if (last.kind != PatternNode::Kind::kRepeat || last.loose || last.least != counts->least ||
      last.most != counts->most || last.parts[0].kind != PatternNode::Kind::kCharacters ||
      last.parts[0].loose || !one_byte_each(last.parts[0], out.bytes))
    return whole;
  out.pattern = pattern.substr(0, brace + 1) + std::to_string(counts->least) + std::string(end);
  out.more = counts->most - counts->least;
  if (parts.size() == 2) out.first = first_alternative(out.pattern);
  return out;
}

}  // namespace sekisho::filters
