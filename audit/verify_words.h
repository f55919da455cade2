#pragma once

// What a verification found, for people who read Japanese. Programs get the words of verify.cpp.

#include <string>

namespace sekisho::audit {

// A text that this file does not know stays as it is.
std::string verified_in_japanese(const std::string& said);

}  // namespace sekisho::audit
