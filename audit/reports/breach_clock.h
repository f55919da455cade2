#pragma once

// When the Personal Information Protection Commission is to be told of a leak (rule 8 of the APPI
// and its guidelines 3-5-3).

#include "config/policy_file.h"

namespace sekisho::audit {

struct BreachClock {
  config::Date known;
  config::Date prompt_from, prompt_by;  // the prompt report: about 3 to 5 days after
  config::Date full_by;                 // the full report
  bool moved = false;  // its day was one on which offices are closed: the next open one
};

// The day of knowing is the first day; the full report is due on the 30th, on the 60th where a
// wrongful purpose is possible. Saturdays, Sundays and 29 December to 3 January are passed over;
// national holidays are for a person to look up.
BreachClock breach_clock(config::Date known, bool wrongful);

}  // namespace sekisho::audit
