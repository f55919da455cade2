#include "policy/host_table.h"

#include <algorithm>

#include "config/ip.h"
#include "config/units.h"

namespace sekisho::policy {
namespace {

// One code point of UTF-8; nullopt for what is none.
std::optional<std::uint32_t> take_code_point(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4) return std::nullopt;
  std::uint32_t cp = length == 1 ? lead : lead & (0xFFu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    cp = cp << 6 | (byte(i) & 0x3Fu);
  }
  text.remove_prefix(length);
  return cp;
}

// Letters that IDNA leaves as they are: no case, no compatibility or composed forms. Everything
// else would need the Unicode tables, and a wrong guess would admit another name.
bool maps_to_itself(std::uint32_t c) {
  const auto in = [c](std::uint32_t a, std::uint32_t b) { return c >= a && c <= b; };
  return in(0xE0, 0xF6) || in(0xF8, 0xFF) || in(0x3005, 0x3007) || in(0x3041, 0x3096) ||
         in(0x309D, 0x309E) || in(0x30A1, 0x30FA) || in(0x30FC, 0x30FE) || in(0x3400, 0x4DBF) ||
         in(0x4E00, 0x9FFF) || in(0xAC00, 0xD7A3);
}

// RFC 3492.
std::string punycode(const std::vector<std::uint32_t>& label) {
  constexpr std::uint32_t kBase = 36, kTmin = 1, kTmax = 26, kSkew = 38, kDamp = 700;
  std::uint32_t n = 128, delta = 0, bias = 72;
  std::string out;
  for (std::uint32_t c : label)
    if (c < 128) out += static_cast<char>(c);
  const std::size_t basic = out.size();
  std::size_t done = basic;
  if (basic > 0) out += '-';
  const auto digit = [](std::uint32_t d) {
    return static_cast<char>(d < 26 ? 'a' + d : '0' + d - 26);
  };
  while (done < label.size()) {
    std::uint32_t next = UINT32_MAX;
    for (std::uint32_t c : label)
      if (c >= n) next = std::min(next, c);
    delta += (next - n) * static_cast<std::uint32_t>(done + 1);
    n = next;
    for (std::uint32_t c : label) {
      if (c < n) ++delta;
      if (c != n) continue;
      std::uint32_t q = delta;
      for (std::uint32_t k = kBase;; k += kBase) {
        const std::uint32_t t = k <= bias ? kTmin : k >= bias + kTmax ? kTmax : k - bias;
        if (q < t) break;
        out += digit(t + (q - t) % (kBase - t));
        q = (q - t) / (kBase - t);
      }
      out += digit(q);
      std::uint32_t d = done == basic ? delta / kDamp : delta / 2;
      d += d / static_cast<std::uint32_t>(done + 1);
      std::uint32_t k = 0;
      for (; d > ((kBase - kTmin) * kTmax) / 2; k += kBase) d /= kBase - kTmin;
      bias = k + (kBase - kTmin + 1) * d / (d + kSkew);
      delta = 0;
      ++done;
    }
    ++delta;
    ++n;
  }
  return out;
}

std::optional<std::string> canonical_label(std::string_view label) {
  std::vector<std::uint32_t> points;
  bool ascii = true;
  while (!label.empty()) {
    auto c = take_code_point(label);
    if (!c) return std::nullopt;
    if (*c >= 'A' && *c <= 'Z') *c += 32;
    if (*c >= 128 && !maps_to_itself(*c)) return std::nullopt;
    ascii = ascii && *c < 128;
    points.push_back(*c);
  }
  if (!ascii) return "xn--" + punycode(points);
  return std::string(points.begin(), points.end());
}

// Takes the port off; the rest is a name, a wildcard or an address without brackets.
std::string_view split_port(std::string_view text, HostRule& rule) {
  if (config::IpAddress::parse(text)) return text;
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  std::string_view host = text;
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::string_view port = text.substr(colon + 1);
    host = text.substr(0, colon);
    rule.any_port = port == "*";
    if (const auto n = config::parse_decimal(port); n && *n <= 65535)
      rule.port = static_cast<std::uint16_t>(*n);
  }
  if (host.size() >= 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  return host;
}

}  // namespace

bool HostRule::accepts(std::string_view scheme, std::uint16_t to_port) const {
  if (any_port) return true;
  return to_port == port.value_or(scheme == "http" ? 80 : 443);
}

std::optional<std::string> canonical_host(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  std::string out;
  while (true) {
    const std::size_t dot = name.find('.');
    const auto label = canonical_label(name.substr(0, dot));
    if (!label) return std::nullopt;
    out += *label;
    if (dot == std::string_view::npos) return out;
    out += '.';
    name.remove_prefix(dot + 1);
  }
}

std::optional<HostRule> parse_host_rule(std::string_view text) {
  HostRule rule;
  const std::string_view host = split_port(text, rule);
  if (const auto ip = config::IpAddress::parse(host)) {
    rule.pattern = ip->to_string();
    return rule;
  }
  auto name = canonical_host(host);
  if (!name) return std::nullopt;
  rule.pattern = std::move(*name);
  return rule;
}

}  // namespace sekisho::policy
