#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/gateway_file.h"

namespace sekisho::gateway {

// How a service failed a request. Its own refusals (4xx, 429) are none of these.
enum class OriginFailure { kConnect, kTls, kTimeout, kClosed, kStatus };
inline constexpr std::size_t kOriginFailures = 5;
std::string_view to_word(OriginFailure f);  // connect | tls | timeout | closed | status

// Whether a destination is worth asking, judged by what became of the requests before. Closed: all
// may ask. Open, after so many failures in a row (a
// moment's disturbance, however many ask in it, is none) or too large a share of failures within
// the window: nobody. Half open, once the pause is over: one may, and what becomes of that one
// decides. Each pause is twice as long as the one before, up to the longest. One thread; times are
// passed in.
class CircuitBreaker {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::milliseconds;
  enum class State { kClosed, kOpen, kHalfOpen };
  enum class Pass { kGo, kProbe, kWait };

  explicit CircuitBreaker(const config::OriginHealth& settings) : settings_(settings) {}

  Pass ask(Time now);
  // The rest are told by whom ask() let pass, at most one of them each, and say whether the state
  // changed. What comes late, from before the circuit opened, changes nothing.
  bool answered(Pass by, Time now);
  bool failed(Pass by, OriginFailure how, Time now);
  // A probe that has a connection, where connections were what failed.
  bool connected(Pass by, Time now);
  // A probe ended without showing anything: the next who asks is the probe.
  void gave_up(Pass by);

  State state() const { return state_; }
  // How long nobody is let pass, at least a second.
  std::chrono::seconds wait(Time now) const;
  bool due(Time now) const { return state_ == State::kOpen && now >= until_; }
  // Why it opened: "5 failures in a row (connect)", "12 of 20 requests failed within 30 s
  // (status)".
  const std::string& why() const { return why_; }
  // Nothing of the past counts any more.
  bool forgettable(Time now) const;

 private:
  static constexpr std::size_t kSlots = 10;
  struct Slot {
    std::int64_t number = -1;
    std::uint64_t asked = 0, failed = 0;
  };

  Slot& slot(Time now);
  void note(Time now, bool failure);
  bool too_many(Time now, std::string& why) const;
  bool close(Time now);
  void open(OriginFailure how, Time now);

  const config::OriginHealth settings_;
  State state_ = State::kClosed;
  std::array<Slot, kSlots> slots_{};
  std::uint64_t in_a_row_ = 0;
  bool unreachable_ = false;  // it was connections that failed
  Duration pause_{0};
  Time row_since_{}, until_{}, probe_since_{}, last_{};
  std::string why_;
};

}  // namespace sekisho::gateway
