// Authorities of CONNECT and Host, absolute targets, and the hosts of a policy: what is read is
// canonical, reads the same again, and an address is never taken for a name.

#include <arpa/inet.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/host_pattern.h"
#include "config/ip.h"
#include "gateway/http/framing.h"
#include "policy/host_table.h"

using namespace sekisho;
using namespace sekisho::gateway;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

std::string text_of(const HostPort& authority) {
  const std::string host = authority.ipv6 ? "[" + authority.host + "]" : authority.host;
  return authority.port ? host + ":" + std::to_string(authority.port) : host;
}

void check(const HostPort& authority) {
  const std::string text = text_of(authority);
  const auto again = parse_host_port(text);
  require(again && text_of(*again) == text && again->literal == authority.literal);
  require(!authority.host.empty() && authority.host.size() <= 253);
  require(authority.literal == config::IpAddress::parse(authority.host).has_value());
  // What the system's resolver would take for an address must not pass as a name.
  in_addr taken;
  require(authority.literal || inet_aton(authority.host.c_str(), &taken) == 0);
  for (const char c : authority.host)
    require((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
            (c == ':' && authority.ipv6));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto authority = parse_host_port(text)) check(*authority);
  if (const auto target = parse_absolute_target(text)) {
    check(target->authority);
    require(target->origin_form.starts_with('/'));
    require(target->origin_form.find_first_of(" \t\r\n#") == std::string::npos);
    const std::string canonical =
        target->scheme + "://" + text_of(target->authority) + target->origin_form;
    const auto again = parse_absolute_target(canonical);
    require(again && again->origin_form == target->origin_form);
  }
  if (const auto ip = config::IpAddress::parse(text))
    require(config::IpAddress::parse(ip->to_string()) == ip);
  if (const auto network = config::IpNetwork::parse(text))
    require(config::IpNetwork::parse(network->to_string()).has_value());
  if (config::check_host_pattern(text).ok()) (void)policy::parse_host_rule(text);
  return 0;
}
