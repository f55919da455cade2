#pragma once

#include <cstdint>

namespace sekisho::gateway {

// Once in every 24 hours by the clock of the wall, whoever sets it: what ends soon is told by a
// gateway that nobody starts anew, and by one that slept.
class DayTurn {
 public:
  explicit DayTurn(std::int64_t now_us) : last_us_(now_us) {}

  // True when a day has passed since the last time that it was; it then counts from `now_us`.
  bool passed(std::int64_t now_us) {
    if (now_us < last_us_) last_us_ = now_us;  // set back
    if (now_us - last_us_ < kDayUs) return false;
    last_us_ = now_us;
    return true;
  }

 private:
  static constexpr std::int64_t kDayUs = 86'400'000'000;
  std::int64_t last_us_;
};

}  // namespace sekisho::gateway
