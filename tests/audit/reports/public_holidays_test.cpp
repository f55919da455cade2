#include "audit/reports/public_holidays.h"

#include <gtest/gtest.h>

#include "audit/reports/breach_clock.h"
#include "policy/civil_time.h"

namespace sekisho::audit {
namespace {

// "01-01 01-08 …"
std::string holidays_of(int year) {
  std::string out;
  const auto end = policy::days_from_civil({year + 1, 1, 1});
  for (auto day = policy::days_from_civil({year, 1, 1}); day < end; ++day) {
    const config::Date date = policy::civil_from_days(day);
    if (is_public_holiday(date)) out += (out.empty() ? "" : " ") + date.to_string().substr(5);
  }
  return out;
}

// As the Cabinet Office has published them.
TEST(PublicHolidays, OfKnownYearsAreThosePublished) {
  EXPECT_EQ(holidays_of(2024),
            "01-01 01-08 02-11 02-12 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-15 08-11 08-12 "
            "09-16 09-22 09-23 10-14 11-03 11-04 11-23");
  EXPECT_EQ(holidays_of(2025),
            "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 "
            "09-23 10-13 11-03 11-23 11-24");
  EXPECT_EQ(holidays_of(2026),
            "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 "
            "09-23 10-12 11-03 11-23");
  EXPECT_EQ(holidays_of(2027),
            "01-01 01-11 02-11 02-23 03-21 03-22 04-29 05-03 05-04 05-05 07-19 08-11 09-20 09-23 "
            "10-11 11-03 11-23");
}

TEST(PublicHolidays, OfficesAreClosedAtWeekendsAndAtTheTurnOfTheYear) {
  EXPECT_TRUE(offices_are_closed({2026, 7, 4}));   // Saturday
  EXPECT_TRUE(offices_are_closed({2026, 7, 5}));   // Sunday
  EXPECT_FALSE(offices_are_closed({2026, 7, 6}));  // Monday
  EXPECT_FALSE(offices_are_closed({2026, 12, 28}));
  for (const config::Date d :
       {config::Date{2026, 12, 29}, {2026, 12, 31}, {2027, 1, 1}, {2025, 1, 3}})
    EXPECT_TRUE(offices_are_closed(d)) << d.to_string();
  EXPECT_FALSE(offices_are_closed({2027, 1, 4}));
}

TEST(BreachClock, TakesTheNextOpenDayWhereTheLastOneIsAHoliday) {
  const auto full = [](config::Date known, bool wrongful) {
    const BreachClock c = breach_clock(known, wrongful);
    return c.full_day.to_string() + " " + c.full_by.to_string();
  };
  EXPECT_EQ(full({2026, 4, 7}, false), "2026-05-06 2026-05-07");   // in lieu of 3 May
  EXPECT_EQ(full({2026, 4, 4}, false), "2026-05-03 2026-05-07");   // a Sunday before four holidays
  EXPECT_EQ(full({2026, 8, 24}, false), "2026-09-22 2026-09-24");  // between two holidays
  EXPECT_EQ(full({2026, 7, 2}, false), "2026-07-31 2026-07-31");   // holidays before it count
  EXPECT_EQ(full({2026, 7, 2}, true), "2026-08-30 2026-08-31");    // a Sunday
  EXPECT_EQ(full({2026, 12, 1}, false), "2026-12-30 2027-01-04");
}

}  // namespace
}  // namespace sekisho::audit
