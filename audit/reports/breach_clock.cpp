#include "audit/reports/breach_clock.h"

#include "policy/civil_time.h"

namespace sekisho::audit {
namespace {

bool closed(std::int64_t days) {
  const std::int64_t weekday = ((days + 3) % 7 + 7) % 7;  // 0 = Monday
  const config::Date date = policy::civil_from_days(days);
  const bool new_year = (date.month == 12 && date.day >= 29) || (date.month == 1 && date.day <= 3);
  return weekday >= 5 || new_year;
}

}  // namespace

BreachClock breach_clock(config::Date known, bool wrongful) {
  const std::int64_t first = policy::days_from_civil(known);
  BreachClock out;
  out.known = known;
  out.prompt_from = policy::civil_from_days(first + 3);
  out.prompt_by = policy::civil_from_days(first + 5);
  std::int64_t full = first + (wrongful ? 59 : 29);
  for (; closed(full); ++full) out.moved = true;
  out.full_by = policy::civil_from_days(full);
  return out;
}

}  // namespace sekisho::audit
