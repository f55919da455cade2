#pragma once

// Tokens and URLs whose beginning is known when they are turned round or their letters moved on.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::filters {

std::string rot13(std::string_view text);

// The token as it was; none: `chars` are no such one.
std::optional<std::string> turned_token(std::string_view chars);

// "uggcf://ubbxf.fynpx." before "pbz/freivprf/…" at `begin`: where the URL in ROT13 begins;
// `begin`: it is none.
std::size_t moved_url_begin(std::string_view text, std::size_t begin);

}  // namespace sekisho::filters
