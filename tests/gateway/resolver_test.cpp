#include "gateway/resolver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <vector>

namespace sekisho::gateway {
namespace {

Addresses one(const char* ip) {
  Addresses a;
  a.ips.push_back(*config::IpAddress::parse(ip));
  return a;
}

Awaitable<void> ask(Resolver& resolver, std::string host, Executor executor, TimePoint deadline,
                    std::vector<Addresses>& out) {
  Addresses got = co_await resolver.resolve(std::move(host), executor, deadline);
  out.push_back(std::move(got));
}

class ResolverTest : public testing::Test {
 protected:
  void start(Resolver& r, std::string host, TimePoint deadline) {
    Awaitable<void> call = ask(r, std::move(host), io_.get_executor(), deadline, got_);
    net::co_spawn(io_, std::move(call), net::detached);
  }
  net::io_context io_{1};
  std::vector<Addresses> got_;
  const TimePoint later_ = Clock::now() + std::chrono::seconds(60);
};

TEST_F(ResolverTest, LooksANameUpOnceHoweverManyAsk) {
  std::atomic<int> calls{0};
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  Resolver r({}, [&calls, gate](const std::string&, Resolver::Family) {
    ++calls;
    gate.wait();
    return one("192.0.2.1");
  });
  for (int i = 0; i < 20; ++i) start(r, "llm.example.jp", later_);
  io_.poll();
  go.set_value();
  io_.run();
  EXPECT_EQ(got_.size(), 20u);
  EXPECT_EQ(calls, 1);
  io_.restart();
  start(r, "llm.example.jp", later_);
  io_.run();
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(got_.back().ips.size(), 1u);
}

TEST_F(ResolverTest, OverridesComeFirstWithTheirPort) {
  std::map<std::string, config::HostOverride> overrides;
  overrides["api.openai.com"] = {*config::IpAddress::parse("127.0.0.1"), std::uint16_t{9443}};
  Resolver r(std::move(overrides),
             [](const std::string&, Resolver::Family) { return one("192.0.2.9"); });
  start(r, "api.openai.com", later_);
  io_.run();
  EXPECT_EQ(got_.at(0).ips.at(0).to_string(), "127.0.0.1");
  EXPECT_EQ(got_.at(0).port, 9443);
}

TEST_F(ResolverTest, LiteralsAreNotLookedUp) {
  std::atomic<int> calls{0};
  Resolver r({}, [&calls](const std::string&, Resolver::Family) {
    ++calls;
    return Addresses{};
  });
  start(r, "2001:db8::1", later_);
  io_.run();
  EXPECT_EQ(got_.at(0).ips.at(0).to_string(), "2001:db8::1");
  EXPECT_EQ(calls, 0);
}

TEST_F(ResolverTest, TellsTheFailureAndATimeout) {
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  Resolver r({}, [gate](const std::string& host, Resolver::Family) {
    if (host == "slow.example.jp") gate.wait();
    Addresses a;
    a.error = "no such name";
    return a;
  });
  start(r, "none.example.jp", later_);
  start(r, "slow.example.jp", Clock::now());
  io_.run();
  go.set_value();
  ASSERT_EQ(got_.size(), 2u);
  std::vector<std::string> errors{got_[0].error, got_[1].error};
  std::sort(errors.begin(), errors.end());
  EXPECT_EQ(errors, (std::vector<std::string>{"no such name", "timeout"}));
}

// What the name servers of one half of a name do, and what must come of it.
class BrokenHalf : public ResolverTest {
 protected:
  using Family = Resolver::Family;
  static Addresses fails(bool temporary) {
    Addresses a;
    a.error = "the server failed";
    a.temporary = temporary;
    return a;
  }
  std::string asked(Resolver& r, TimePoint deadline) {
    start(r, "llm.example.jp", deadline);
    io_.restart();
    io_.run();
    std::string out;
    for (const auto& ip : got_.back().ips) out += ip.to_string() + " ";
    return out + got_.back().error;
  }
};

TEST_F(BrokenHalf, FindsTheOtherHalfWhenTheWholeLookUpFails) {
  Resolver r({}, [](const std::string&, Family family) {
    return family == Family::kIpv4 ? one("192.0.2.1") : fails(true);
  });
  EXPECT_EQ(asked(r, later_), "192.0.2.1 ");
  Resolver six({}, [](const std::string&, Family family) {
    return family == Family::kIpv6 ? one("2001:db8::1") : fails(true);
  });
  EXPECT_EQ(asked(six, later_), "2001:db8::1 ");
}

TEST_F(BrokenHalf, DoesNotWaitForAServerThatNeverAnswers) {
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  Resolver r({}, [gate](const std::string&, Family family) {
    if (family != Family::kIpv4) gate.wait();
    return family == Family::kIpv4 ? one("192.0.2.1") : fails(true);
  });
  const TimePoint begun = Clock::now();
  EXPECT_EQ(asked(r, later_), "192.0.2.1 ");
  EXPECT_GE(Clock::now() - begun, Resolver::kWholePatience);
  const TimePoint again = Clock::now();
  EXPECT_EQ(asked(r, again), "192.0.2.1 ");  // from the cache, though a look-up still runs
  go.set_value();
}

TEST_F(BrokenHalf, LetsALateAnswerJoinTheCache) {
  std::promise<void> go;
  std::shared_future<void> gate = go.get_future().share();
  std::promise<void> joined;
  std::atomic<int> late{0};
  Resolver r({}, [&, gate](const std::string&, Family family) {
    if (family == Family::kIpv4) return one("192.0.2.1");
    gate.wait();
    if (++late == 2) joined.set_value();
    if (family == Family::kIpv6) return one("2001:db8::1");
    Addresses both = one("2001:db8::1");
    both.ips.push_back(one("192.0.2.1").ips[0]);
    return both;
  });
  EXPECT_EQ(asked(r, later_), "192.0.2.1 ");
  go.set_value();
  joined.get_future().wait();
  std::string seen;
  while (seen.find("2001:db8::1") == std::string::npos) seen = asked(r, later_);
  EXPECT_NE(seen.find("192.0.2.1"), std::string::npos);
}

TEST_F(BrokenHalf, AsksNoMoreWhenTheNameDoesNotExist) {
  std::atomic<int> calls{0};
  Resolver r({}, [&calls](const std::string&, Family) {
    ++calls;
    return fails(false);
  });
  EXPECT_EQ(asked(r, later_), "the server failed");
  EXPECT_EQ(calls, 1);
}

TEST_F(BrokenHalf, TellsTheWholeFailureWhenBothHalvesFailToo) {
  std::atomic<int> calls{0};
  Resolver r({}, [&calls](const std::string&, Family family) {
    ++calls;
    Addresses a = fails(true);
    if (family != Family::kBoth) a.error = "no address of this kind";
    return a;
  });
  EXPECT_EQ(asked(r, later_), "the server failed");
  EXPECT_EQ(calls, 3);
}

}  // namespace
}  // namespace sekisho::gateway
