#pragma once

#include <netinet/in.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "bench/lab/net/tls.h"

namespace sekisho::lab {

// keep-alive: the same connections for all requests. new: CONNECT and handshake for each. stream:
// answers are event streams. idle: connections are opened, used once and held.
enum class Mode { kKeepAlive, kNewConnection, kStream, kIdle };

struct LoadOptions {
  std::string proxy, direct;  // one of them, in 127.0.0.0/8
  std::string ca;
  std::string host = "localhost";  // a '#' becomes a running number of five digits: another name
                                   // for each connection
  std::string body_file, path = "/v1/chat/completions", mode = "keep-alive";
  int connections = 16, threads = 1, opening = 64, port = 443;
  std::uint64_t requests = 0;
  double deadline = 60;  // seconds for the opening, and again for the measured part
  bool resume = false, tls12 = false, warm_up = true;
};

// What all connections of a run share; read-only once made, but for the running number.
struct Plan {
  LoadOptions options;
  Mode mode = Mode::kKeepAlive;
  sockaddr_in address{};
  SslContextPtr tls;
  std::string body;

  bool get() const { return options.body_file.empty(); }
  std::string next_host() const;
  std::string connect_request(const std::string& host) const;
  // The head of a request; the warm-up asks for sixteen bytes, whatever comes after it.
  std::string request_head(const std::string& host, bool warm_up) const;

  mutable std::atomic<unsigned> hosts_used{0};
};

// Fills `plan`; nothing when all is well, else what is wrong.
std::optional<std::string> prepare(const LoadOptions& options, Plan& plan);

}  // namespace sekisho::lab
