#pragma once

#include <string>
#include <string_view>

#include "config/mark.h"

namespace sekisho::gateway {

// What this program says in English, in the language of the terminal; what has no form in
// config/problem_words.h stays English.
std::string in_terminal_language(const std::string& english);

// "file:line:col: message (hint)" in that language.
std::string in_terminal_language(const config::Problem& problem);

// The problems, one a line on standard error.
void tell_problems(const config::Problems& problems);

// A line on standard error; `who` is "sekisho scan", and stays as it is.
void tell(const std::string& what);
void tell(std::string_view who, const std::string& what);

}  // namespace sekisho::gateway
