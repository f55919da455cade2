#include "gateway/circuit_breaker.h"

#include <gtest/gtest.h>

#include "gateway/origin_health.h"
#include "gateway/origin_limits.h"

namespace sekisho::gateway {
namespace {

using namespace std::chrono_literals;
using Pass = CircuitBreaker::Pass;
using State = CircuitBreaker::State;

config::OriginHealth settings() {
  config::OriginHealth s;
  s.failures = 3;
  s.lasting = 0s;
  s.minimum = 10;
  s.error_ratio = 0.5;
  s.window = 10s;
  s.pause = 20s;
  s.longest_pause = 50s;
  return s;
}

struct Circuit : ::testing::Test {
  CircuitBreaker breaker{settings()};
  CircuitBreaker::Time now{1000s};

  void fail(OriginFailure how, int times = 1) {
    for (int i = 0; i < times; ++i) breaker.failed(breaker.ask(now), how, now);
  }
  void answer(int times = 1) {
    for (int i = 0; i < times; ++i) breaker.answered(breaker.ask(now), now);
  }
};

TEST_F(Circuit, FailuresInARowOpenItAndAnAnswerBetweenThemDoesNot) {
  fail(OriginFailure::kConnect, 2);
  answer();
  fail(OriginFailure::kTimeout, 2);
  EXPECT_EQ(breaker.state(), State::kClosed);
  fail(OriginFailure::kTls);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.why(), "3 failures in a row (tls)");
  EXPECT_EQ(breaker.ask(now), Pass::kWait);
}

TEST(CircuitOfDefaults, AMomentsDisturbanceIsNoOutage) {
  CircuitBreaker breaker{config::OriginHealth{}};
  CircuitBreaker::Time now{1000s};
  for (int i = 0; i < 9; ++i) breaker.failed(Pass::kGo, OriginFailure::kConnect, now);
  now += 4999ms;
  breaker.answered(Pass::kGo, now);
  for (int i = 0; i < 19; ++i) breaker.answered(Pass::kGo, now);
  for (int i = 0; i < 5; ++i) breaker.failed(Pass::kGo, OriginFailure::kConnect, now);
  EXPECT_EQ(breaker.state(), State::kClosed);
  now += 5s;
  breaker.failed(Pass::kGo, OriginFailure::kConnect, now);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.why(), "6 failures in a row (connect)");
}

TEST_F(Circuit, ErrorsAreCountedByTheirShareOnceEnoughWasAsked) {
  fail(OriginFailure::kStatus, 5);
  answer(4);
  EXPECT_EQ(breaker.state(), State::kClosed) << "nine are less than the minimum";
  answer(2);
  EXPECT_EQ(breaker.state(), State::kClosed) << "5 of 11 are less than half";
  fail(OriginFailure::kStatus);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.why(), "6 of 12 requests failed within 10 s (status)");
}

TEST_F(Circuit, WhatIsOlderThanTheWindowDoesNotCount) {
  fail(OriginFailure::kStatus, 9);
  now += 11s;
  fail(OriginFailure::kStatus, 9);
  EXPECT_EQ(breaker.state(), State::kClosed);
  fail(OriginFailure::kStatus);
  EXPECT_EQ(breaker.state(), State::kOpen);
}

TEST_F(Circuit, AfterThePauseOneRequestIsTheProbeAndItsAnswerClosesIt) {
  fail(OriginFailure::kTimeout, 3);
  EXPECT_EQ(breaker.wait(now), 20s);
  now += 19s;
  EXPECT_EQ(breaker.ask(now), Pass::kWait);
  EXPECT_EQ(breaker.wait(now), 1s);
  now += 1s;
  EXPECT_EQ(breaker.ask(now), Pass::kProbe);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  EXPECT_EQ(breaker.ask(now), Pass::kWait);
  EXPECT_FALSE(breaker.connected(Pass::kProbe, now)) << "connections were not what failed";
  EXPECT_TRUE(breaker.answered(Pass::kProbe, now));
  EXPECT_EQ(breaker.state(), State::kClosed);
  fail(OriginFailure::kTimeout, 2);
  EXPECT_EQ(breaker.state(), State::kClosed) << "nothing of before counts";
}

TEST_F(Circuit, AConnectionIsEnoughWhereConnectionsFailed) {
  fail(OriginFailure::kConnect, 3);
  now += 20s;
  EXPECT_EQ(breaker.ask(now), Pass::kProbe);
  EXPECT_TRUE(breaker.connected(Pass::kProbe, now));
  EXPECT_EQ(breaker.ask(now), Pass::kGo);
  EXPECT_FALSE(breaker.answered(Pass::kProbe, now));
}

TEST_F(Circuit, PausesDoubleUpToTheLongest) {
  fail(OriginFailure::kConnect, 3);
  for (const auto pause : {40s, 50s, 50s}) {
    now += breaker.wait(now);
    ASSERT_EQ(breaker.ask(now), Pass::kProbe);
    EXPECT_TRUE(breaker.failed(Pass::kProbe, OriginFailure::kConnect, now));
    EXPECT_EQ(breaker.wait(now), pause);
  }
}

