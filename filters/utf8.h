#pragma once

// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.

#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::filters {

// Bytes of the sequence at `p` (1..4), or 0 when it is not one. Needs p < end.
std::size_t utf8_sequence(const char* p, const char* end);

// How many bytes from the start are valid; text.size() = all.
std::size_t valid_utf8_prefix(std::string_view text);
inline bool valid_utf8(std::string_view text) {
  return valid_utf8_prefix(text) == text.size();
}

// Skips valid sequences above U+007F; stops at ASCII, at the end, or at the first byte that begins
// no valid sequence.
const char* skip_non_ascii(const char* p, const char* end);

// The code point at `p`, of a sequence that utf8_sequence measured.
char32_t utf8_code_point(const char* p, std::size_t size);

constexpr std::size_t utf8_size(char32_t code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

// Writes 1..4 bytes at `out`; returns their end.
char* put_utf8(char* out, char32_t code_point);
void append_utf8(std::string& out, char32_t code_point);

}  // namespace sekisho::filters
