#include "audit/index/calendar.h"

#include <cstdio>

namespace sekisho::audit {

DayWords words_of_day(config::Date date) {
  const std::int64_t day = policy::days_from_civil(date);
  // 1970-01-01 was a Thursday.
  const std::int64_t monday = day - ((day + 3) % 7 + 7) % 7;
  const auto month = [&](int number) {
    char text[24];
    std::snprintf(text, sizeof text, "%04d-%02d", date.year % 10000, number % 100);
    return std::string(text);
  };
  return {date.to_string(), policy::civil_from_days(monday).to_string(), month(date.month),
          month(date.month - (date.month - 1) % 3)};
}

const DayWords& Calendar::at(std::int64_t unix_us) {
  const std::int64_t seconds = unix_us >= 0 ? unix_us / 1'000'000 : (unix_us - 999'999) / 1'000'000;
  if (seconds < begin_ || seconds >= end_) {
    const config::Date date = zone_.day_of(seconds);
    end_ = zone_.end_of(date);
    begin_ = zone_.end_of(policy::civil_from_days(policy::days_from_civil(date) - 1));
    words_ = words_of_day(date);
  }
  return words_;
}

}  // namespace sekisho::audit
