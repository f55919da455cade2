#include "gateway/clock_watch.h"

#include "gateway/day_turn.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kSecond = 1'000'000, kHour = 3600 * kSecond;
constexpr std::int64_t kBegin = 1'800'000'000 * kSecond;

TEST(ClockWatch, TellsAStepBackAndForwardOnce) {
  ClockWatch watch(kBegin, 7 * kSecond);
  EXPECT_FALSE(watch.look(kBegin + kSecond, 8 * kSecond));
  const auto back = watch.look(kBegin - 5 * kHour, 9 * kSecond);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->expected_us, kBegin + 2 * kSecond);
  EXPECT_EQ(back->now_us, kBegin - 5 * kHour);
  EXPECT_FALSE(watch.look(kBegin - 5 * kHour + kSecond, 10 * kSecond));
  EXPECT_TRUE(watch.look(kBegin + 4 * kSecond, 11 * kSecond));
  EXPECT_FALSE(watch.look(kBegin + 5 * kSecond, 12 * kSecond));
}

TEST(ClockWatch, FollowsSlewingWithoutAWord) {
  ClockWatch watch(kBegin, 0);
  for (int i = 1; i <= 10'000; ++i)  // 0.05 % fast, as NTP corrects
    ASSERT_FALSE(watch.look(kBegin + i * (kSecond + 500), i * kSecond));
}

TEST(ClockWatch, TakesTheToleranceItself) {
  ClockWatch watch(kBegin, 0);
  EXPECT_FALSE(watch.look(kBegin + ClockWatch::kToleranceUs, 0));
  EXPECT_TRUE(watch.look(kBegin + 2 * ClockWatch::kToleranceUs + 1, 0));
}

constexpr std::int64_t kDay = 86'400'000'000;

TEST(DayTurn, PassesOnceADay) {
  DayTurn day(kDay);
  EXPECT_FALSE(day.passed(kDay));
  EXPECT_FALSE(day.passed(2 * kDay - 1));
  EXPECT_TRUE(day.passed(2 * kDay));
  EXPECT_FALSE(day.passed(2 * kDay + 1));
  EXPECT_TRUE(day.passed(9 * kDay));  // slept: told once
  EXPECT_FALSE(day.passed(9 * kDay + 1));
}

TEST(DayTurn, CountsAnewFromAClockThatWasSetBack) {
  DayTurn day(100 * kDay);
  EXPECT_FALSE(day.passed(kDay));
  EXPECT_FALSE(day.passed(2 * kDay - 1));
  EXPECT_TRUE(day.passed(2 * kDay));
}

}  // namespace
}  // namespace sekisho::gateway
