#pragma once

// The words for days, weeks, months and quarters that rows are counted under.

#include <cstdint>
#include <string>

#include "policy/civil_time.h"

namespace sekisho::audit {

struct DayWords {
  std::string day;    // "2026-07-02"
  std::string week;   // its Monday: "2026-06-29"
  std::string month;  // "2026-07"
  // The first month of its quarter, "2026-07": the same of the calendar year and of Japan's fiscal
  // one.
  std::string quarter;
};
DayWords words_of_day(config::Date date);
// Remembers the day it was asked for last.
class Calendar {
 public:
  explicit Calendar(policy::TimeZone zone) : zone_(std::move(zone)) {}
  const DayWords& at(std::int64_t unix_us);

 private:
  policy::TimeZone zone_;
  std::int64_t begin_ = 1, end_ = 0;  // seconds of the day in `words_`
  DayWords words_;
};

}  // namespace sekisho::audit
