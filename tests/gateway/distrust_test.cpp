#include "gateway/distrust.h"

#include <gtest/gtest.h>

namespace sekisho::gateway {
namespace {

using namespace std::chrono_literals;

TEST(Distrust, HoldsFromTheSecondAlertWithinAMinute) {
  Distrust distrust;
  const TimePoint now = Clock::now();
  EXPECT_FALSE(distrust.note("10.0.0.1", "api.example.jp", now));
  EXPECT_FALSE(distrust.holds("10.0.0.1", "api.example.jp", now));
  EXPECT_TRUE(distrust.note("10.0.0.1", "api.example.jp", now + 59s));
  EXPECT_TRUE(distrust.holds("10.0.0.1", "api.example.jp", now + 59s));
  EXPECT_FALSE(distrust.note("10.0.0.1", "api.example.jp", now + 59s)) << "told once";
}

TEST(Distrust, ForgetsAfterAMinute) {
  Distrust distrust;
  const TimePoint now = Clock::now();
  distrust.note("10.0.0.1", "api.example.jp", now);
  distrust.note("10.0.0.1", "api.example.jp", now);
  EXPECT_FALSE(distrust.holds("10.0.0.1", "api.example.jp", now + 61s));
}

TEST(Distrust, KeepsClientsAndHostsApart) {
  Distrust distrust;
  const TimePoint now = Clock::now();
  distrust.note("10.0.0.1", "api.example.jp", now);
  distrust.note("10.0.0.2", "api.example.jp", now);
  distrust.note("10.0.0.1", "www.example.jp", now);
  EXPECT_FALSE(distrust.holds("10.0.0.1", "api.example.jp", now));
  EXPECT_FALSE(distrust.holds("10.0.0.2", "api.example.jp", now));
}

}  // namespace
}  // namespace sekisho::gateway
