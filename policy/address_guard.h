#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/ip.h"

namespace sekisho::policy {

// Refuses addresses no origin may have: private, loopback, link-local, metadata, multicast,
// unspecified, documentation, CGNAT, …, and our own listeners.
class AddressGuard {
 public:
  // `allowed`: origin_tls.allow_addresses. `own`: bound listeners (an unspecified address stands
  // for every local one, given in `local`).
  AddressGuard(std::vector<config::IpNetwork> allowed,
               std::vector<std::pair<config::IpAddress, std::uint16_t>> own,
               std::vector<config::IpAddress> local);
  // "" = may be connected; else why not ("loopback", "private", "own_listener", …). Own listeners
  // are refused whatever is allowed.
  std::string refuse(const config::IpAddress& ip, std::uint16_t port) const;

 private:
  bool own_listener(const config::IpAddress& ip, std::uint16_t port) const;

  std::vector<config::IpNetwork> allowed_;
  std::vector<std::pair<config::IpAddress, std::uint16_t>> own_;
  std::vector<config::IpAddress> local_;
};

}  // namespace sekisho::policy
