// Destinations as people write them.

#include <charconv>
#include <optional>

#include "config/host_pattern.h"
#include "policy/evaluate.h"
#include "policy/host_table.h"

namespace sekisho::policy {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

// As strictly as the gateway reads one: no sign, no leading zero.
std::optional<std::uint16_t> port_of(std::string_view text) {
  if (text.starts_with('0')) return std::nullopt;
  unsigned value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value == 0 || value > 65535)
    return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

bool fail(std::string& error, std::string message) {
  error = std::move(message);
  return false;
}

// Takes "scheme://" off; the scheme decides the port.
bool take_scheme(std::string_view& text, Destination& to, std::string& error) {
  const auto at = text.find("://");
  if (at == std::string_view::npos) return true;
  to.scheme = lower(text.substr(0, at));
  if (to.scheme != "https" && to.scheme != "http")
    return fail(error, "'" + to.scheme + "' is no scheme of a destination: https or http");
  to.port = to.scheme == "http" ? 80 : 443;
  text.remove_prefix(at + 3);
  return true;
}

// Splits "[v6]:port", "host:port"; a bare IPv6 address has more than one colon.
bool split_port(std::string_view authority, std::string_view& host, std::string_view& port,
                std::string& error) {
  host = authority;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return fail(error, "a bracket is not closed");
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
    if (!port.empty() && port[0] != ':') return fail(error, "after ']' only a port may stand");
    if (!port.empty()) port.remove_prefix(1);
    return true;
  }
  const auto colon = authority.find(':');
  if (colon == std::string_view::npos || authority.find(':', colon + 1) != std::string_view::npos)
    return true;
  host = authority.substr(0, colon);
  port = authority.substr(colon + 1);
  return port.empty() ? fail(error, "the port is missing after ':'") : true;
}

bool take_host(std::string_view host, Destination& to, std::string& error) {
  if (const auto ip = config::IpAddress::parse(host)) {
    to.host = ip->to_string();
    to.literal = true;
    return true;
  }
  const auto name = canonical_host(host);
  if (!name)
    return fail(error, "'" + std::string(host) +
                           "' is no host name (write international names in lower case, or as "
                           "xn--…)");
  if (name->empty()) return fail(error, "the host is missing");
  const config::HostFault fault = config::check_host_name(*name);
  if (!fault.ok())
    return fail(error, fault.message + (fault.hint.empty() ? "" : " (" + fault.hint + ")"));
  to.host = *name;
  return true;
}

}  // namespace

bool parse_destination(std::string_view text, Destination& to, std::string& path,
                       std::string& error) {
  to = Destination{};
  path.clear();
  if (!take_scheme(text, to, error)) return false;
  const auto slash = text.find_first_of("/?");
  if (slash != std::string_view::npos) {
    path = text.substr(slash);
    if (path[0] == '?') path.insert(0, "/");
    path = path.substr(0, path.find('#'));
    text = text.substr(0, slash);
  }
  if (text.find('@') != std::string_view::npos)
    return fail(error, "user names do not belong into a destination");
  std::string_view host, port;
  if (!split_port(text, host, port, error) || !take_host(host, to, error)) return false;
  if (port.empty()) return true;
  const auto number = port_of(port);
  if (!number) return fail(error, "'" + std::string(port) + "' is no port");
  to.port = *number;
  return true;
}

}  // namespace sekisho::policy
