#pragma once

// Telephone numbers, Japanese and of other countries. OverNumbers functions of pack rows.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// `shape` of a mobile number without separators, `grouped` with them; numbers of firms that
// everybody may call (0120, 0570) stay low.
void find_jp_phones(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                    Findings& out);
// "+" and the number of another country than Japan.
void find_international_phones(const DetectorRow& row, std::string_view text,
                               const DigitGroups& all, Findings& out);

}  // namespace sekisho::filters
