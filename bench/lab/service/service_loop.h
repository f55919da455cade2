#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <unordered_map>
#include <vector>

#include "bench/lab/net/poller.h"
#include "bench/lab/service/service_connection.h"

namespace sekisho::lab {

// One thread: its listener (SO_REUSEPORT), its connections, the times its streams are due. Runs
// until the process ends.
class ServiceLoop {
 public:
  ServiceLoop(int listener, SSL_CTX* tls, const ServiceOptions& options);
  [[noreturn]] void run();

 private:
  // A connection may be gone when its time comes: found by number, not by address.
  struct Due {
    std::uint64_t at, connection;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  void accept_some();
  void fire_due();
  std::uint64_t until_next_due() const;
  void note_due(std::uint64_t number);
  void drop(std::uint64_t number);

  const int listener_;
  SSL_CTX* const tls_;
  const ServiceOptions& options_;
  Poller poller_;
  std::vector<char> scratch_;
  std::uint64_t next_number_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<ServiceConnection>> connections_;
  std::unordered_map<const void*, std::uint64_t> numbers_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> dues_;
};

}  // namespace sekisho::lab
