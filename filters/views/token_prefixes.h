#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sekisho::filters {

inline constexpr std::size_t kLongestTokenPrefix = 8;
// Whether `text` begins as well-known credentials do ("AKIA", "ghp_", "sk-ant-", …).
bool has_token_prefix(std::string_view text);
// Whether one of these beginnings begins with `text` ("AK", "ghp").
bool begins_token_prefix(std::string_view text);

// How long the credentials are that begin as `text` does, where all of them are alike; 0 = they are
// not, or none begins so.
std::size_t token_size(std::string_view text);

// Cheap: whether one may begin with the two characters that `text` begins with.
constexpr std::size_t kTokenPairs = 1u << 14;
constexpr std::size_t token_pair(std::string_view text) {
  return (static_cast<unsigned char>(text[0]) & 127u) << 7 |
         (static_cast<unsigned char>(text[1]) & 127u);
}
extern const std::array<std::uint64_t, kTokenPairs / 64> kFirstTwo;
inline bool may_begin_token(std::string_view text) {
  return text.size() > 1 && (kFirstTwo[token_pair(text) / 64] >> token_pair(text) % 64 & 1) != 0;
}

}  // namespace sekisho::filters
