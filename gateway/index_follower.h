#pragma once

// Keeps the index of the log behind the journal: a thread of low priority that reads what is
// durable. Nothing waits for it, and nothing is refused because of it.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace sekisho::gateway {

class IndexFollower {
 public:
  // `head`: records that are durable; called from the thread.
  IndexFollower(std::string log, std::function<std::uint64_t()> head);
  ~IndexFollower();  // ends at once; the rest is read by the next one

  struct State {
    std::uint64_t size = 0;  // records that are indexed
    std::string error;       // why the last try did not succeed, "" = it did
  };
  State state() const;

 private:
  void run();
  bool wait();

  const std::string log_;
  const std::function<std::uint64_t()> head_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  State state_;
  std::atomic<bool> stop_{false};
  std::thread thread_;  // last: it uses the others
};

}  // namespace sekisho::gateway
