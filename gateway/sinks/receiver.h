#pragma once

// The other end of a sink: takes a batch of events, or says why not.

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/views/view.h"
#include "config/audit_sinks.h"

namespace sekisho::gateway {

struct Delivery {
  enum class Kind {
    kDone,
    kLater,    // the same again after a while
    kRefused,  // the receiver does not take what this batch says: fewer at a time
    kCancelled
  };
  Kind kind = Kind::kDone;
  std::string error;
  std::chrono::seconds retry_after{0};
  std::string remark;  // of kDone: what the receiver threw away, for a record
};

using EventBatch = std::vector<audit::ExportedEvent>;

struct Receiver {
  // On the sink's thread; a batch is never empty. Events may come again.
  std::function<Delivery(const EventBatch&)> deliver;
  std::function<void()> cancel;  // any thread
  // What it can take in one go.
  std::size_t most_events = 500;
  std::size_t most_bytes = 1u << 20;
  // Gathers that long before a batch that is not full.
  std::chrono::milliseconds linger{500};
};

// nullptr and `error` when a file that the sink names cannot be used.
std::unique_ptr<Receiver> make_receiver(const config::AuditSink& sink, audit::ViewFrame frame,
                                        std::string& error);
std::unique_ptr<Receiver> make_syslog_receiver(const config::AuditSink& sink,
                                               audit::ViewFrame frame);
std::unique_ptr<Receiver> make_http_receiver(const config::AuditSink& sink, audit::ViewFrame frame,
                                             std::string& error);
std::unique_ptr<Receiver> make_clickhouse_receiver(const config::AuditSink& sink,
                                                   audit::ViewFrame frame, std::string& error);

// The first line of a file that only its owner may read; of a file that was not named "".
std::string read_secret(const config::Marked<std::string>& file, std::string& error);
// Lines "name: value" of such a file.
std::vector<std::string> read_headers(const config::Marked<std::string>& file, std::string& error);

// Event text for a receiver of JSON: "json" | "ocsf" | "ecs".
std::string json_body(const EventBatch& batch, const std::string& format,
                      config::SinkEnvelope envelope, const audit::ViewFrame& frame);
// What an answer to a batch means; `body` matters where the status alone says too little.
Delivery judge_answer(int status, const std::string& body, config::SinkKind kind,
                      config::SinkEnvelope envelope);

}  // namespace sekisho::gateway
