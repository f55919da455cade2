#include "config/ip.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace sekisho::config {
namespace {

constexpr int kV4Offset = 12;
constexpr int kV4Bits = 96;

// One decimal number without leading zeros: "010" is octal to some resolvers and decimal to others.
std::optional<int> decimal(std::string_view text, int max) {
  if (text.empty() || text.size() > 3) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  int n = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    n = n * 10 + (c - '0');
  }
  if (n > max) return std::nullopt;
  return n;
}

bool parse_v4(std::string_view text, unsigned char* out) {
  for (int i = 0; i < 4; ++i) {
    const std::size_t dot = i < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos) return false;
    const auto n = decimal(text.substr(0, dot), 255);
    if (!n) return false;
    out[i] = static_cast<unsigned char>(*n);
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return text.empty();
}

// The embedded IPv4 tail of an IPv6 text must be as strict as one that stands alone.
bool strict_tail(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return true;
  const std::size_t colon = text.rfind(':');
  unsigned char scratch[4];
  return colon != std::string_view::npos && parse_v4(text.substr(colon + 1), scratch);
}

bool parse_v6(std::string_view text, unsigned char* out) {
  if (text.size() >= INET6_ADDRSTRLEN || !strict_tail(text)) return false;
  const std::string z(text);
  if (z.size() != std::strlen(z.c_str())) return false;
  return inet_pton(AF_INET6, z.c_str(), out) == 1;
}

std::array<unsigned char, 16> mapped(const unsigned char* v4) {
  std::array<unsigned char, 16> b{};
  b[10] = b[11] = 0xff;
  std::copy_n(v4, 4, b.begin() + kV4Offset);
  return b;
}

// True when every bit of `b` from `prefix` on is zero.
bool host_bits_clear(const std::array<unsigned char, 16>& b, int prefix) {
  for (int i = prefix; i < 128; ++i)
    if (b[static_cast<std::size_t>(i / 8)] & (0x80 >> (i % 8))) return false;
  return true;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  unsigned char b[16];
  if (text.find(':') == std::string_view::npos) {
    if (!parse_v4(text, b)) return std::nullopt;
    return from_bytes(b, 4);
  }
  if (!parse_v6(text, b)) return std::nullopt;
  return from_bytes(b, 16);
}

IpAddress IpAddress::from_bytes(const unsigned char* bytes, std::size_t size) {
  IpAddress a;
  if (size == 4) a.bytes_ = mapped(bytes);
  if (size == 16) std::copy_n(bytes, 16, a.bytes_.begin());
  return a;
}

bool IpAddress::is_v4() const {
  static constexpr unsigned char kPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(std::begin(kPrefix), std::end(kPrefix), bytes_.begin());
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (is_v4())
    inet_ntop(AF_INET, bytes_.data() + kV4Offset, text, sizeof text);
  else
    inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view address = text.substr(0, slash);
  const auto base = IpAddress::parse(address);
  if (!base) return std::nullopt;
  const bool dotted = address.find(':') == std::string_view::npos;
  IpNetwork n;
  n.base_ = *base;
  n.prefix_ = 128;
  if (slash == std::string_view::npos) return n;
  const auto bits = decimal(text.substr(slash + 1), dotted ? 32 : 128);
  if (!bits) return std::nullopt;
  n.prefix_ = *bits + (dotted ? kV4Bits : 0);
  if (!host_bits_clear(n.base_.bytes(), n.prefix_)) return std::nullopt;
  return n;
}

bool IpNetwork::contains(const IpAddress& a) const {
  const std::size_t whole = static_cast<std::size_t>(prefix_ / 8);
  const auto& x = base_.bytes();
  const auto& y = a.bytes();
  if (!std::equal(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(whole), y.begin()))
    return false;
  if (prefix_ % 8 == 0) return true;
  const int shift = 8 - prefix_ % 8;
  return (x[whole] >> shift) == (y[whole] >> shift);
}

std::string IpNetwork::to_string() const {
  const bool v4 = base_.is_v4() && prefix_ >= kV4Bits;
  return base_.to_string() + "/" + std::to_string(v4 ? prefix_ - kV4Bits : prefix_);
}

}  // namespace sekisho::config
