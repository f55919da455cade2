#pragma once

// Marks that a value may have inside without being another one to a reader: Markdown's bold,
// italic, struck and code ("**3791**-4865", "`AKIA`IOSF", "AK__IA__IOSF"), its escapes ("ghp\_…"),
// comments ("AKIA/* */").

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// The end of the Markdown's marks (* `) at `at` when what stands on both sides belongs together;
// `at`: it does not.
std::size_t bold_end(std::string_view text, std::size_t at);
// The same of a comment "/* … */".
std::size_t comment_end(std::string_view text, std::size_t at);
// Whether the backslash at `at` stands before a sign that Markdown escapes within a word.
bool escapes_sign(std::string_view text, std::size_t at);

// Whether what stands around a mark, marks left out, may be a value: a known beginning, many
// digits, an address. Code and formulas are full of the same marks. What stands between two marks
// that are asked about in order is read once for both.
class ValuesAround {
 public:
  explicit ValuesAround(std::string_view text) : text_(text) {}
  bool may_be(Range mark);

 private:
  struct Counts {
    std::uint32_t digits = 0, letters = 0, at_signs = 0;
    Counts operator-(const Counts& o) const {
      return {digits - o.digits, letters - o.letters, at_signs - o.at_signs};
    }
    Counts operator+(const Counts& o) const {
      return {digits + o.digits, letters + o.letters, at_signs + o.at_signs};
    }
  };
  void take(std::size_t at, std::size_t to);
  void read_to(std::size_t to);
  const Counts& counts_at(std::size_t at) const { return counts_[at - run_.begin]; }

  std::string_view text_;
  Range run_;                   // of one value, as far as it was read
  std::size_t from_ = 1;        // places before are not known of; none is at first
  std::vector<Counts> counts_;  // before each of its characters, and behind the last
};

// Adds a patch that takes away each of Markdown's pairs "__" and "~~" within a value.
void find_doubled_marks(std::string_view text, const Survey& survey, Range where, Patches& out);

bool may_be_value_around(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace sekisho::filters
