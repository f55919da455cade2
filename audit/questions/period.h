#pragma once

// The days that a question is about.

#include <cstdint>
#include <optional>
#include <string>

#include "audit/questions/answer.h"
#include "policy/civil_time.h"

namespace sekisho::audit {

// Whole days of a zone. `first` and `last` belong to it.
struct DayRange {
  config::Date first, last;
};

// "2026Q3": of the Japanese fiscal year, which begins on 1 April: Q1 is April to June, Q4 January
// to March of the next calendar year. Also "2026" (the whole fiscal year), "this" and "last"
// (quarter).
std::optional<DayRange> parse_quarter(const std::string& text, config::Date today);

// With a name that says what the days are: "2026年度第3四半期 (2026-10-01 から 2026-12-31、日本の
// 会計年度)".
Period period_of(const DayRange& days, const policy::TimeZone& zone, const std::string& zone_name);

}  // namespace sekisho::audit
