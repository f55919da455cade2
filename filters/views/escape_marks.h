#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sekisho::filters {

// What the character at `at`, one of % & < = \ | ' " `, may begin: flags of Survey, often 0.
std::uint16_t mark_flags(std::string_view text, std::size_t at);

// -1 for what is no hexadecimal digit.
int hex_value(char c);

}  // namespace sekisho::filters
