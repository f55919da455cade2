#pragma once

// Sends the log to one receiver, on a thread of its own: the log on disk is the queue, so a slow or
// dead receiver holds up nothing but itself. At least once: the place in the log is kept after a
// batch was taken, in cursors/<name>.json beside it.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "audit/index/log_follower.h"
#include "gateway/async.h"
#include "gateway/sinks/receiver.h"
#include "gateway/sinks/sink_state.h"

namespace sekisho::gateway {

struct SinkSettings {
  std::string name;
  std::string log;                                                    // directory
  audit::Categories categories;                                       // of types of findings
  std::chrono::milliseconds first_pause{500}, longest_pause{60'000};  // after failures, doubled
  std::chrono::milliseconds look{250};                                // how often for new records
  // Of the log, durable by now; kAll = nobody writes any more.
  static constexpr std::uint64_t kAll = ~0ull;
  std::function<std::uint64_t()> records;
  // For a record about the sink itself.
  std::function<void(const std::string& what, const std::string& about)> tell;
};

class Sink {
 public:
  Sink(SinkSettings settings, std::unique_ptr<Receiver> receiver);
  ~Sink();  // as stop() without patience
  void start();
  // Sends what is left while the receiver takes it, at most until `deadline`. Any thread, once.
  void stop(Clock::time_point deadline);
  SinkState state() const;

 private:
  struct Mark {
    audit::LogPlace before;  // of the line
    std::uint64_t seq = 0;
  };
  void run();
  bool wait(std::chrono::milliseconds time);  // false: stopping
  audit::LogPlace load_cursor();
  void save_cursor();
  void begin_at(audit::LogPlace place);
  void begin_again(const std::string& why);
  bool gather(EventBatch& batch);
  enum class Read { kLine, kNothing, kAgain };
  Read read_line(EventBatch& batch);
  void complete(audit::ExportedEvent& event);
  void pass_marks();
  bool deliver(const EventBatch& batch);
  bool deliver_chunk(const EventBatch& chunk);
  bool refuse(const EventBatch& chunk, const std::string& error);
  void set_aside(const audit::ExportedEvent& event, const std::string& error);
  void succeeded(std::size_t events);
  void failed(const std::string& error);
  bool pause(std::chrono::seconds wanted);

  const SinkSettings settings_;
  const std::unique_ptr<Receiver> receiver_;

  // Of the thread:
  std::optional<audit::LogFollower> follower_;
  std::optional<audit::Pairing> pairing_;
  std::deque<Mark> marks_;  // of the lines whose events were not all taken
  audit::LogPlace cursor_;  // where a new run would begin
  std::chrono::milliseconds pause_{0};
  int refused_in_a_row_ = 0;
  Clock::time_point last_line_{};

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  SinkState state_;
  bool stopping_ = false;
  Clock::time_point deadline_{};
  std::thread thread_;
};

}  // namespace sekisho::gateway
