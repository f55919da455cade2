#pragma once

// Reads a value that is cut anywhere, a character at a time, over what may part two pieces of it:
// line ends with the margin of the next line, borders of cells, quotes of the items of a list, the
// head of the next message of a chat. Its characters may have the same sign between all of them.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "filters/char_set.h"

namespace sekisho::filters {

// Behind such a thing at `at`, or `at`: a comma alone parts no pieces, it is a value's end.
std::size_t cut_end(std::string_view text, std::size_t at);

// "    60 | ", "31\t", "164: " where a line begins: behind it; `at`: the line has no number.
std::size_t numbered_end(std::string_view text, std::size_t at);

// Where the tag of the cell begins that the value at `at` stands in; `at`: it is in none.
std::size_t behind_tag(std::string_view text, std::size_t at);

// What parts single characters at `at`: a blank or a sign of a number; empty: neither.
std::string_view sign_of_singles(std::string_view text, std::size_t at);

// Behind signs that part two characters of a value at `at`, of any kind: " - ", ")(", "・"; `at`:
// there are none.
std::size_t signs_end(std::string_view text, std::size_t at);

class CutReader {
 public:
  // What may part two characters: a cut, signs of any kind, or one sign that parts the cells.
  enum class Parts { kCuts, kSigns, kCells };

  CutReader(std::string_view text, std::size_t at, Parts parts = Parts::kCuts);
  // The value of a row of cells that `separator` parts.
  CutReader(std::string_view text, std::size_t at, char separator)
      : text_(text), parts_(Parts::kCells), separator_(separator), begin_(at), end_(at) {}

  // Takes the next character when it is of `set`, over a cut perhaps.
  bool take(const CharSet& set);
  // The same of a whole word or a character that is not ASCII, which is never cut itself.
  bool take(std::string_view what);
  // A character of three bytes, the first of which is of `first`.
  bool take_wide(const CharSet& first);
  // One of them if it is there: always true.
  bool may_take(const CharSet& set) { return take(set) || true; }
  // `count` of `set`, at most one of `signs` between two of them.
  bool take(std::size_t count, const CharSet& set, const CharSet& signs);

  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  // Whether the piece ends here.
  bool at_cut() const { return cut_end(text_, end_) != end_; }
  // The same with the line.
  bool at_line_cut() const {
    return text_.substr(end_, cut_end(text_, end_) - end_).find('\n') != std::string_view::npos;
  }
  // What goes on behind the cut.
  std::string_view behind_cut() const { return text_.substr(cut_end(text_, end_)); }
  // What stands behind the last character.
  std::string_view rest() const { return text_.substr(std::min(end_, text_.size())); }
  const std::string& value() const { return value_; }
  bool was_cut() const { return cut_; }

 private:
  // Where the next character stands when `fits` holds there; npos: nowhere.
  template <class Fits>
  std::size_t place_of(Fits fits) const;
  std::size_t behind_gap(std::size_t at) const;
  void take_to(std::size_t at, std::size_t size);

  std::string_view text_;
  Parts parts_;
  char separator_ = 0;
  std::size_t begin_, end_;
  std::string_view gap_;  // between its characters
  std::string value_;
  bool cut_ = false;
};

}  // namespace sekisho::filters
