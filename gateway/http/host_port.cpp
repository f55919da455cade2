#include <algorithm>

#include "config/host_pattern.h"
#include "config/ip.h"
#include "gateway/http/framing.h"
#include "gateway/http/head_lines.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxName = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_label_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

// 1 to 65535 without sign or leading zero.
bool read_port(std::string_view text, std::uint16_t& port) {
  if (text.empty() || text.size() > 5 || text[0] == '0') return false;
  if (!std::all_of(text.begin(), text.end(), is_digit)) return false;
  unsigned value = 0;
  for (char c : text) value = value * 10 + static_cast<unsigned>(c - '0');
  port = static_cast<std::uint16_t>(value);
  return value <= 65535;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), is_label_char);
}

bool is_dns_name(std::string_view name) {
  if (name.size() > kMaxName) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

bool set_literal(std::string_view text, HostPort& out) {
  const auto ip = config::IpAddress::parse(text);
  if (!ip) return false;
  out.host = ip->to_string();
  out.ipv6 = !ip->is_v4();
  out.literal = true;
  return true;
}

bool set_name(std::string_view text, HostPort& out) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return false;
  std::string name = lowered(text);
  if (!is_dns_name(name)) return false;
  if (config::ends_in_number(name)) return set_literal(name, out);
  out.host = std::move(name);
  return true;
}

// Splits "[…]" or "[…]:port"; the zone of RFC 6874 is refused with everything else that is no
// address.
bool set_bracketed(std::string_view text, HostPort& out) {
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos) return false;
  const std::string_view inside = text.substr(1, end - 1);
  const std::string_view rest = text.substr(end + 1);
  if (inside.find(':') == std::string_view::npos || !set_literal(inside, out)) return false;
  return rest.empty() || (rest[0] == ':' && read_port(rest.substr(1), out.port));
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
  HostPort out;
  if (text.starts_with('[')) {
    return set_bracketed(text, out) ? std::optional(std::move(out)) : std::nullopt;
  }
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && !read_port(text.substr(colon + 1), out.port)) {
    return std::nullopt;
  }
  return set_name(text.substr(0, colon), out) ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<AbsoluteTarget> parse_absolute_target(std::string_view target) {
  if (!is_target(target)) return std::nullopt;
  const std::size_t mark = target.find("://");
  if (mark == std::string_view::npos || mark > 5) return std::nullopt;
  AbsoluteTarget out;
  out.scheme = lowered(target.substr(0, mark));
  if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
  const std::string_view rest = target.substr(mark + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  auto authority = parse_host_port(rest.substr(0, end));
  if (!authority) return std::nullopt;
  out.authority = std::move(*authority);
  out.origin_form = rest.substr(end);
  if (!out.origin_form.starts_with('/')) out.origin_form.insert(0, 1, '/');
  return out;
}

}  // namespace sekisho::gateway
