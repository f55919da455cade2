#pragma once

// Short numbers that are written in an encoding behind their label: shorter ones than say anything
// by themselves ("口座番号: NjI4NDY4MA==", "口座番号 = chr(54) + chr(50) + …").

#include <string>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// The digits that base64, two-digit hexadecimal or decimal codes of characters say; empty: they say
// something else, or are of two kinds.
std::string digits_of_codes(std::string_view coded);

double check_coded_bank_account(TokenMatch& match, double confidence);
double check_coded_insurer_number(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
