#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/lab/load/tally.h"

namespace sekisho::lab {

// Reads the lines of an event stream as they arrive. Each event of the service carries "t", the
// time of its write.
class EventMeter {
 public:
  // A new stream, asked for at `requested_at`.
  void begin(std::uint64_t requested_at);
  void feed(std::string_view piece, std::uint64_t now, Tally& tally);

 private:
  void count_line(std::uint64_t now, Tally& tally);

  std::string line_;
  std::uint64_t requested_at_ = 0, last_event_at_ = 0;
};

}  // namespace sekisho::lab
