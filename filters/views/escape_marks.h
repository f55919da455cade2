#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sekisho::filters {

// What the character at `at`, one of % & < = \ | * ' " `, may begin: flags of Survey, often 0.
std::uint16_t mark_flags(std::string_view text, std::size_t at);

// "\/" at `at`, as PHP writes JSON, inside what may be an address or a key.
bool escapes_slash(std::string_view text, std::size_t at);

// "&lt;b&gt;", "&lt;/span&gt;" at `at` behind a digit of a number.
bool begins_escaped_tag(std::string_view text, std::size_t at);

// Behind the beginning of a method that puts its argument at the end, ".concat(": 0 = none is at
// `at`.
std::size_t appending_call_end(std::string_view text, std::size_t at);

// Behind "${""}" whose quotes begin at `quote`, an expression in a literal that puts nothing in;
// `quote`: it is none.
std::size_t empty_hole_end(std::string_view text, std::size_t quote);

// -1 for what is no hexadecimal digit.
inline int hex_value(char c) {
  static constexpr auto kValues = [] {
    std::array<signed char, 256> out{};
    for (auto& v : out) v = -1;
    for (int i = 0; i < 10; ++i)
      out[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(i);
    for (int i = 0; i < 6; ++i)
      out[static_cast<std::size_t>('a' + i)] = out[static_cast<std::size_t>('A' + i)] =
          static_cast<signed char>(10 + i);
    return out;
  }();
  return kValues[static_cast<unsigned char>(c)];
}

// The size of what stands at `at` before the quote of a literal: "L", "u8", "f", "@"; 0: none does.
std::size_t literal_prefix_size(std::string_view text, std::size_t at);

}  // namespace sekisho::filters
