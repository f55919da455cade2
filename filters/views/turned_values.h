#pragma once

// Addresses, logins and tokens written backwards where a word says so ("逆順", "reversed",
// "[::-1]").

#include <cstddef>
#include <string_view>

#include "filters/finding.h"
#include "filters/views/view_text.h"

namespace sekisho::filters {

class Survey;

// Whether a word beside [begin, end) says that it is to be read from behind.
bool told_backwards(std::string_view text, std::size_t begin, std::size_t end);

// Adds a patch over each token or URL before such a note in brackets that begins in `where`:
// "… (reversed)", "…（逆順）".
void find_told_backwards(std::string_view text, const Survey& survey, Range where, Patches& out);
// Whether what stands around `at` is one of them.
bool noted_backwards(std::string_view text, std::size_t at);

// Adds a patch over each address that begins in `where`.
void find_turned_values(std::string_view text, const Survey& survey, Range where, Patches& out);

}  // namespace sekisho::filters
