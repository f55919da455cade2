#include "bench/lab/load/tally.h"

#include <nlohmann/json.hpp>

namespace sekisho::lab {
namespace {

double microseconds(double ns) {
  return ns / 1000;
}

nlohmann::json summary(const Histogram& histogram) {
  const auto at = [&](double percent) {
    return microseconds(static_cast<double>(histogram.percentile(percent)));
  };
  return {{"n", histogram.count()}, {"mean", microseconds(histogram.mean())},
          {"p50", at(50)},          {"p90", at(90)},
          {"p99", at(99)},          {"max", at(100)}};
}

}  // namespace

std::uint64_t Tally::failed() const {
  std::uint64_t sum = 0;
  for (const auto& [why, count] : errors) sum += count;
  return sum;
}

void Tally::merge(const Tally& other) {
  latency.merge(other.latency);
  first_event.merge(other.first_event);
  event_delay.merge(other.event_delay);
  event_gap.merge(other.event_gap);
  ok += other.ok;
  events += other.events;
  handshakes += other.handshakes;
  resumed += other.resumed;
  for (const auto& [why, count] : other.errors) errors[why] += count;
}

std::string Tally::json(double seconds, std::uint64_t held) const {
  const nlohmann::json out = {{"seconds", seconds},
                              {"ok", ok},
                              {"failed", failed()},
                              {"events", events},
                              {"handshakes", handshakes},
                              {"resumed", resumed},
                              {"held", held},
                              {"errors", errors},
                              {"latency_us", summary(latency)},
                              {"first_event_us", summary(first_event)},
                              {"event_delay_us", summary(event_delay)},
                              {"event_gap_us", summary(event_gap)}};
  return out.dump();
}

}  // namespace sekisho::lab
