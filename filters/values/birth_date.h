#pragma once

// Dates of birth in the spellings of Japan and abroad.

#include <optional>
#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

struct CivilDate {
  int year = 0, month = 0, day = 0;
  bool operator==(const CivilDate&) const = default;
};

// A date at the start of `text` and nothing after it: 1990-04-01, 1990年4月1日, 19900401,
// 平成2年4月1日, H2.4.1, 令和元年5月1日, April 1, 1990, 1 Apr 1990, 04/01/1990 (month or day
// first). Width is folded. nullopt when no such day exists, or not in that era.
std::optional<CivilDate> read_date(std::string_view text);

// A match that is a day on which somebody alive may have been born. Its normalised form is the day.
double check_birth_date(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
