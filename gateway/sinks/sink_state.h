#pragma once

#include <cstdint>
#include <string>

namespace sekisho::gateway {

// What is told of a sink: /metrics, /readyz.
struct SinkState {
  std::string name;
  std::uint64_t next_seq = 0;     // everything before was taken
  std::uint64_t lag = 0;          // records
  std::int64_t last_success = 0;  // unix seconds; 0 = none in this run
  std::uint64_t events = 0, failures = 0, set_aside = 0;
  std::string error;  // of the last try; "" = it went well
};

}  // namespace sekisho::gateway
