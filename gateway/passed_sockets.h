#pragma once

// Listening sockets that the service manager opened and passed on (systemd's socket activation:
// LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES; sd_listen_fds(3)). They stay open while the gateway is
// restarted, so that no connection is refused.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/ip.h"

namespace sekisho::gateway {

struct PassedSocket {
  int fd = -1;           // listening, not blocking, close-on-exec; owned by PassedSockets
  config::IpAddress ip;  // of TCP sockets
  std::uint16_t port = 0;
  std::string unix_path;  // of a Unix socket (admin only)
};

class PassedSockets {
 public:
  PassedSockets() = default;
  ~PassedSockets();
  PassedSockets(const PassedSockets&) = delete;

  // Takes them out of the environment: a second call finds none. Those named "admin" are for the
  // admin listener, all others for the proxy. False and `error` when one of them is of no use.
  bool take(std::string& error);

  bool any() const { return !proxy_.empty() || admin_; }
  const std::vector<PassedSocket>& proxy() const { return proxy_; }
  const std::optional<PassedSocket>& admin() const { return admin_; }

 private:
  bool add(int fd, const std::string& name, std::string& error);

  std::vector<int> descriptors_;
  std::vector<PassedSocket> proxy_;
  std::optional<PassedSocket> admin_;
};

}  // namespace sekisho::gateway
