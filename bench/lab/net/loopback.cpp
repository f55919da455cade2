#include "bench/lab/net/loopback.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace sekisho::lab {
namespace {

constexpr int kBacklog = 4096;

int new_socket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

void switch_on(int fd, int level, int option) {
  const int one = 1;
  setsockopt(fd, level, option, &one, sizeof one);
}

std::optional<std::uint16_t> port_of(const std::string& digits) {
  std::uint16_t port = 0;
  const char* end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, port);
  if (result.ec != std::errc() || result.ptr != end || port == 0) return std::nullopt;
  return port;
}

}  // namespace

std::optional<sockaddr_in> loopback_address(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  const auto port = port_of(text.substr(colon + 1));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (!port || inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
    return std::nullopt;
  if (ntohl(address.sin_addr.s_addr) >> 24 != 127) return std::nullopt;
  address.sin_port = htons(*port);
  return address;
}

int listen_on_loopback(std::uint16_t port) {
  const int fd = new_socket();
  switch_on(fd, SOL_SOCKET, SO_REUSEADDR);
  switch_on(fd, SOL_SOCKET, SO_REUSEPORT);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      listen(fd, kBacklog) == 0)
    return fd;
  const int why = errno;
  close(fd);
  errno = why;
  return -1;
}

int accept_from(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

int connect_to(const sockaddr_in& address) {
  const int fd = new_socket();
  if (fd < 0) return fd;
  switch_on(fd, IPPROTO_TCP, TCP_NODELAY);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (connect(fd, generic, sizeof address) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

int connect_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace sekisho::lab
