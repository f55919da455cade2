#pragma once

// Names that a language gives a type before their value: `const TOKEN: &str = "…"`,
// `public string Token { get; set; } = "…"`, `var token string = "…"`, and a Terraform variable
// with its default.

#include <cstddef>
#include <optional>
#include <string_view>

namespace sekisho::filters {

// The opening quotation mark of the value of a name that ends at `name_end`; nothing when what
// follows is no such declaration.
std::optional<std::size_t> declared_value(std::string_view text, std::size_t name_end);

}  // namespace sekisho::filters
