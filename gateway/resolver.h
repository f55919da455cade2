#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/gateway_file.h"
#include "config/ip.h"
#include "gateway/async.h"

namespace sekisho::gateway {

struct Addresses {
  std::vector<config::IpAddress> ips;  // in the order of the system's resolver
  std::optional<std::uint16_t> port;   // of an override
  std::vector<std::string> aliases;    // to which names it leads: each hop and the end
  std::string error;                   // getaddrinfo's words when there is no address
  bool temporary = false;  // the failure is one of the servers, not an answer: one half of the name
                           // may still be found
};

// Names to addresses, by the system's resolver (/etc/hosts counts) on threads of its own. Answers
// are kept at most 60 s, failures 1 s; one look-up a name is in flight however many ask.
// `resolver.hosts` of the configuration comes first. Thread-safe.
//
// A name server that fails, or never answers, for one kind of address does not take the other kind
// with it: when the look-up of both failed, or has not ended after kWholePatience, each kind is
// asked for alone and what comes is used. What comes later joins the cached answer, so that the
// next request is judged by all of it.
class Resolver {
 public:
  enum class Family { kBoth, kIpv4, kIpv6 };
  static constexpr Millis kWholePatience{700};

  // Blocking; replaced by tests.
  using LookUp = std::function<Addresses(const std::string& host, Family family)>;
  explicit Resolver(std::map<std::string, config::HostOverride> overrides,
                    LookUp look_up = system_look_up);
  ~Resolver();

  // Whether `resolver.hosts` says where a name leads.
  bool is_stated(const std::string& host) const { return overrides_.contains(host); }

  // `host`: DNS name or address literal. Resumes on `executor` by `deadline` (then with error
  // "timeout").
  Awaitable<Addresses> resolve(std::string host, Executor executor, TimePoint deadline);

  static Addresses system_look_up(const std::string& host, Family family);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::map<std::string, config::HostOverride> overrides_;
};

}  // namespace sekisho::gateway
