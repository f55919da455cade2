#pragma once

// International bank account numbers, ISO 13616.

#include <string_view>

namespace sekisho::filters {

// Letters in capitals, no separators: the country's length and mod 97. The registry's own examples
// are valid too.
bool iban_valid(std::string_view iban);
// Length in the country of the first two letters; 0 = no country that issues IBANs.
std::size_t iban_length(std::string_view country);
bool is_sample_iban(std::string_view iban);

}  // namespace sekisho::filters
