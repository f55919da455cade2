#pragma once

// Whether a number that passes a check digit belongs to other ones: ids, lots, orders, of which one
// in ten passes by chance.

#include <cstddef>
#include <string_view>

#include "filters/finding.h"
#include "filters/pack.h"

namespace sekisho::filters {

using NumberCheck = bool (*)(std::string_view digits);

// Whether the numbers of this form that stand near, or those of its column, are mostly no `valid`
// ones. The number is `groups` groups of one size.
bool among_other_numbers(std::string_view text, Range number, std::size_t groups,
                         NumberCheck valid);

// "支払番号：", "payment no", "orderId" before a number or above its column: the name of a number,
// without a word of the row's context and not just "番号".
bool names_other_number(const DetectorRow& row, std::string_view text, Range number);

}  // namespace sekisho::filters