TEST_F(Circuit, AProbeThatShowsNothingLeavesItsPlaceToTheNext) {
  fail(OriginFailure::kConnect, 3);
  now += 20s;
  ASSERT_EQ(breaker.ask(now), Pass::kProbe);
  breaker.gave_up(Pass::kProbe);
  EXPECT_EQ(breaker.ask(now), Pass::kProbe);
}

TEST_F(Circuit, AProbeThatWaitsLongIsJoinedByAnother) {
  fail(OriginFailure::kTimeout, 3);
  now += 20s;
  ASSERT_EQ(breaker.ask(now), Pass::kProbe);
  now += 19s;
  EXPECT_EQ(breaker.ask(now), Pass::kWait);
  now += 1s;
  EXPECT_EQ(breaker.ask(now), Pass::kProbe);
}

TEST_F(Circuit, WhatComesLateFromBeforeItOpenedChangesNothing) {
  fail(OriginFailure::kConnect, 3);
  EXPECT_FALSE(breaker.answered(Pass::kGo, now));
  EXPECT_FALSE(breaker.failed(Pass::kGo, OriginFailure::kConnect, now));
  breaker.gave_up(Pass::kGo);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_EQ(breaker.wait(now), 20s);
}

TEST_F(Circuit, IsForgottenWhenNothingOfItCountsAnyMore) {
  fail(OriginFailure::kConnect, 3);
  EXPECT_FALSE(breaker.forgettable(now + 69s));
  EXPECT_TRUE(breaker.forgettable(now + 70s)) << "nobody asks for it";
  now += 20s;
  breaker.ask(now);
  breaker.answered(Pass::kProbe, now);
  EXPECT_FALSE(breaker.forgettable(now + 29s));
  EXPECT_TRUE(breaker.forgettable(now + 30s));
}

struct Health : ::testing::Test {
  OriginHealth health{settings()};
  policy::Destination to{"https", "api.example.jp", 443, false};
  OriginTrial ask() { return health.ask(to, "example-api"); }
};

TEST_F(Health, RefusesWhatIsDownAndSaysSoByProvider) {
  for (int i = 0; i < 3; ++i) ask().failed(OriginFailure::kConnect);
  EXPECT_TRUE(ask().refused());
  EXPECT_GT(ask().wait(), 0s);
  EXPECT_TRUE(health.is_down("example-api"));
  EXPECT_FALSE(health.is_down("other-api"));
  policy::Destination other = to;
  other.port = 8443;
  EXPECT_FALSE(health.ask(other, "example-api").refused());
  const auto counts = health.counts(Clock::now());
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts[0].provider, "example-api");
  EXPECT_EQ(counts[0].open, 1u);
  EXPECT_EQ(counts[0].opened, 1u);
  EXPECT_EQ(counts[0].refused, 2u);
  EXPECT_EQ(counts[0].failures[0], 3u);
  const auto warnings = health.warnings(Clock::now());
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("api.example.jp:443 (example-api) is down: 3 failures in a row"),
            std::string::npos);
}

TEST_F(Health, RefusalsOfTheServiceAreAnswers) {
  for (const int status : {200, 400, 401, 403, 404, 429, 501, 505})
    for (int i = 0; i < 20; ++i) ask().answered(status);
  EXPECT_TRUE(health.counts(Clock::now()).empty());
  for (const int status : {500, 502, 503, 504, 529}) ask().answered(status);
  EXPECT_EQ(health.counts(Clock::now())[0].failures[static_cast<int>(OriginFailure::kStatus)], 5u);
}

TEST_F(Health, AClientThatLeavesSaysNothing) {
  for (int i = 0; i < 50; ++i) OriginTrial left = ask();
  EXPECT_TRUE(health.counts(Clock::now()).empty());
}

TEST_F(Health, InventedNamesDoNotFillTheMemory) {
  for (int i = 0; i < 3000; ++i) {
    to.host = "h" + std::to_string(i) + ".example.jp";
    health.ask(to, "").failed(OriginFailure::kConnect);
  }
  EXPECT_EQ(health.counts(Clock::now()).size(), 1u);
  for (int i = 0; i < 3; ++i) health.ask(to, "").failed(OriginFailure::kConnect);
  EXPECT_TRUE(health.ask(to, "").refused());
}

TEST_F(Health, SwitchedOffRefusesNothing) {
  config::OriginHealth off = settings();
  off.enabled = false;
  OriginHealth none(off);
  for (int i = 0; i < 10; ++i) none.ask(to, "").failed(OriginFailure::kConnect);
  EXPECT_FALSE(none.ask(to, "").refused());
}

TEST(OriginLimits, AnEntrysTimeoutsBeatItsProvidersAndThoseTheLimits) {
  config::GatewayFile settings;
  settings.origin_timeouts["openai-api"] = {{}, 5s, 20min};
  settings.origin_timeouts["batch"] = {{}, {}, 60min};
  policy::Admission admission;
  admission.provider = "anthropic-api";
  EXPECT_EQ(origin_limits(settings, admission).connect, settings.limits.connect);
  admission.provider = "openai-api";
  admission.entry = "batch";
  EXPECT_EQ(origin_limits(settings, admission).connect, 5s);
  EXPECT_EQ(origin_limits(settings, admission).answer, 60min);
}

}  // namespace
}  // namespace sekisho::gateway
