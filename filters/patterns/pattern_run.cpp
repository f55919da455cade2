#include "filters/patterns/pattern_run.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "filters/patterns/pattern_tree.h"
#include "filters/utf8.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;
constexpr std::size_t kFarthest = 64;  // bytes looked at; longer matches are held to these
constexpr std::size_t kAnyNumber = PatternRun::kAnyNumber;
constexpr char32_t kAscii = 0x80;

// Any part of a character that is not ASCII is taken for any other.
void add_bytes(const PatternNode& characters, std::bitset<256>& bytes) {
  for (const auto& [from, to] : characters.ranges) {
    for (char32_t c = from; c <= to && c < kAscii; ++c) bytes.set(c);
    if (to >= kAscii)
      for (std::size_t c = kAscii; c < bytes.size(); ++c) bytes.set(c);
  }
}

// Bytes at least, characters at most.
struct Length {
  std::size_t least = 0, most = 0;
};

Length times(Length one, const PatternNode& repeat) {
  const bool any = one.most == kAnyNumber || repeat.most == PatternNode::kAnyNumber;
  return {std::min(one.least * repeat.least, kFarthest), one.most == 0 ? 0
                                                         : any         ? kAnyNumber
                                                                       : one.most * repeat.most};
}

// Adds the bytes of all alternatives together.
Length measure(const PatternNode& node, std::bitset<256>& bytes) {
  if (node.kind == Kind::kCharacters) {
    add_bytes(node, bytes);
    std::size_t least = kFarthest;
    for (const auto& range : node.ranges) least = std::min(least, utf8_size(range.first));
    return {least, 1};
  }
  Length out;
  for (std::size_t i = 0; i < node.parts.size(); ++i) {
    const Length one = measure(node.parts[i], bytes);
    if (node.kind == Kind::kEither) {
      out = {i == 0 ? one.least : std::min(out.least, one.least), std::max(out.most, one.most)};
      continue;
    }
    out.least = std::min(out.least + one.least, kFarthest);
    out.most = out.most == kAnyNumber || one.most == kAnyNumber ? kAnyNumber : out.most + one.most;
  }
  return node.kind == Kind::kRepeat ? times(out, node) : out;
}

bool ends_with_text(const PatternNode& tree) {
  const std::vector<PatternNode> parts = flat(tree);
  return !parts.empty() && parts.back().kind == Kind::kTextEnd;
}

}  // namespace

// Eight bytes at a time: all but those that go on with a character.
std::size_t PatternRun::characters(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::size_t count = text.size(), at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    // Of at most one bit a byte: no call of the compiler's library, as std::popcount may be.
    count -= static_cast<std::size_t>(((word >> 7) & ~(word >> 6) & kOnes) * kOnes >> 56);
  }
  for (; at < text.size(); ++at)
    count -= (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80 ? 1 : 0;
  return count;
}

PatternRun pattern_run(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return {};
  PatternRun out;
  const Length length = measure(*tree, out.bytes);
  if (length.least == 0) return {};
  out.least = length.least;
  if (ends_with_text(*tree)) out.most = length.most;
  return out;
}

}  // namespace sekisho::filters
