#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "gateway/async.h"

namespace sekisho::gateway {

class Budget;

// Memory granted to one exchange; given back when it is destroyed.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& o) noexcept
      : budget_(std::exchange(o.budget_, nullptr)), bytes_(std::exchange(o.bytes_, 0)) {}
  Reservation& operator=(Reservation&& o) noexcept {
    std::swap(budget_, o.budget_);
    std::swap(bytes_, o.bytes_);
    return *this;
  }
  ~Reservation();
  // More for the same exchange, granted at once or not at all.
  bool grow(std::uint64_t bytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  friend class Budget;
  Budget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

// limits.memory: bodies held, all workers together. Only the first reservation of an exchange may
// wait, so that two exchanges that both hold memory never wait for each other. Waits are served in
// the order in which they began, large and small alike; what grows goes before them, because it
// ends sooner than what has not begun. Thread-safe.
class Budget {
  struct Waiter;

 public:
  // A wait that can be given up, by the thread that waits: the client left.
  class Wait {
   public:
    void cancel();

   private:
    friend class Budget;
    std::weak_ptr<Waiter> waiter_;
    bool cancelled_ = false;
  };

  explicit Budget(std::uint64_t bytes) : limit_(bytes) {}
  // Waits at most until `deadline`; false = no room, or given up. `into` is replaced.
  Awaitable<bool> reserve(std::uint64_t bytes, Executor executor, TimePoint deadline,
                          Reservation& into, Wait& wait);
  // Whether reserve() would have to wait now.
  bool busy(std::uint64_t bytes) const { return waiting_ > 0 || used_ + bytes > limit_; }
  bool try_take(std::uint64_t bytes);
  void give(std::uint64_t bytes);
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t limit() const { return limit_; }
  std::size_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  class Place;
  Awaitable<bool> stand_in_line(std::uint64_t bytes, Executor executor, TimePoint deadline,
                                Wait& wait);
  void serve_line();

  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::size_t> waiting_{0};  // size of line_
  std::mutex line_mutex_;
  std::deque<std::shared_ptr<Waiter>> line_;
};

}  // namespace sekisho::gateway
