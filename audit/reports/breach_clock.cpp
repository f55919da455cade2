#include "audit/reports/breach_clock.h"

#include "audit/reports/public_holidays.h"
#include "policy/civil_time.h"

namespace sekisho::audit {
BreachClock breach_clock(config::Date known, bool wrongful) {
  const std::int64_t first = policy::days_from_civil(known);
  BreachClock out;
  out.known = known;
  out.prompt_from = policy::civil_from_days(first + 3);
  out.prompt_by = policy::civil_from_days(first + 5);
  out.full_days = wrongful ? 60 : 30;
  std::int64_t full = first + out.full_days - 1;
  out.full_day = policy::civil_from_days(full);
  while (offices_are_closed(policy::civil_from_days(full))) ++full;
  out.full_by = policy::civil_from_days(full);
  return out;
}

}  // namespace sekisho::audit
