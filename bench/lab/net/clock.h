#pragma once

#include <cstdint>
#include <ctime>

namespace sekisho::lab {

// Nanoseconds of CLOCK_MONOTONIC: the same clock in every process of this machine, so a time
// written by the service can be subtracted from one read by the driver.
inline std::uint64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(t.tv_nsec);
}

}  // namespace sekisho::lab
