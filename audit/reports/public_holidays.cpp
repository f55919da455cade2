#include "audit/reports/public_holidays.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "policy/civil_time.h"

namespace sekisho::audit {
namespace {

using config::Date;
constexpr int kSunday = 6;
constexpr std::pair<int, int> kFixed[] = {{1, 1}, {2, 11}, {2, 23}, {4, 29}, {5, 3},
                                          {5, 4}, {5, 5},  {8, 11}, {11, 3}, {11, 23}};
// Month, and which Monday of it.
constexpr std::pair<int, int> kMondays[] = {{1, 2}, {7, 3}, {9, 3}, {10, 2}};

int weekday(std::int64_t day) {  // 0 = Monday
  return static_cast<int>(((day + 3) % 7 + 7) % 7);
}

// The well-known approximation for 1980 to 2099.
int equinox(int year, double base) {
  const int years = year - 1980;
  return static_cast<int>(base + 0.242194 * years) - years / 4;
}

// One that the Act names.
bool is_named(std::int64_t day) {
  const Date d = policy::civil_from_days(day);
  const auto is = [&](const std::pair<int, int>& one) {
    return d.month == one.first && d.day == one.second;
  };
  const auto is_monday = [&](const std::pair<int, int>& one) {
    return d.month == one.first && weekday(day) == 0 && (d.day - 1) / 7 + 1 == one.second;
  };
  return std::any_of(std::begin(kFixed), std::end(kFixed), is) ||
         std::any_of(std::begin(kMondays), std::end(kMondays), is_monday) ||
         (d.month == 3 && d.day == equinox(d.year, 20.8431)) ||
         (d.month == 9 && d.day == equinox(d.year, 23.2488));
}

// The first day behind a holiday on a Sunday that is none itself.
bool is_in_lieu(std::int64_t day) {
  while (is_named(--day))
    if (weekday(day) == kSunday) return true;
  return false;
}

}  // namespace

bool is_public_holiday(Date date) {
  const std::int64_t day = policy::days_from_civil(date);
  return is_named(day) || is_in_lieu(day) || (is_named(day - 1) && is_named(day + 1));
}

bool offices_are_closed(Date date) {
  const bool new_year = (date.month == 12 && date.day >= 29) || (date.month == 1 && date.day <= 3);
  return new_year || weekday(policy::days_from_civil(date)) >= 5 || is_public_holiday(date);
}

}  // namespace sekisho::audit
