#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::config {

// An address as 16 bytes; IPv4 is held IPv4-mapped (::ffff:a.b.c.d), so that both spellings compare
// equal.
class IpAddress {
 public:
  // Strict text forms only: dotted quad without leading zeros, RFC 4291 text without zone or
  // brackets.
  static std::optional<IpAddress> parse(std::string_view text);
  // `bytes` in network order: 4 or 16 of them.
  static IpAddress from_bytes(const unsigned char* bytes, std::size_t size);

  bool is_v4() const;
  const std::array<unsigned char, 16>& bytes() const { return bytes_; }
  std::string to_string() const;  // IPv4 dotted; IPv6 as RFC 5952
  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<unsigned char, 16> bytes_{};
};

// A network in CIDR form ("10.0.0.0/8", "2001:db8::/32"); a bare address is a network of one.
class IpNetwork {
 public:
  static std::optional<IpNetwork> parse(std::string_view text);  // host bits set = nullopt
  bool contains(const IpAddress& a) const;
  int prefix() const { return prefix_; }  // of 128, also for IPv4
  const IpAddress& base() const { return base_; }
  std::string to_string() const;
  bool operator==(const IpNetwork&) const = default;

 private:
  IpAddress base_;
  int prefix_ = 0;
};

}  // namespace sekisho::config
