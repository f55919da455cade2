#pragma once

// Types that are digits with a meaning: payment cards, My Number, telephone numbers. OverNumbers
// functions of pack rows.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

void find_credit_cards(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                       Findings& out);
void find_my_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                     Findings& out);
void find_jp_phones(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                    Findings& out);

}  // namespace sekisho::filters
