#pragma once

// What the clients of one listener pass before their first request: a balancer's PROXY header, TLS.

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/ip.h"
#include "gateway/byte_stream.h"
#include "gateway/tls/listener_tls.h"

namespace sekisho::gateway {

// Shared by all workers; thread-safe.
class Entrance {
 public:
  Entrance(std::vector<config::IpNetwork> balancers, std::shared_ptr<const ListenerTls> tls)
      : balancers_(std::move(balancers)), tls_(std::move(tls)) {}

  // Nothing is to be passed: the first byte is of a request.
  bool is_open() const { return balancers_.empty() && !secure(); }
  bool secure() const { return tls() != nullptr; }
  // Other files of the same listener, for clients that come from now on.
  void use(std::shared_ptr<const ListenerTls> tls);

  struct Passed {
    std::unique_ptr<ByteStream> stream;  // null: the connection is over
    config::IpAddress client;            // who it is, behind a balancer
    std::string user;                    // named by a certificate
    bool unidentified = false;           // no certificate that counts
    std::string fault;                   // English, for the log; "" = none, or a health check
  };
  // `peer`: the other end of `stream`. Everything is there by `deadline`.
  Awaitable<Passed> pass(std::unique_ptr<ByteStream> stream, config::IpAddress peer,
                         TimePoint deadline) const;

 private:
  std::shared_ptr<const ListenerTls> tls() const;
  bool is_balancer(const config::IpAddress& peer) const;

  const std::vector<config::IpNetwork> balancers_;
  mutable std::mutex mutex_;
  std::shared_ptr<const ListenerTls> tls_;
};

}  // namespace sekisho::gateway
