#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Words of which one stands in every match of a pattern, beginning at most `before` bytes after the
// match does. With `any_case` the words are in lower case and their ASCII letters stand for both
// cases.
struct PatternWords {
  std::vector<std::string> words;  // empty: nothing can be said
  bool any_case = false;
  std::size_t before = 0;
  bool whole = false;  // a match is one of the words and nothing more; the first that fits
  // Of words that a match begins with: longer ones, of which one stands there too. May be empty.
  std::vector<std::string> longer;
};

// What every match begins with. The pattern must compile as RE2. Words are as long as can be said
// with at most 128 of them; a word shorter than `shortest` bytes makes the answer empty.
PatternWords pattern_prefixes(std::string_view pattern, std::size_t shortest = 3);

// Words of three bytes and more (or an "@") behind a beginning that has none, of a pattern without
// alternatives.
PatternWords pattern_inner_words(std::string_view pattern);

// A byte of which every match holds one, in the `reach` bytes behind its beginning: what a word for
// a secret must have behind it to be a gate. Empty: none can be named.
struct NeededByte {
  std::bitset<256> any_of;
  std::size_t reach = 0;
  bool stands(std::string_view text, std::size_t begin) const;
};
NeededByte pattern_needs(std::string_view pattern);

// At most so many bytes after a match began its first digit begins a run of digits; nullopt: not
// every match has one so near.
std::optional<std::size_t> pattern_digit_reach(std::string_view pattern);

}  // namespace sekisho::filters
