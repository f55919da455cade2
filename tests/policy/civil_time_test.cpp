#include "policy/civil_time.h"

#include <gtest/gtest.h>

namespace sekisho::policy {
namespace {

TEST(CivilTime, CountsDaysBothWays) {
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
  EXPECT_EQ(days_from_civil({2000, 3, 1}), 11'017);
  EXPECT_EQ(days_from_civil({2026, 12, 31}), 20'818);
  for (std::int64_t day : {-719'468, -1, 0, 59, 60, 11'016, 11'017, 20'818, 100'000})
    EXPECT_EQ(days_from_civil(civil_from_days(day)), day);
}

TEST(CivilTime, EndsADayInTokyoNineHoursBeforeUtc) {
  // 2026-12-31T15:00:00Z
  EXPECT_EQ(end_of_day({2026, 12, 31}, "Asia/Tokyo"), 1'798'729'200);
  EXPECT_EQ(end_of_day({2026, 12, 31}, "UTC"), 1'798'761'600);
}

TEST(CivilTime, ReadsTimesInTheZoneUnlessTheySayTheirOwn) {
  EXPECT_EQ(parse_time("2026-12-31T14:59:59Z", "Asia/Tokyo"), 1'798'729'199);
  EXPECT_EQ(parse_time("2026-12-31T23:59:59", "Asia/Tokyo"), 1'798'729'199);
  EXPECT_EQ(parse_time("2026-12-31T23:59:59+09:00", "UTC"), 1'798'729'199);
  EXPECT_EQ(parse_time("2026-12-31T12:00", "UTC"), 1'798'718'400);
  EXPECT_EQ(parse_time("2026-12-31", "Asia/Tokyo"), 1'798'642'800);
  EXPECT_EQ(parse_time("2026-12-31T10:59:59.5-04:00", "UTC"), 1'798'729'199);
}

TEST(CivilTime, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026-02-30", "31-12-2026", "2026-12-31T25:00", "2026-12-31 12:00",
                           "yesterday", "2026-12-31T12:00+9", "2026-12-31T12:00Zx"})
    EXPECT_FALSE(parse_time(text, "UTC")) << text;
  EXPECT_FALSE(parse_time("2026-12-31", "Atlantis/City"));
}

TEST(CivilTime, KnowsOtherZonesFromTheSystem) {
  ASSERT_TRUE(TimeZone::find("Europe/Berlin")) << "zone files are missing: package tzdata";
  // Winter +1, summer +2, before and after the last transition that the file lists.
  EXPECT_EQ(parse_time("2026-01-15T12:00", "Europe/Berlin"),
            parse_time("2026-01-15T11:00Z", "UTC"));
  EXPECT_EQ(parse_time("2026-07-15T12:00", "Europe/Berlin"),
            parse_time("2026-07-15T10:00Z", "UTC"));
  EXPECT_EQ(parse_time("2045-07-15T12:00", "Europe/Berlin"),
            parse_time("2045-07-15T10:00Z", "UTC"));
  EXPECT_EQ(parse_time("2045-12-15T12:00", "America/New_York"),
            parse_time("2045-12-15T17:00Z", "UTC"));
  // Summer at the turn of the year.
  EXPECT_EQ(parse_time("2045-01-01T00:00", "Australia/Sydney"),
            parse_time("2044-12-31T13:00Z", "UTC"));
}

TEST(CivilTime, EndsTheDayOfAChangeOfClocksOnce) {
  ASSERT_TRUE(TimeZone::find("Europe/Berlin")) << "zone files are missing: package tzdata";
  // 2026-03-29 has 23 hours, 2026-10-25 has 25.
  EXPECT_EQ(end_of_day({2026, 3, 29}, "Europe/Berlin") - end_of_day({2026, 3, 28}, "Europe/Berlin"),
            23 * 3600);
  EXPECT_EQ(
      end_of_day({2026, 10, 25}, "Europe/Berlin") - end_of_day({2026, 10, 24}, "Europe/Berlin"),
      25 * 3600);
  // The hour that comes twice: its second half, so that nothing ends early.
  EXPECT_EQ(parse_time("2026-10-25T02:30", "Europe/Berlin"),
            parse_time("2026-10-25T01:30Z", "UTC"));
}

TEST(CivilTime, NeverReadsFilesOutsideTheZones) {
  for (const char* name : {"../../../etc/passwd", "/etc/localtime", "", "tzdata.zi", "zone.tab"})
    EXPECT_FALSE(TimeZone::find(name)) << name;
}

TEST(CivilTime, TellsTheDayOfAMoment) {
  const TimeZone tokyo;
  EXPECT_EQ(tokyo.day_of(1'798'729'199), (config::Date{2026, 12, 31}));
  EXPECT_EQ(tokyo.day_of(1'798'729'200), (config::Date{2027, 1, 1}));
}

}  // namespace
}  // namespace sekisho::policy
