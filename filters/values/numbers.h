#pragma once

// Types that are digits with a meaning and that are told by their shape: payment cards, My Number,
// corporate numbers, licences, pension numbers, telephone numbers. OverNumbers functions of pack
// rows, which bring the words around (`context`, `against`) and the confidences.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// second_type: what a published test number is called.
void find_credit_cards(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                       Findings& out);
void find_my_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                     Findings& out);
// With and without the T of an invoice issuer.
void find_corporate_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                            Findings& out);
void find_driver_licences(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                          Findings& out);
void find_pension_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                          Findings& out);

}  // namespace sekisho::filters
