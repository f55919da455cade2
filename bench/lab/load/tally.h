#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "bench/lab/net/histogram.h"

namespace sekisho::lab {

// What one worker counted in the measured part of a run.
struct Tally {
  Histogram latency;      // whole exchange; with a new connection for each, from the first SYN
  Histogram first_event;  // from the request to the first event of a stream
  Histogram event_delay;  // one way, from the service's write to the driver's read
  Histogram event_gap;    // between two events of a stream
  std::uint64_t ok = 0, events = 0, handshakes = 0, resumed = 0;
  std::map<std::string, std::uint64_t> errors;

  std::uint64_t failed() const;
  void merge(const Tally& other);
  // One line of JSON; times in microseconds. `seconds`: how long the measured part took; `held`:
  // connections open at its end.
  std::string json(double seconds, std::uint64_t held) const;
};

}  // namespace sekisho::lab
