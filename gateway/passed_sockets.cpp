#include "gateway/passed_sockets.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace sekisho::gateway {
namespace {

bool read_address(int fd, PassedSocket& out) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return false;
  if (storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage);
    out.ip =
        config::IpAddress::from_bytes(reinterpret_cast<const unsigned char*>(&v4->sin_addr), 4);
    out.port = ntohs(v4->sin_port);
  } else if (storage.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&storage);
    out.ip = config::IpAddress::from_bytes(v6->sin6_addr.s6_addr, 16);
    out.port = ntohs(v6->sin6_port);
  } else if (storage.ss_family == AF_UNIX) {
    const auto* un = reinterpret_cast<const sockaddr_un*>(&storage);
    out.unix_path = un->sun_path;
    if (out.unix_path.empty()) return false;
  } else {
    return false;
  }
  return true;
}

bool listens(int fd) {
  int on = 0;
  socklen_t size = sizeof on;
  return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &size) == 0 && on;
}

bool set_flags(int fd) {
  const int flags = fcntl(fd, F_GETFL);
  return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
         fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

}  // namespace

PassedSockets::~PassedSockets() {
  for (const int fd : descriptors_) ::close(fd);
}

bool PassedSockets::take(std::string& error) {
  char** names = nullptr;
  const int n = sd_listen_fds_with_names(1, &names);
  if (n < 0) {
    error = std::string("LISTEN_FDS: ") + std::strerror(-n);
    return false;
  }
  bool ok = true;
  for (int i = 0; i < n; ++i) {
    const std::string name = names && names[i] ? names[i] : "";
    descriptors_.push_back(SD_LISTEN_FDS_START + i);
    ok = ok && add(SD_LISTEN_FDS_START + i, name, error);
  }
  for (int i = 0; names && names[i]; ++i) std::free(names[i]);
  std::free(names);
  return ok;
}

bool PassedSockets::add(int fd, const std::string& name, std::string& error) {
  PassedSocket socket;
  socket.fd = fd;
  const std::string which = "passed socket '" + name + "' (descriptor " + std::to_string(fd) + ")";
  if (!listens(fd) || !read_address(fd, socket) || !set_flags(fd)) {
    error = which + ": not a listening stream socket (ListenStream= of the socket unit)";
    return false;
  }
  if (name == "admin") {
    if (admin_) {
      error = which + ": a second admin socket";
      return false;
    }
    admin_ = std::move(socket);
    return true;
  }
  if (!socket.unix_path.empty()) {
    error = which + ": the proxy listens on TCP only";
    return false;
  }
  proxy_.push_back(std::move(socket));
  return true;
}

}  // namespace sekisho::gateway
