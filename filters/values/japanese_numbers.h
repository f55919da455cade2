#pragma once

// Check digits and number plans of Japanese identifiers. Digits are ASCII without separators; any
// length may be given.

#include <string_view>

namespace sekisho::filters {

// 13 digits, the check digit first (ordinance 41 of 2015 of the Ministry of Finance); never begins
// with 0.
bool corporate_number_valid(std::string_view digits);

// 12 digits: public safety commission (2), year (2), serial (6), check digit, reissues. The
// arithmetic is not published by the police; it agrees with every known licence.
bool driver_licence_valid(std::string_view digits);

// Insurer of a health insurance: 8 digits (scheme, prefecture, number, check digit) or 6 (national
// health insurance: prefecture, number, check digit). Dates of our time do not pass.
bool insurer_number_valid(std::string_view digits);

// 10 digits of a basic pension number. Without public check digit; free-dial numbers have the same
// form.
bool pension_number_plausible(std::string_view digits);

// Symbol (5 digits) and number (2 to 8 digits) of a Japan Post Bank account.
bool post_bank_symbol(std::string_view digits);
bool post_bank_number(std::string_view symbol, std::string_view digits);

}  // namespace sekisho::filters
