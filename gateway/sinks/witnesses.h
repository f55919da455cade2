#pragma once

// Sends every checkpoint to places outside, each on a thread of its own: nothing of the gateway
// waits for them. What they answer goes back into the log.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/audit_proof.h"

namespace sekisho::gateway {

struct WitnessAnswer {
  std::string witness;
  std::uint64_t size = 0;
  std::string answer;    // "ok", or what went wrong
  bool changed = false;  // it works again, or does not any more
};

struct WitnessState {
  std::string name;
  std::uint64_t acknowledged = 0;  // size of the newest checkpoint it has; 0 = none since the start
  double acknowledged_at = 0;      // unix time
  std::uint64_t failures = 0;
  std::string error;  // "" = the last try went well
};

struct WitnessTimes {
  std::chrono::milliseconds first_retry{1'000}, longest_retry{60'000};
  std::chrono::milliseconds at_stop{5'000};       // for what is still to be sent
  std::chrono::milliseconds to_break_off{2'000};  // then, for what was cancelled
  std::chrono::milliseconds silent{30'000};       // a try that lasts longer is a failure to see
};

// A place that the last checkpoint did not reach.
struct WitnessLack {
  std::string witness;
  std::uint64_t acknowledged = 0, last = 0;  // sizes
  std::string why;
};

class Witnesses {
 public:
  // `told` is called from the threads, once for each success and once for the first of a row of
  // failures. nullptr and `error`: a file of credentials is not as it must be.
  static std::unique_ptr<Witnesses> start(const std::vector<config::AuditWitness>& places,
                                          const std::string& origin,
                                          std::function<void(const WitnessAnswer&)> told,
                                          std::string& error, WitnessTimes times = {});
  ~Witnesses();

  // Gives what waits its time and ends, whatever a place does: a thread that a hung file system
  // holds is left behind, and tells nobody anything any more. Who lacks the last checkpoint; of a
  // second call none.
  std::vector<WitnessLack> stop();
  // Any thread; never waits. A place that lags gets the newest, and the 100 before it.
  void submit(std::uint64_t size, const std::string& note);
  std::vector<WitnessState> states() const;

 private:
  Witnesses();
  class Courier;
  std::vector<std::shared_ptr<Courier>> couriers_;
  WitnessTimes times_;
};

// One line for a syslog receiver (RFC 5424, with the count of RFC 6587 in front); the note is in it
// as base64, so that it can be had back.
std::string checkpoint_syslog(const std::string& origin, std::uint64_t size,
                              const std::string& note, std::int64_t time_us);

}  // namespace sekisho::gateway
