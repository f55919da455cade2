#pragma once

// Clients that do not trust our CA, by what their handshakes said.

#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/async.h"

namespace sekisho::gateway {

// Shared by the workers: a client's next connection may reach any of them.
class Distrust {
 public:
  // A handshake of `client` for `host` ended with an alert that says so. True: the second within a
  // minute, from which on the pair is refused at its CONNECT.
  bool note(std::string_view client, std::string_view host, TimePoint now);
  bool holds(std::string_view client, std::string_view host, TimePoint now);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<TimePoint>> alerts_;
};

}  // namespace sekisho::gateway
