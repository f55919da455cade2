#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/counters.h"
#include "gateway/origin_health.h"
#include "gateway/sinks/sink_state.h"

namespace sekisho::gateway {

// What /metrics tells besides the workers' counters.
struct Gauges {
  bool ready = false;
  std::uint64_t memory_used = 0, memory_limit = 0, memory_waiting = 0;
  std::uint64_t journal_records = 0, journal_commits = 0;
  bool journal_healthy = false;
  double checkpoint_at = 0;  // unix time of the newest checkpoint; 0 = none since the start
  std::uint64_t checkpoint_size = 0;
  struct Witness {
    std::string name;
    std::uint64_t acknowledged = 0;  // size of the newest checkpoint that it has
    double acknowledged_at = 0;      // unix time
    std::uint64_t failures = 0;
  };
  std::vector<Witness> witnesses;
  std::uint64_t index_behind = 0;  // records
  bool index_healthy = true;
  std::uint64_t leaves_minted = 0;
  double ca_days_left = 0;
  double policy_loaded_at = 0;
  bool geo_warning = false;
  // By kind of what ends: destination, exception, review (policy/expiry.h).
  struct Ending {
    std::string_view kind;
    double next = 0;  // unix time of the next end; 0 = nothing ends
    std::size_t soon = 0, over = 0;
  };
  std::vector<Ending> endings;
  std::vector<OriginHealth::Counts> origins;
  std::vector<SinkState> sinks;
};

// Prometheus text format. Labels come from closed lists only.
std::string render_metrics(const std::vector<const Counters*>& workers, const Gauges& gauges);

}  // namespace sekisho::gateway
