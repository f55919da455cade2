#pragma once

// What the control thread listens for: signals, the clock, whether the workers still turn.

#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <functional>
#include <memory>

#include "gateway/async.h"
#include "gateway/clock_watch.h"
#include "gateway/day_turn.h"

namespace sekisho::gateway {

class Gateway;

class Watch {
 public:
  // SIGTERM, SIGINT and SIGHUP are caught from here on, and served after start().
  Watch(net::io_context& io, Gateway& gateway);
  void start();
  // Replaces what was to happen earlier.
  void after(Millis delay, std::function<void()> call);

 private:
  using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
  void wait_for_signals();
  void look_at_clock();
  void feed_watchdog();

  Gateway& gateway_;
  net::basic_signal_set<Executor> signals_;
  Timer deadline_, clock_timer_, watchdog_;
  ClockWatch clock_;
  DayTurn day_;
  // Pings on their way to workers; the service manager hears of us only when all came back.
  std::shared_ptr<int> pending_;
};

}  // namespace sekisho::gateway
