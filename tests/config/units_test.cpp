#include "config/units.h"

#include <gtest/gtest.h>

#include "config/country.h"
#include "config/nearest.h"
#include "config/policy_file.h"

namespace sekisho::config {
namespace {

using namespace std::chrono_literals;

TEST(Decimal, TakesPlainDigitsOnly) {
  EXPECT_EQ(parse_decimal("0"), 0u);
  EXPECT_EQ(parse_decimal("20000"), 20000u);
  EXPECT_EQ(parse_decimal("9223372036854775807"), 9223372036854775807u);
  for (const char* text : {"", "017", "1e3", "0x10", "1_000", "+1", "-1", "1.0", " 1", "1 ",
                           "1,000", "9223372036854775808", "99999999999999999999", "１"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

TEST(Size, NeedsABinaryUnit) {
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("32MiB"), 33554432u);
  EXPECT_EQ(parse_size("2GiB"), 2147483648u);
  for (const char* text :
       {"32", "32MB", "32 MiB", "32mib", "MiB", "1.5GiB", "-1MiB", "032MiB", "9999999999999GiB"})
    EXPECT_FALSE(parse_size(text)) << text;
}

TEST(Duration, NeedsAUnit) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("10s"), 10s);
  EXPECT_EQ(parse_duration("5m"), 5min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("180d"), std::chrono::hours(180 * 24));
  for (const char* text :
       {"10", "10 s", "10sec", "s", "1.5h", "-1s", "P1D", "010s", "999999999999999999d"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Date, IsADayThatExists) {
  EXPECT_EQ(parse_date("2026-12-31"), (Date{2026, 12, 31}));
  EXPECT_TRUE(parse_date("2028-02-29"));
  for (const char* text :
       {"2026-02-30", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "31-12-2026",
        "2026/12/31", "2026-1-1", "2026-12-31T12:00", "20261231", "0000-01-01", "２026-12-31", ""})
    EXPECT_FALSE(parse_date(text)) << text;
}

TEST(Date, PrintsAsItIsWritten) {
  EXPECT_EQ((Date{2026, 3, 7}).to_string(), "2026-03-07");
  EXPECT_EQ((Date{99, 12, 31}).to_string(), "0099-12-31");
}

TEST(DateTime, IsNormalisedToSeconds) {
  EXPECT_EQ(normalise_date_time("2026-12-31T12:00"), "2026-12-31T12:00:00");
  EXPECT_EQ(normalise_date_time("2026-12-31T14:59:59Z"), "2026-12-31T14:59:59Z");
  EXPECT_EQ(normalise_date_time("2026-12-31T23:59:59.5+09:00"), "2026-12-31T23:59:59.5+09:00");
  for (const char* text :
       {"2026-12-31", "2026-12-31 12:00:00", "2026-12-31T24:00:00", "2026-12-31T12:60:00",
        "2026-02-30T12:00:00", "2026-12-31T12:00:00+9", "2026-12-31T12:00:00z", "2026-12-31T1:00",
        "2026-12-31T12:00:00.", "2026-12-31T12:00:00+24:00", "2026-12-31T12:00:00 "})
    EXPECT_FALSE(normalise_date_time(text)) << text;
}

TEST(Country, IsAnAssignedCodeInCapitals) {
  for (const char* code : {"JP", "NO", "HK", "MO", "TW", "AD", "ZW", "GB", "XK"})
    EXPECT_EQ(is_country(code), std::string_view(code) != "XK") << code;
  for (const char* code : {"jp", "UK", "EU", "ZZ", "??", "AP", "", "J", "JPN"})
    EXPECT_FALSE(is_country(code)) << code;
}

TEST(Country, NearestIsWhatPeopleMean) {
  EXPECT_EQ(nearest_country("jp"), "JP");
  EXPECT_EQ(nearest_country("UK"), "GB");
  EXPECT_EQ(nearest_country("日本"), "JP");
  EXPECT_EQ(nearest_country("false"), "NO");
  EXPECT_EQ(nearest_country("Atlantis"), "");
}

TEST(Nearest, FindsTypingErrorsAndNothingElse) {
  EXPECT_EQ(nearest_name("pseudonymize", {"allow", "block", "pseudonymise"}), "pseudonymise");
  EXPECT_EQ(nearest_name("blcok", {"allow", "block"}), "block");
  EXPECT_EQ(nearest_name("Block", {"allow", "block"}), "block");
  EXPECT_EQ(nearest_name("if-known", {"required", "if_known"}), "if_known");
  EXPECT_EQ(nearest_name("quarantine", {"allow", "block"}), "");
  EXPECT_EQ(suggestion("quarantine", {"allow", "block"}), "one of: allow, block");
}

}  // namespace
}  // namespace sekisho::config
