#pragma once

// Japan's public holidays by the Act on National Holidays (国民の祝日に関する法律) as it stands: no
// table that has to be kept up. From 2022 to 2099; the two years before had days of their own. The
// days of the equinoxes are those that astronomy expects: they are fixed by the official gazette in
// February of the year before.

#include "config/policy_file.h"

namespace sekisho::audit {

// Also days in lieu and a day between two holidays.
bool is_public_holiday(config::Date date);

// Saturdays, Sundays, public holidays, 29 December to 3 January: when public offices are closed
// (行政機関の休日に関する法律).
bool offices_are_closed(config::Date date);

}  // namespace sekisho::audit
