#include "gateway/budget.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <thread>
#include <vector>

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
    const bool granted = co_await budget_.reserve(bytes, io_.get_executor(), deadline, into, wait_);
    got = granted;
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  static TimePoint later() { return Clock::now() + std::chrono::hours(1); }

  net::io_context io_{1};
  Budget budget_{100};
  Budget::Wait wait_;
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

TEST_F(BudgetTest, ServesWaitsInTheirOrderWhateverTheirSize) {
  std::optional<Reservation> held(std::in_place);
  Reservation large, small;
  std::optional<bool> first, second, third;
  ask(60, Clock::now(), *held, first);
  ask(80, later(), large, second);
  ask(10, later(), small, third);
  EXPECT_EQ(budget_.waiting(), 2u);
  EXPECT_FALSE(third.has_value()) << "ten bytes are free, but somebody asked before";
  held.reset();
  settle();
  EXPECT_EQ(second, true);
  EXPECT_EQ(third, true);
  EXPECT_EQ(budget_.used(), 90u);
}

TEST_F(BudgetTest, LetsWhatGrowsGoBeforeWhatWaits) {
  Reservation grows, waits;
  std::optional<bool> first, second;
  ask(50, Clock::now(), grows, first);
  ask(60, later(), waits, second);
  EXPECT_TRUE(grows.grow(50));
  EXPECT_FALSE(grows.grow(1)) << "and is told at once when there is no room";
  grows = Reservation();
  settle();
  EXPECT_EQ(second, true);
}

TEST_F(BudgetTest, ServesTheNextWhenTheFirstInLineGivesUp) {
  Reservation held, large, small;
  std::optional<bool> first, second, third;
  ask(60, Clock::now(), held, first);
  Budget::Wait leaving;
  auto leave = [](Budget& budget, Executor executor, Reservation& into, Budget::Wait& wait,
                  std::optional<bool>& got) -> Awaitable<void> {
    const bool granted = co_await budget.reserve(80, executor, later(), into, wait);
    got = granted;
  };
  net::co_spawn(io_, leave(budget_, io_.get_executor(), large, leaving, second), net::detached);
  settle();
  ask(10, later(), small, third);
  EXPECT_FALSE(third.has_value());
  leaving.cancel();
  settle();
  EXPECT_EQ(second, false);
  EXPECT_EQ(third, true);
  EXPECT_EQ(budget_.used(), 70u);
}

TEST_F(BudgetTest, LosesNothingWhenTheWorkerOfAWaitEnds) {
  std::optional<Reservation> held(std::in_place);
  std::optional<bool> first, never;
  ask(100, Clock::now(), *held, first);
  {
    net::io_context dying{1};
    Reservation into;
    auto asking = [](Budget& budget, Executor executor, Reservation& r, Budget::Wait& wait,
                     std::optional<bool>& got) -> Awaitable<void> {
      const bool granted = co_await budget.reserve(70, executor, later(), r, wait);
      got = granted;
    };
    net::co_spawn(dying, asking(budget_, dying.get_executor(), into, wait_, never), net::detached);
    dying.poll();
    EXPECT_EQ(budget_.waiting(), 1u);
    held.reset();  // granted, and nobody is left to hear it
    EXPECT_EQ(budget_.used(), 70u);
  }
  EXPECT_FALSE(never.has_value());
  EXPECT_EQ(budget_.waiting(), 0u);
  EXPECT_EQ(budget_.used(), 0u);
}

// Many that want more than there is, on several threads: all are served, nothing is left over.
TEST_F(BudgetTest, ServesEverybodyUnderContention) {
  Budget budget(1000);
  std::atomic<int> granted{0};
  auto client = [](Budget& b, Executor executor, std::uint64_t size,
                   std::atomic<int>& done) -> Awaitable<void> {
    for (int i = 0; i < 200; ++i) {
      Reservation mine;
      Budget::Wait wait;
      const bool got = co_await b.reserve(size, executor, later(), mine, wait);
      if (!got) co_return;
      mine.grow(7);
    }
    ++done;
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      net::io_context io{1};
      for (int i = 0; i < 5; ++i)
        net::co_spawn(io, client(budget, io.get_executor(), 150 + 90 * t + i, granted),
                      net::detached);
      io.run();
    });
  for (auto& t : threads) t.join();
  EXPECT_EQ(granted, 20);
  EXPECT_EQ(budget.used(), 0u);
  EXPECT_EQ(budget.waiting(), 0u);
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
