#pragma once

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

inline constexpr std::size_t kLongestTokenPrefix = 8;
// Whether `text` begins as well-known credentials do ("AKIA", "ghp_", "sk-ant-", …).
bool has_token_prefix(std::string_view text);
// Whether one of these beginnings begins with `text` ("AK", "ghp").
bool begins_token_prefix(std::string_view text);

}  // namespace sekisho::filters
