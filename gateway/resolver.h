#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/gateway_file.h"
#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/offload.h"

namespace sekisho::gateway {

struct Addresses {
  std::vector<config::IpAddress> ips;  // in the order of the system's resolver
  std::optional<std::uint16_t> port;   // of an override
  std::string error;                   // getaddrinfo's words when there is no address
};

// Names to addresses, by the system's resolver (/etc/hosts counts) on four threads of its own.
// Answers are kept at most 60 s, failures 1 s; one look-up a name is in flight however many ask.
// `resolver.hosts` of the configuration comes first. Thread-safe.
class Resolver {
 public:
  using LookUp = std::function<Addresses(const std::string& host)>;  // blocking; replaced by tests
  explicit Resolver(std::map<std::string, config::HostOverride> overrides,
                    LookUp look_up = system_look_up);

  // `host`: DNS name or address literal. Resumes on `executor` by `deadline` (then with error
  // "timeout").
  Awaitable<Addresses> resolve(std::string host, Executor executor, TimePoint deadline);

  static Addresses system_look_up(const std::string& host);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::map<std::string, config::HostOverride> overrides_;
  Offload threads_;
};

}  // namespace sekisho::gateway
