#pragma once

#include <atomic>
#include <cstdint>
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
// wait, so that two exchanges that both hold memory never wait for each other. Thread-safe.
class Budget {
 public:
  explicit Budget(std::uint64_t bytes) : limit_(bytes) {}
  // Waits at most until `deadline`; false = no room. `into` is replaced.
  Awaitable<bool> reserve(std::uint64_t bytes, Executor executor, TimePoint deadline,
                          Reservation& into);
  bool try_take(std::uint64_t bytes);
  void give(std::uint64_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t limit() const { return limit_; }

 private:
  const std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
};

}  // namespace sekisho::gateway
