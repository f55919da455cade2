#pragma once

// The characters of base64, base64url, base32 and hexadecimal.

#include <cstddef>
#include <string_view>

#include "filters/char_set.h"

namespace sekisho::filters {

int blob_value(char c);  // 0..63 of base64 and base64url, -1 = another character
inline constexpr CharSet kBlobChars = kAsciiAlnum | CharSet("+/-_");
inline bool is_blob_char(char c) {
  return kBlobChars.has(c);
}
// Behind the characters that begin at `at`, on the same line.
std::size_t blob_run_end(std::string_view text, std::size_t at);
// Where within a run a coding may begin, from `at` on: at its first four characters, and after each
// sign. `end`: nowhere before it.
std::size_t next_blob_begin(std::string_view run, std::size_t at, std::size_t end);

}  // namespace sekisho::filters
