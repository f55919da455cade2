#pragma once

// Marks that a value may have inside without being another one to a reader: Markdown's bold,
// italic and code ("**3791**-4865", "`AKIA`IOSF"), its escapes ("ghp\_…"), comments ("AKIA/* */").

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// The end of the Markdown's marks (* `) at `at` when what stands on both sides belongs together;
// `at`: it does not.
std::size_t bold_end(std::string_view text, std::size_t at);
// The same of a comment "/* … */".
std::size_t comment_end(std::string_view text, std::size_t at);
// Whether the backslash at `at` stands before a sign that Markdown escapes within a word.
bool escapes_sign(std::string_view text, std::size_t at);

// Whether what stands around [begin, end), marks left out, may be a value: a known beginning, many
// digits, an address. Code and formulas are full of the same marks.
bool may_be_value_around(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace sekisho::filters
