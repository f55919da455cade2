#pragma once

// All sinks of this gateway.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/audit_sinks.h"
#include "gateway/sinks/sink.h"

namespace sekisho::gateway {

class Sinks {
 public:
  // `settings` is the same for all but the name. nullptr and `error` when a file that a sink names
  // cannot be used. Nothing is sent before start().
  static std::unique_ptr<Sinks> make(const std::vector<config::AuditSink>& sinks,
                                     const SinkSettings& settings, const audit::ViewFrame& frame,
                                     std::string& error);
  void start();
  // What is left is sent while a receiver takes it, until `deadline`; the rest with the next run.
  void stop(Clock::time_point deadline);
  std::vector<SinkState> states() const;
  std::vector<std::string> warnings() const;  // for /readyz

 private:
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<std::string> cleartext_;
};

}  // namespace sekisho::gateway
