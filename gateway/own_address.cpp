#include "gateway/own_address.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace sekisho::gateway {
namespace {

std::optional<config::IpAddress> address_of(const sockaddr* at) {
  if (!at) return std::nullopt;
  if (at->sa_family == AF_INET) {
    const auto* in = reinterpret_cast<const sockaddr_in*>(at);
    return config::IpAddress::from_bytes(reinterpret_cast<const unsigned char*>(&in->sin_addr), 4);
  }
  if (at->sa_family != AF_INET6) return std::nullopt;
  const auto* in6 = reinterpret_cast<const sockaddr_in6*>(at);
  return config::IpAddress::from_bytes(in6->sin6_addr.s6_addr, 16);
}

bool of_an_interface(const config::IpAddress& ip) {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return false;
  bool found = false;
  for (const ifaddrs* i = list; i && !found; i = i->ifa_next) found = address_of(i->ifa_addr) == ip;
  freeifaddrs(list);
  return found;
}

socklen_t fill(const config::IpAddress& ip, sockaddr_storage& out) {
  const auto& b = ip.bytes();
  if (ip.is_v4()) {
    auto* in = reinterpret_cast<sockaddr_in*>(&out);
    in->sin_family = AF_INET;
    in->sin_port = htons(9);
    std::copy(b.begin() + 12, b.end(), reinterpret_cast<unsigned char*>(&in->sin_addr));
    return sizeof *in;
  }
  auto* in6 = reinterpret_cast<sockaddr_in6*>(&out);
  in6->sin6_family = AF_INET6;
  in6->sin6_port = htons(9);
  std::copy(b.begin(), b.end(), in6->sin6_addr.s6_addr);
  return sizeof *in6;
}

// The kernel speaks to an address of its own from that very address. Connecting a datagram socket
// asks for the route and sends nothing.
bool delivered_locally(const config::IpAddress& ip) {
  sockaddr_storage to{}, from{};
  const socklen_t size = fill(ip, to);
  const int fd = ::socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  socklen_t length = sizeof from;
  const bool known = ::connect(fd, reinterpret_cast<sockaddr*>(&to), size) == 0 &&
                     ::getsockname(fd, reinterpret_cast<sockaddr*>(&from), &length) == 0;
  ::close(fd);
  return known && address_of(reinterpret_cast<sockaddr*>(&from)) == ip;
}

}  // namespace

bool answers_here(const config::IpAddress& ip) {
  return of_an_interface(ip) || delivered_locally(ip);
}

}  // namespace sekisho::gateway
