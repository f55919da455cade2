#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/ip.h"

namespace sekisho::policy {

// Refuses addresses no origin may have: private, loopback, link-local, metadata, multicast,
// unspecified, documentation, CGNAT, …, and our own listeners.
class AddressGuard {
 public:
  // Whether this machine answers at an address. Asked for the ports of our own listeners only, and
  // each time anew: interfaces get and lose addresses while we run.
  using Here = std::function<bool(const config::IpAddress&)>;

  // `allowed`: origin_tls.allow_addresses. `own`: bound listeners (an unspecified address stands
  // for every address that is `here`).
  AddressGuard(std::vector<config::IpNetwork> allowed,
               std::vector<std::pair<config::IpAddress, std::uint16_t>> own, Here here);
  // "" = may be connected; else why not ("loopback", "private", "own_listener", …). Own listeners
  // are refused whatever is allowed.
  std::string refuse(const config::IpAddress& ip, std::uint16_t port) const;

 private:
  bool own_listener(const config::IpAddress& ip, std::uint16_t port) const;

  std::vector<config::IpNetwork> allowed_;
  std::vector<std::pair<config::IpAddress, std::uint16_t>> own_;
  Here here_;
};

}  // namespace sekisho::policy
