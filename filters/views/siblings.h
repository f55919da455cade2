#pragma once

// Values whose pieces stand in siblings with names that count on: "PAT(1) | ghp_…" over
// "PAT(2) | …", {"a": "4531", "b": "4599"}, "key_1: …" over "key_2: …", a row "（続き）".

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"
#include "filters/finding.h"

namespace sekisho::filters {

// Where the piece behind `piece` begins: what stands before it is the same as before `piece` but
// for what counts, or says that the value goes on. The end of `piece`: there is none.
std::size_t sibling_piece(std::string_view text, Range piece);

// Cheap: whether a sibling may begin behind the piece that ends at `end`.
inline bool may_end_sibling(std::string_view text, std::size_t end) {
  if (end + 3 >= text.size()) return false;
  switch (text[end]) {
    case ' ':
      return text[end + 1] == '|' || text[end + 1] == '\\' || text[end + 1] == '\n';
    case '"':
    case '\'':
      return text[end + 1] == ',' || text[end + 1] == '\n' || text[end + 1] == ';';
    case ',':
    case ';':
    case '|':
    case '<':
    case '\n':
    case '\r':
      return true;
    default:
      return false;
  }
}

// Cheap: whether what counts may end a name with these two.
inline bool may_count(char before, char last) {
  static constexpr CharSet kBefore{"_ -(#/\"'"};
  switch (last) {
    case ')':
      return true;
    case 't':  // first, start
      return before == 's' || before == 'r';
    case 'd':  // second, end, head; "_d"
      return before == 'n' || before == 'a' || kBefore.has(before);
    case 'l':  // tail
    case 'x':  // prefix
      return before == 'i';
    case 'f':  // half
      return before == 'l';
    default:
      break;
  }
  if (static_cast<unsigned char>(last) >= 0x80) {
    // ）半前後上下①②
    static constexpr CharSet kBytes{"\x89\x8A\x8B\x8C\x8D\xA0\xA1"};
    return kBytes.has(last);
  }
  static constexpr CharSet kCounts{"123456789abcABCD"};
  if (!kCounts.has(last)) return false;
  return kBefore.has(before) || static_cast<unsigned char>(before) >= 0x80 ||
         (kAsciiLetters.has(before) && kAsciiDigits.has(last));
}
// Where what tells the parts of a value from each other begins at the end of a name: "(1)", "_2",
// " 前半", "（本人）", "part1"; `end`: nothing does.
std::size_t counter_begin(std::string_view text, std::size_t end);

}  // namespace sekisho::filters
