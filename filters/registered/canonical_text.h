#pragma once

// Text as lists and documents are compared by it: width, case, kana and old forms of kanji folded,
// what only separates left out. Each character knows the bytes it came from.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

class CanonicalText {
 public:
  CanonicalText() = default;
  explicit CanonicalText(std::string_view text) { read(text); }

  // Replaces what is held. Broken UTF-8 separates.
  void read(std::string_view text);

  std::size_t size() const { return characters_.size(); }
  bool empty() const { return characters_.empty(); }
  char32_t operator[](std::size_t i) const { return characters_[i].value; }

  // Bytes of the text that characters [from, to) came from; not empty.
  Range range(std::size_t from, std::size_t to) const {
    return {characters_[from].begin, characters_[to - 1].end};
  }
  // How many characters the text has before character `i`, spaces and marks counted.
  std::size_t ordinal(std::size_t i) const { return characters_[i].ordinal; }

  // Words of letters and digits begin and end where no other letter or digit stands beside them;
  // Japanese ones anywhere.
  bool begins_word(std::size_t i) const { return characters_[i].marks & kBeginsWord; }
  bool ends_word(std::size_t end) const { return characters_[end - 1].marks & kEndsWord; }
  // Something stands before character `i` that no value and no word holds inside: 、 : " …, or
  // more than a few separators.
  bool apart(std::size_t i) const { return characters_[i].marks & kApart; }
  // Anything at all stands between character `i` and the one before it.
  bool separated(std::size_t i) const { return characters_[i].marks & kSeparated; }
  bool line_ended(std::size_t i) const { return characters_[i].marks & kLineEnded; }
  // A character of a script written without spaces.
  bool is_free(std::size_t i) const { return characters_[i].marks & kFree; }
  bool is_digit(std::size_t i) const {
    return characters_[i].value >= U'0' && characters_[i].value <= U'9';
  }

  // UTF-8 of characters [from, to).
  std::string text(std::size_t from, std::size_t to) const;

 private:
  enum Marks : std::uint8_t {
    kBeginsWord = 1,
    kEndsWord = 2,
    kApart = 4,
    kSeparated = 8,
    kLineEnded = 16,
    kFree = 32,
  };
  struct Character {
    char32_t value;
    std::uint32_t begin, end, ordinal;
    std::uint8_t marks;
  };
  struct Gap;
  void add(char32_t value, bool free, Range bytes, std::uint32_t ordinal, Gap& gap);
  bool join(char32_t mark, std::size_t end);

  std::vector<Character> characters_;
};

// All of `text` in its canonical form.
std::string canonical_form(std::string_view text);

}  // namespace sekisho::filters
