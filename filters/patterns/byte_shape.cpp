#include "filters/patterns/byte_shape.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "filters/patterns/pattern_tree.h"

namespace sekisho::filters {
namespace {

using Kind = PatternNode::Kind;
using Bytes = std::bitset<256>;
constexpr std::size_t kMostPlaces = 40;
constexpr char32_t kAscii = 0x80;

// Reads the row of characters that a pattern begins with, and ends before what varies.
class ShapeReader {
 public:
  // `only_ascii`: of characters those that are not ASCII are left out.
  explicit ShapeReader(bool only_ascii) : only_ascii_(only_ascii) {}

  // False: nothing can be said of what follows.
  bool read(const PatternNode& node) {
    switch (node.kind) {
      case Kind::kCharacters:
        return read_characters(node);
      case Kind::kSequence:
        exact_ = exact_ && !node.loose;
        return std::all_of(node.parts.begin(), node.parts.end(),
                           [this](const PatternNode& part) { return read(part); });
      case Kind::kRepeat:
        return read_repeat(node);
      case Kind::kTextEnd:
      case Kind::kLineEnd:
      case Kind::kWordBorder:
        exact_ = false;
        return true;
      case Kind::kEither:
        break;
    }
    return false;
  }

  // Whether the shape says all of what was read.
  bool exact() const { return exact_; }
  ByteShape take() { return std::move(shape_); }

 private:
  bool full() const { return shape_.bytes.size() >= kMostPlaces; }

  bool read_characters(const PatternNode& node) {
    Bytes bytes;
    for (const auto& [from, to] : node.ranges) {
      if (to >= kAscii && !only_ascii_) return false;
      for (char32_t c = from; c <= to && c < kAscii; ++c) bytes.set(c);
    }
    if (full() || node.loose || bytes.none()) return false;
    shape_.bytes.push_back(bytes);
    return true;
  }

  bool read_repeat(const PatternNode& node) {
    for (std::size_t i = 0; i < node.least; ++i)
      if (!read(node.parts.front())) return false;
    return node.least == node.most;
  }

  ByteShape shape_;
  bool only_ascii_;
  bool exact_ = true;
};

}  // namespace

ByteShape whole_ascii_shape(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return {};
  ShapeReader reader(true);
  const bool all = reader.read(*tree);
  return all && reader.exact() ? reader.take() : ByteShape{};
}

ByteShape byte_shape(std::string_view pattern) {
  const std::optional<PatternNode> tree = pattern_tree(pattern);
  if (!tree) return {};
  ShapeReader reader(false);
  reader.read(*tree);
  return reader.take();
}

}  // namespace sekisho::filters
