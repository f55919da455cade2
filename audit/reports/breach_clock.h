#pragma once

// When the Personal Information Protection Commission is to be told of a leak (rule 8 of the APPI
// and its guidelines 3-5-3).

#include "config/policy_file.h"

namespace sekisho::audit {

struct BreachClock {
  config::Date known;
  config::Date prompt_from, prompt_by;  // the prompt report: about 3 to 5 days after
  int full_days = 30;
  config::Date full_day;  // the full report: the last of these days by the calendar
  config::Date full_by;   // the limit: the same, or the next day on which offices are open
};

// The day of knowing is the first day; the full report is due on the 30th, on the 60th where a
// wrongful purpose is possible. Weekends and public holidays are counted; only where the last day
// is one, or lies between 29 December and 3 January, the next open day is the limit (3-5-3-4).
BreachClock breach_clock(config::Date known, bool wrongful);

}  // namespace sekisho::audit
