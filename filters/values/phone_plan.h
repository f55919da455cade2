#pragma once

// Numbering plans of the world, ITU-T E.164.

#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// Digits of the country code that `digits` begins with; 0 = none is assigned.
std::size_t country_code_size(std::string_view digits);

// Whether `digits` (from the country code, without "+") has as many digits as that country's
// numbers have. Numbers of North America that nobody can hold (555-01xx) are refused.
bool international_number_plausible(std::string_view digits);

}  // namespace sekisho::filters
