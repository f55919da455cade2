#pragma once

// A pattern of RE2 as a tree, for what must be known of it before anything is matched.

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::filters {

struct PatternNode {
  enum class Kind {
    kCharacters,  // one of `ranges`
    kSequence,    // of `parts`; none: the empty text
    kEither,      // one of `parts`
    kRepeat,      // parts[0], `least` to `most` times
    kTextEnd,     // "$", "\z"
    kLineEnd,     // "(?m)$"
    kWordBorder,  // "\b"
  };
  static constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

  Kind kind = Kind::kSequence;
  bool loose = false;     // RE2 takes this at fewer places, or for fewer characters
  bool any_case = false;  // written where case does not matter; `ranges` hold both cases
  std::vector<std::pair<char32_t, char32_t>> ranges;  // from, to
  std::vector<PatternNode> parts;
  std::size_t least = 0, most = 0;

  bool is_place() const {
    return kind == Kind::kTextEnd || kind == Kind::kLineEnd || kind == Kind::kWordBorder;
  }
};

// The parts of a sequence, those of sequences in it too.
std::vector<PatternNode> flat(const PatternNode& node);
PatternNode sequence_of(std::vector<PatternNode> parts);

// The pattern must compile as RE2. nullopt: it is written with what is not read here ("\Q", "\C",
// octal escapes), or nested deeper than a hundred groups.
std::optional<PatternNode> pattern_tree(std::string_view pattern);

}  // namespace sekisho::filters
