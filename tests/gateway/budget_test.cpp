#include "gateway/budget.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>

namespace sekisho::gateway {
namespace {

// Runs one reservation to its end; nullopt = it still waits.
class BudgetTest : public testing::Test {
 protected:
  void ask(std::uint64_t bytes, TimePoint deadline, Reservation& into, std::optional<bool>& got) {
    Awaitable<void> call = asking(bytes, deadline, into, got);
    io_.restart();
    net::co_spawn(io_, std::move(call), net::detached);
    io_.poll();
  }
  Awaitable<void> asking(std::uint64_t bytes, TimePoint deadline, Reservation& into,
                         std::optional<bool>& got) {
    const bool granted = co_await budget_.reserve(bytes, io_.get_executor(), deadline, into);
    got = granted;
  }
  net::io_context io_{1};
  Budget budget_{100};
};

TEST_F(BudgetTest, GrantsUpToTheLimitAndTakesBack) {
  {
    Reservation a;
    std::optional<bool> got;
    ask(60, Clock::now(), a, got);
    EXPECT_EQ(got, true);
    EXPECT_TRUE(a.grow(40));
    EXPECT_FALSE(a.grow(1));
    EXPECT_EQ(budget_.used(), 100u);
  }
  EXPECT_EQ(budget_.used(), 0u);
}

TEST_F(BudgetTest, RefusesAtTheDeadline) {
  Reservation a, b;
  std::optional<bool> first, second;
  ask(80, Clock::now(), a, first);
  ask(30, Clock::now(), b, second);
  EXPECT_EQ(first, true);
  EXPECT_EQ(second, false);
  EXPECT_EQ(budget_.used(), 80u);
}

TEST_F(BudgetTest, WaitsForRoomThatComesInTime) {
  std::optional<Reservation> a(std::in_place);
  Reservation b;
  std::optional<bool> first, second;
  ask(80, Clock::now(), *a, first);
  ask(30, Clock::now() + std::chrono::seconds(60), b, second);
  EXPECT_FALSE(second.has_value());
  a.reset();
  io_.restart();
  io_.run();
  EXPECT_EQ(second, true);
}

TEST_F(BudgetTest, NeverGrantsMoreThanThereIsInAll) {
  Reservation a;
  std::optional<bool> got;
  ask(101, Clock::now() + std::chrono::hours(1), a, got);
  EXPECT_EQ(got, false);
  Reservation b;
  ask(~0ull, Clock::now() + std::chrono::hours(1), b, got);
  EXPECT_EQ(got, false);
}

TEST_F(BudgetTest, MovesWithItsOwner) {
  Reservation a;
  std::optional<bool> got;
  ask(50, Clock::now(), a, got);
  Reservation b = std::move(a);
  EXPECT_FALSE(a.grow(1));
  EXPECT_EQ(b.bytes(), 50u);
  b = Reservation();
  EXPECT_EQ(budget_.used(), 0u);
}

}  // namespace
}  // namespace sekisho::gateway
