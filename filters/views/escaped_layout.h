#pragma once

// Quotes and line ends of a text within a string of another one ("a = \"AKIA\"\n  + \"IOSF\"").
// Most of them part sentences; some part the pieces of a value, which only the text without the
// backslashes shows.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Whether the backslash at `at` begins a quote, line end or tab that may part a value.
bool parts_value(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
