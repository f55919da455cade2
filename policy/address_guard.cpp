#include "policy/address_guard.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "policy/geo.h"

namespace sekisho::policy {
namespace {

using config::IpAddress;
using config::IpNetwork;

struct Range {
  const char* network;
  const char* why;
};

// IANA's special-purpose registries for IPv4 and IPv6, the metadata services of the clouds, and
// what was withdrawn but is still routed by some. The first match names the reason, so narrow
// ranges stand before wide ones.
constexpr Range kRanges[] = {
    {"169.254.169.254/32", "metadata"},
    {"169.254.170.2/32", "metadata"},    // container credentials
    {"169.254.170.23/32", "metadata"},   // the same of EKS
    {"169.254.0.23/32", "metadata"},     // Tencent
    {"192.0.0.192/32", "metadata"},      // Oracle, old
    {"100.100.100.200/32", "metadata"},  // Alibaba
    {"168.63.129.16/32", "metadata"},    // Azure's host agent, on an address that looks public
    {"fd00:ec2::/32", "metadata"},
    {"fd20:ce::254/128", "metadata"},
    {"fe80::a9fe:a9fe/128", "metadata"},
    {"0.0.0.0/8", "unspecified"},
    {"10.0.0.0/8", "private"},
    {"100.64.0.0/10", "shared"},
    {"127.0.0.0/8", "loopback"},
    {"169.254.0.0/16", "link_local"},
    {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "reserved"},
    {"192.0.2.0/24", "documentation"},
    {"192.31.196.0/24", "reserved"},
    {"192.52.193.0/24", "reserved"},
    {"192.88.99.0/24", "reserved"},
    {"192.168.0.0/16", "private"},
    {"192.175.48.0/24", "reserved"},
    {"198.18.0.0/15", "benchmarking"},
    {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"},
    {"224.0.0.0/4", "multicast"},
    {"255.255.255.255/32", "broadcast"},
    {"240.0.0.0/4", "reserved"},
    {"::/128", "unspecified"},
    {"::1/128", "loopback"},
    {"2001:2::/48", "benchmarking"},
    {"2001:db8::/32", "documentation"},
    {"3fff::/20", "documentation"},
    {"fc00::/7", "private"},
    {"fe80::/10", "link_local"},
    {"fec0::/10", "private"},
    {"ff00::/8", "multicast"},
    {"2001::/23", "reserved"},  // Teredo, ORCHID and other protocols
};

const std::vector<std::pair<IpNetwork, std::string_view>>& special_ranges() {
  static const auto kParsed = [] {
    std::vector<std::pair<IpNetwork, std::string_view>> out;
    for (const Range& r : kRanges)
      if (const auto n = IpNetwork::parse(r.network)) out.emplace_back(*n, r.why);
    return out;
  }();
  return kParsed;
}

bool within(const char* network, const IpAddress& ip) {
  const auto n = IpNetwork::parse(network);
  return n && n->contains(ip);
}

// Only 2000::/3 is given out as global unicast; 64:ff9b::/96 carries an IPv4 address.
bool global_v6(const IpAddress& ip) {
  static const auto kUnicast = *IpNetwork::parse("2000::/3");
  static const auto kNat64 = *IpNetwork::parse("64:ff9b::/96");
  return kUnicast.contains(ip) || kNat64.contains(ip);
}

// The IPv4 address that an ISATAP router would tunnel to, by the interface identifier
// [00|02]00:5efe:a.b.c.d under any prefix (RFC 5214, section 6.1); else `ip` itself.
IpAddress isatap_v4(const IpAddress& ip) {
  const auto& b = ip.bytes();
  const bool marked = (b[8] & 0xfdu) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
  return marked ? IpAddress::from_bytes(b.data() + 12, 4) : ip;
}

std::string_view special(const IpAddress& ip) {
  for (const auto& [network, why] : special_ranges())
    if (network.contains(ip)) return why;
  return ip.is_v4() || global_v6(ip) ? std::string_view() : "reserved";
}

bool unspecified(const IpAddress& ip) {
  return within("0.0.0.0/32", ip) || within("::/128", ip);
}

bool loopback(const IpAddress& ip) {
  return within("127.0.0.0/8", ip) || within("::1/128", ip);
}

}  // namespace

AddressGuard::AddressGuard(std::vector<IpNetwork> allowed,
                           std::vector<std::pair<IpAddress, std::uint16_t>> own, Here here)
    : allowed_(std::move(allowed)), own_(std::move(own)), here_(std::move(here)) {}

// An unspecified address is answered by this machine, whichever listener has the port.
bool AddressGuard::own_listener(const IpAddress& ip, std::uint16_t port) const {
  return std::any_of(own_.begin(), own_.end(), [&](const auto& listener) {
    const auto& [at, its_port] = listener;
    if (its_port != port) return false;
    if (at == ip || unspecified(ip)) return true;
    return unspecified(at) && (loopback(ip) || (here_ && here_(ip)));
  });
}

std::string AddressGuard::refuse(const IpAddress& ip, std::uint16_t port) const {
  const IpAddress forms[] = {ip, embedded_v4(ip), isatap_v4(ip)};
  for (const IpAddress& a : forms)
    if (own_listener(a, port)) return "own_listener";
  const auto allowed = [&](const IpAddress& a) {
    return std::any_of(allowed_.begin(), allowed_.end(),
                       [&](const IpNetwork& n) { return n.contains(a); });
  };
  for (const IpAddress& a : forms) {
    const std::string_view why = special(a);
    if (!why.empty() && !allowed(a)) return std::string(why);
  }
  return "";
}

}  // namespace sekisho::policy
