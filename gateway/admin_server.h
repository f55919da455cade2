#pragma once

#include <memory>
#include <string>

#include "config/gateway_file.h"
#include "gateway/async.h"

namespace sekisho::gateway {

class Gateway;
struct PassedSocket;

// The admin listener (INTERFACES section 6) on the control thread: loopback TCP or a Unix socket.
// Requests with a foreign Host are refused, so that no web page can reach it by DNS rebinding.
class AdminServer {
 public:
  // nullptr and `error` when it cannot be bound. `address` of the configuration; neither given = no
  // admin listener, then bound() is "". A socket that was `passed` takes the address' place.
  static std::unique_ptr<AdminServer> bind(net::io_context& io, Gateway& gateway,
                                           const config::AdminAddress& address,
                                           const PassedSocket* passed, std::string& error);
  ~AdminServer();
  void start();
  void stop();
  const std::string& bound() const;  // "127.0.0.1:43122", "unix:/run/…"
  std::uint16_t port() const;        // 0 for a Unix socket
  config::IpAddress ip() const;

 private:
  AdminServer();
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sekisho::gateway
