#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/lab/load/connection.h"
#include "bench/lab/load/plan.h"
#include "bench/lab/load/tally.h"
#include "bench/lab/net/poller.h"

namespace sekisho::lab {

// One thread's share of the load. First warm_up(), then run(); the two never overlap, so that
// whoever measures the proxy can read its clocks in between.
class Worker {
 public:
  Worker(const Plan& plan, int connections, std::uint64_t requests);

  // Opens every connection, a few at a time, and makes one tiny exchange on each.
  void warm_up();
  // Exactly `requests` exchanges, each counted as good or failed; fewer only when the deadline
  // passes. In idle mode: no exchange, a look at which connections are still there.
  void run();

  const Tally& tally() const { return tally_; }
  std::uint64_t held() const;

 private:
  using Outcome = Connection::Outcome;

  void open_some();
  void end_warm_up_of(const std::string& failure);  // empty: it went well
  void notice_dropped();
  void take_events(std::uint64_t most_ns);
  void after(Connection& connection, Outcome outcome);
  void after_answer(Connection& connection);
  void after_failure(Connection& connection);
  void end_exchange(Connection& connection, const std::string& failure);
  void start_next(Connection& connection);

  const Plan& plan_;
  const std::uint64_t requests_;
  Poller poller_;
  std::vector<char> scratch_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> unopened_;
  Tally tally_;
  bool warming_ = false;
  std::uint64_t started_ = 0, ended_ = 0, warm_ended_ = 0;
  int opening_ = 0;
};

}  // namespace sekisho::lab
