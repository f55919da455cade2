#pragma once

// Values of a table as people read them.

#include <string>

#include "audit/questions/answer.h"

namespace sekisho::audit {

// "1,204,331".
std::string grouped(std::int64_t number);
// "12.3 %"; of 0 to 1.
std::string percent(double share);
// "2026-07-02 21:34:56 +09:00".
std::string clock_text(std::int64_t unix_us, const policy::TimeZone& zone);

// For a page: grouped numbers, times of the zone. "" for nothing.
std::string people_text(const Cell& cell, ColumnKind kind, const policy::TimeZone& zone);
// For CSV: plain numbers, times with microseconds and offset, shares as decimals.
std::string machine_text(const Cell& cell, ColumnKind kind, const policy::TimeZone& zone);

// What charts draw and compare; 0 for what is no number.
double number_of(const Cell& cell);
bool is_number(ColumnKind kind);

}  // namespace sekisho::audit
