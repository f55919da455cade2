#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Half-open byte range.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

// What had to be undone to see a finding: bits of Finding::undone.
enum Undone : std::uint16_t {
  kNormalised = 1,   // forms of characters, invisible ones, numbers in kanji
  kUnescaped = 2,    // \u0041 %41 &#65; =41, tags between digits
  kJoined = 4,       // pieces: literals, cells, single characters, wrapped lines
  kCharCodes = 8,    // lists of character codes
  kFromBase64 = 16,  // and base32, base85
  kFromHex = 32,     // and dumps
  kDecompressed = 64,
  kTurned = 128,  // reversed, ROT13
  // The range is all of an encoding, of which the value is some part: findings that share it are
  // not about one value.
  kWrapped = 256,
};

// One thing found. Offsets are bytes of the text that was scanned; `normalised` is the value in its
// canonical form (digits without separators, lower-case address, …): it counts distinct values and
// feeds the keyed hash, and is never logged or written.
struct Finding {
  std::string_view type;      // "credit_card"; lives as long as the DetectorSet
  std::string_view category;  // "secret", "pii", "financial", "confidential" or a custom one
  double confidence = 0;      // 0..1
  Range range;
  std::string normalised;
  // What made us sure, for people: "pattern and check", "context word", … Static text, may be
  // empty.
  std::string_view why = {};
  std::int8_t specificity = 5;  // DetectorRow::specificity
  std::uint16_t undone = 0;     // bits of Undone
  // What `at_least` of a rule counts instead of `normalised` when it is not empty: the row of a
  // list, the document. Never logged or written.
  std::string counts_as = {};

  const std::string& counted() const { return counts_as.empty() ? normalised : counts_as; }
};
using Findings = std::vector<Finding>;

}  // namespace sekisho::filters
