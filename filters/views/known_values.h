#pragma once

// What a finding of a view says beside those that are known of the same place.

#include <cstddef>
#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

// A token that is whole on one line is not made longer by the next line, unless only a key goes on
// like that. `shown`: the longer one.
bool goes_on(Range whole, Range longer, std::string_view shown);
// Whether `whole` fills a cell or an entry of a list that `longer` begins with:
// `"sk_live_…","On3T…"` are two values. `text` stands at `offset`.
bool is_cell_of(std::string_view text, std::size_t offset, Range whole, Range longer);
// Whether `again`, of a view, says no more than what was found already.
bool tells_the_same(const Finding& known, const Finding& again);
// Whether `known` is a number of a person, read as it stands, and `gap` lies between its digits.
bool is_number_around(const Finding& known, Range gap);
// The quotes around a value that is put together from literals.
Range with_quotes(std::string_view text, Range r);

}  // namespace sekisho::filters
