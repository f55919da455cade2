#include "gateway/sinks/sinks.h"

#include <thread>
#include <utility>

namespace sekisho::gateway {

std::unique_ptr<Sinks> Sinks::make(const std::vector<config::AuditSink>& sinks,
                                   const SinkSettings& settings, const audit::ViewFrame& frame,
                                   std::string& error) {
  auto out = std::make_unique<Sinks>();
  for (const config::AuditSink& sink : sinks) {
    auto receiver = make_receiver(sink, frame, error);
    if (!receiver) {
      error = "audit.sinks: " + sink.name + ": " + error;
      return nullptr;
    }
    SinkSettings own = settings;
    own.name = sink.name;
    out->sinks_.push_back(std::make_unique<Sink>(std::move(own), std::move(receiver)));
    if (sink.cleartext && sink.target.value.rfind("http://", 0) == 0)
      out->cleartext_.push_back("the sink " + sink.name + " sends records unencrypted");
  }
  return out;
}

void Sinks::start() {
  for (auto& sink : sinks_) sink->start();
}

void Sinks::stop(Clock::time_point deadline) {
  std::vector<std::thread> stopping;
  for (auto& sink : sinks_) stopping.emplace_back([&sink, deadline] { sink->stop(deadline); });
  for (auto& thread : stopping) thread.join();
}

std::vector<SinkState> Sinks::states() const {
  std::vector<SinkState> out;
  for (const auto& sink : sinks_) out.push_back(sink->state());
  return out;
}

std::vector<std::string> Sinks::warnings() const {
  std::vector<std::string> out = cleartext_;
  for (const SinkState& s : states()) {
    if (!s.error.empty())
      out.push_back("the sink " + s.name + " does not get records (" + std::to_string(s.lag) +
                    " wait in the log): " + s.error);
    if (s.set_aside > 0)
      out.push_back("the sink " + s.name + " refused " + std::to_string(s.set_aside) +
                    " records: cursors/" + s.name + ".refused.jsonl");
  }
  return out;
}

}  // namespace sekisho::gateway
