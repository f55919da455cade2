#pragma once

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
};

// What every match begins with. The pattern must compile as RE2. Words are as long as can be said
// with at most 128 of them; a word shorter than `shortest` bytes makes the answer empty.
PatternWords pattern_prefixes(std::string_view pattern, std::size_t shortest = 3);

// Words of three bytes and more (or an "@") behind a beginning that has none, of a pattern without
// alternatives.
PatternWords pattern_inner_words(std::string_view pattern);

// At most so many bytes after a match began its first digit begins a run of digits; nullopt: not
// every match has one so near.
std::optional<std::size_t> pattern_digit_reach(std::string_view pattern);

}  // namespace sekisho::filters
