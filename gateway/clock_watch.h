#pragma once

// Notices when the wall clock is set: it and the steady clock then disagree. Time-outs use the
// steady clock and go on; what depends on the date (certificates, `until`, ages of databases) asks
// the wall clock each time.

#include <cstdint>
#include <optional>

namespace sekisho::gateway {

class ClockWatch {
 public:
  static constexpr std::int64_t kToleranceUs = 2'000'000;  // slewing by NTP stays far below

  // Both in microseconds; the steady one counts from anywhere.
  ClockWatch(std::int64_t wall_us, std::int64_t steady_us) : offset_(wall_us - steady_us) {}

  struct Step {
    std::int64_t expected_us = 0;  // wall time if nobody had set it
    std::int64_t now_us = 0;
  };
  // A step since the last call; small drifts are followed without a word.
  std::optional<Step> look(std::int64_t wall_us, std::int64_t steady_us) {
    const std::int64_t expected = steady_us + offset_;
    offset_ = wall_us - steady_us;
    const std::int64_t by = wall_us - expected;
    if (by <= kToleranceUs && by >= -kToleranceUs) return std::nullopt;
    return Step{expected, wall_us};
  }

 private:
  std::int64_t offset_;
};

}  // namespace sekisho::gateway
