#include "gateway/budget.h"

#include <boost/asio/basic_waitable_timer.hpp>

namespace sekisho::gateway {
namespace {
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr Millis kLookAgain{
    10};  // a waiter asks again rather than being queued: waits are rare and short
}  // namespace

Reservation::~Reservation() {
  if (budget_ && bytes_) budget_->give(bytes_);
}

bool Reservation::grow(std::uint64_t bytes) {
  if (!budget_ || !budget_->try_take(bytes)) return false;
  bytes_ += bytes;
  return true;
}

bool Budget::try_take(std::uint64_t bytes) {
  std::uint64_t used = used_.load(std::memory_order_relaxed);
  do {
    if (bytes > limit_ || used > limit_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  return true;
}

Awaitable<bool> Budget::reserve(std::uint64_t bytes, Executor executor, TimePoint deadline,
                                Reservation& into) {
  while (!try_take(bytes)) {
    if (bytes > limit_ || Clock::now() >= deadline) co_return false;
    Timer timer(executor);
    timer.expires_after(kLookAgain);
    auto [ec] = co_await timer.async_wait(kAsTuple);
    if (ec) co_return false;
  }
  Reservation made;
  made.budget_ = this;
  made.bytes_ = bytes;
  into = std::move(made);
  co_return true;
}

}  // namespace sekisho::gateway
