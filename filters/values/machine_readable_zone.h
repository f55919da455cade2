#pragma once

// Machine readable zones of passports, ICAO 9303 parts 3 and 4.

#include <string_view>

namespace sekisho::filters {

// Weights 7, 3, 1; A=10 … Z=35, '<'=0. -1 when another character occurs.
int mrz_check_digit(std::string_view field);

// The second line of a passport (44 characters): its four check digits and the composite one.
bool passport_line_valid(std::string_view line);

}  // namespace sekisho::filters
