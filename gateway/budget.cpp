#include "gateway/budget.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

namespace sekisho::gateway {
namespace {
using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
}  // namespace

struct Budget::Waiter {
  Waiter(std::uint64_t size, Executor where) : bytes(size), executor(where) {}
  const std::uint64_t bytes;
  const Executor executor;
  Timer* timer = nullptr;  // of the frame that waits, touched on its thread only
  bool granted = false;    // under the line's mutex
};

// A place in the line; left by whatever way the wait ends, also when its io_context dies.
class Budget::Place {
 public:
  Place(Budget& budget, std::shared_ptr<Waiter> waiter, Timer& timer)
      : budget_(budget), waiter_(std::move(waiter)) {
    waiter_->timer = &timer;
    const std::lock_guard lock(budget_.line_mutex_);
    budget_.line_.push_back(waiter_);
    ++budget_.waiting_;
    // What was given back between the first try and this line has woken nobody.
    budget_.serve_line();
  }
  ~Place() {
    waiter_->timer = nullptr;
    const std::lock_guard lock(budget_.line_mutex_);
    if (std::erase(budget_.line_, waiter_) > 0) --budget_.waiting_;
    if (waiter_->granted && !taken_) budget_.used_ -= waiter_->bytes;
    budget_.serve_line();
  }
  Place(const Place&) = delete;
  bool granted() {
    const std::lock_guard lock(budget_.line_mutex_);
    return waiter_->granted;
  }
  void take() { taken_ = true; }

 private:
  Budget& budget_;
  std::shared_ptr<Waiter> waiter_;
  bool taken_ = false;
};

void Budget::Wait::cancel() {
  cancelled_ = true;
  const auto waiter = waiter_.lock();
  if (waiter && waiter->timer) waiter->timer->cancel();
}

Reservation::~Reservation() {
  if (budget_ && bytes_) budget_->give(bytes_);
}

bool Reservation::grow(std::uint64_t bytes) {
  if (!budget_ || !budget_->try_take(bytes)) return false;
  bytes_ += bytes;
  return true;
}

bool Budget::try_take(std::uint64_t bytes) {
  std::uint64_t used = used_.load();
  do {
    if (bytes > limit_ || used > limit_ - bytes) return false;
  } while (!used_.compare_exchange_weak(used, used + bytes));
  return true;
}

// The order of the two steps, here and in Place, is what no wake-up is lost by.
void Budget::give(std::uint64_t bytes) {
  used_ -= bytes;
  if (waiting_ == 0) return;
  const std::lock_guard lock(line_mutex_);
  serve_line();
}

// Under the mutex. Strictly in order: a large wait is not overtaken by small ones for ever.
void Budget::serve_line() {
  while (!line_.empty() && try_take(line_.front()->bytes)) {
    const std::shared_ptr<Waiter> first = std::move(line_.front());
    line_.pop_front();
    --waiting_;
    first->granted = true;
    net::post(first->executor, [weak = std::weak_ptr<Waiter>(first)] {
      const auto waiter = weak.lock();
      if (waiter && waiter->timer) waiter->timer->cancel();
    });
  }
}

Awaitable<bool> Budget::stand_in_line(std::uint64_t bytes, Executor executor, TimePoint deadline,
                                      Wait& wait) {
  Timer timer(executor);
  auto waiter = std::make_shared<Waiter>(bytes, executor);
  wait.waiter_ = waiter;
  Place place(*this, std::move(waiter), timer);
  timer.expires_at(deadline);
  while (!place.granted() && !wait.cancelled_ && Clock::now() < deadline) {
    auto [ec] = co_await timer.async_wait(kAsTuple);
    (void)ec;
  }
  const bool granted = place.granted();
  if (granted) place.take();
  co_return granted;
}

Awaitable<bool> Budget::reserve(std::uint64_t bytes, Executor executor, TimePoint deadline,
                                Reservation& into, Wait& wait) {
  if (bytes > limit_) co_return false;
  bool granted = waiting_ == 0 && try_take(bytes);
  if (!granted) granted = co_await stand_in_line(bytes, executor, deadline, wait);
  if (!granted) co_return false;
  Reservation made;
  made.budget_ = this;
  made.bytes_ = bytes;
  into = std::move(made);
  co_return true;
}

}  // namespace sekisho::gateway
