#pragma once

// Writing JSON by hand: the bytes of a record are hashed as they stand, so their order and spelling
// are ours.

#include <cstdint>
#include <string>
#include <string_view>

namespace sekisho::audit {

inline constexpr std::size_t kClientTextBytes = 256;

// At most `limit` bytes of `text`, cut on a UTF-8 border.
std::string_view cut_text(std::string_view text, std::size_t limit = kClientTextBytes);

// Appends `text` as a JSON string. Bytes that are no UTF-8 become U+FFFD; control characters, line
// separators and marks that change the direction of writing are escaped.
void append_json_string(std::string& out, std::string_view text);
// The same, or null for an empty text.
void append_json_or_null(std::string& out, std::string_view text);
// Milliseconds with at most three decimals; what is not finite is written as 0.
void append_json_number(std::string& out, double value);

// "2026-07-02T12:34:56.123456Z".
std::string utc_text(std::int64_t unix_microseconds);

// A code point of the UTF-8 text at `at`, which is moved behind it; -1 = a byte that is no UTF-8.
std::int32_t next_code_point(std::string_view text, std::size_t& at);

// Characters that could make a line of text say something else, or nothing that is seen: controls,
// direction marks, line separators, invisible marks and tags.
bool is_deceptive(std::int32_t code_point);

}  // namespace sekisho::audit
