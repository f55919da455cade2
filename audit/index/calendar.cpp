#include "audit/index/calendar.h"

#include <cstdio>

namespace sekisho::audit {

DayWords words_of_day(config::Date date) {
  const std::int64_t day = policy::days_from_civil(date);
  // 1970-01-01 was a Thursday; a week belongs to the year of its Thursday.
  const std::int64_t thursday = day - ((day + 3) % 7 + 7) % 7 + 3;
  const int year = policy::civil_from_days(thursday).year;
  const std::int64_t first = policy::days_from_civil({year, 1, 1});
  char text[3][24];
  std::snprintf(text[0], sizeof text[0], "%04d-%02d-%02d", date.year % 10000, date.month % 100,
                date.day % 100);
  std::snprintf(text[1], sizeof text[1], "%04d-W%02d", year % 10000,
                static_cast<int>((thursday - first) / 7 + 1) % 100);
  std::snprintf(text[2], sizeof text[2], "%04d-%02d", date.year % 10000, date.month % 100);
  return {text[0], text[1], text[2]};
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
