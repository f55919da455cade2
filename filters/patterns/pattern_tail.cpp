#include "filters/patterns/pattern_tail.h"

#include <algorithm>
#include <optional>
#include <vector>

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

}  // namespace

PatternTail pattern_tail(const std::string& pattern) {
  constexpr std::string_view kEnd = "})";
  const PatternTail whole{pattern, {}, 0};
  const std::size_t brace = pattern.rfind('{');
  if (!pattern.ends_with(kEnd) || brace == pattern.npos || pattern.find('(') == pattern.npos)
    return whole;
  std::size_t pos = brace;
  const std::optional<PatternCounts> counts = take_counts(pattern, pos);
  if (!counts || !counts->bounded || counts->exact() || counts->least == 0 ||
      pos + 1 != pattern.size())
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
  out.pattern = pattern.substr(0, brace + 1) + std::to_string(counts->least) + std::string(kEnd);
  out.more = counts->most - counts->least;
  return out;
}

}  // namespace sekisho::filters
