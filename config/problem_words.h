#pragma once

// What is wrong with a file is found and written in English, with names of the file in it. Here the
// same is said in Japanese, by forms: "unknown key '{}' in {w}" is "{1} に知らないキー '{0}'
// がある".

#include <optional>
#include <string>
#include <string_view>

#include "config/mark.h"

namespace sekisho::config {

// nullopt: there is no form for it. Names and values stay as they are.
std::optional<std::string> in_japanese(std::string_view english);

// The problem with message and hint in Japanese; what has no form stays in English.
Problem in_japanese(const Problem& p);

}  // namespace sekisho::config
