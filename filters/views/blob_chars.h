#pragma once

// The characters of base64, base64url, base32 and hexadecimal.

#include <array>
#include <cstddef>
#include <string_view>

#include "filters/char_set.h"

namespace sekisho::filters {

inline constexpr auto kBlobValues = [] {
  std::array<signed char, 256> out{};
  for (auto& v : out) v = -1;
  for (std::size_t i = 0; i < 26; ++i) {
    out['A' + i] = static_cast<signed char>(i);
    out['a' + i] = static_cast<signed char>(26 + i);
  }
  for (std::size_t i = 0; i < 10; ++i) out['0' + i] = static_cast<signed char>(52 + i);
  out['+'] = out['-'] = 62;
  out['/'] = out['_'] = 63;
  return out;
}();
// 0..63 of base64 and base64url, -1 = another character.
inline int blob_value(char c) {
  return kBlobValues[static_cast<unsigned char>(c)];
}
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
