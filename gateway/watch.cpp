#include "gateway/watch.h"

#include <boost/asio/post.hpp>
#include <csignal>
#include <utility>

#include "gateway/gateway.h"
#include "gateway/log.h"
#include "gateway/notify.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kClockPeriod{1};

std::int64_t steady_us() {
  const auto now = Clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(now).count();
}

}  // namespace

Watch::Watch(net::io_context& io, Gateway& gateway)
    : gateway_(gateway),
      signals_(io.get_executor(), SIGTERM, SIGINT, SIGHUP),
      deadline_(io.get_executor()),
      clock_timer_(io.get_executor()),
      watchdog_(io.get_executor()),
      clock_(now_microseconds(), steady_us()),
      day_(now_microseconds()),
      pending_(std::make_shared<int>(0)) {}

void Watch::start() {
  wait_for_signals();
  look_at_clock();
  if (notify::watchdog_period().count() > 0) feed_watchdog();
}

void Watch::after(Millis delay, std::function<void()> call) {
  deadline_.expires_after(delay);
  deadline_.async_wait([call = std::move(call)](const boost::system::error_code& ec) {
    if (!ec) call();
  });
}

void Watch::wait_for_signals() {
  signals_.async_wait([this](const boost::system::error_code& ec, int number) {
    if (ec) return;
    if (number == SIGHUP)
      gateway_.reload("signal");
    else
      gateway_.end("signal");
    wait_for_signals();
  });
}

void Watch::look_at_clock() {
  clock_timer_.expires_after(kClockPeriod);
  clock_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    if (const auto step = clock_.look(now_microseconds(), steady_us()))
      gateway_.clock_was_set(step->expected_us, step->now_us);
    if (day_.passed(now_microseconds())) gateway_.say_warnings();
    look_at_clock();
  });
}

// A worker that does not turn any more must not be hidden by a control thread that does.
void Watch::feed_watchdog() {
  if (*pending_ == 0) {
    notify::alive();
    for (const auto& w : gateway_.workers()) {
      ++*pending_;
      const Executor back = watchdog_.get_executor();
      w->post([back, pending = pending_] { net::post(back, [pending] { --*pending; }); });
    }
  }
  watchdog_.expires_after(notify::watchdog_period());
  watchdog_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) feed_watchdog();
  });
}

}  // namespace sekisho::gateway
