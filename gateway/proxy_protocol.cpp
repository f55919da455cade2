#include "gateway/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace sekisho::gateway {
namespace {

using State = ProxyHeader::State;

constexpr std::string_view kSignature2("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::string_view kSignature1 = "PROXY ";
constexpr std::size_t kLongest1 = 107, kHead2 = 16;

bool may_become(std::string_view bytes, std::string_view signature) {
  const std::size_t n = std::min(bytes.size(), signature.size());
  return bytes.substr(0, n) == signature.substr(0, n);
}

ProxyHeader wrong() {
  return {State::kWrong, 0, false, {}, 0};
}

std::uint16_t number16(std::string_view bytes) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[0]) << 8 |
                                    static_cast<unsigned char>(bytes[1]));
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  const bool padded = text.size() > 1 && text.front() == '0';
  return whole && !padded ? std::optional(port) : std::nullopt;
}

// "TCP4 192.0.2.1 198.51.100.1 40000 8080": exactly five words, one space between them.
std::optional<std::array<std::string_view, 5>> words_of(std::string_view line) {
  std::array<std::string_view, 5> words;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t end = i + 1 < words.size() ? line.find(' ') : line.size();
    if (end == line.npos || end == 0) return std::nullopt;
    words[i] = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

ProxyHeader parse1(std::string_view bytes) {
  const std::size_t end = bytes.substr(0, kLongest1).find("\r\n");
  if (end == bytes.npos) return bytes.size() < kLongest1 ? ProxyHeader{} : wrong();
  const auto words = words_of(bytes.substr(kSignature1.size(), end - kSignature1.size()));
  if (!words) return wrong();  // UNKNOWN too: it names nobody
  const auto& [family, from, to, from_port, to_port] = *words;
  const auto client = config::IpAddress::parse(from), here = config::IpAddress::parse(to);
  const auto port = port_of(from_port);
  if (!client || !here || !port || !port_of(to_port)) return wrong();
  const bool v6 = from.find(':') != from.npos;
  if (family != (v6 ? "TCP6" : "TCP4") || v6 != (to.find(':') != to.npos)) return wrong();
  return {State::kRight, end + 2, false, *client, *port};
}

// `block`: source, destination, source port, destination port; TLVs behind them.
ProxyHeader addresses2(std::string_view block, std::size_t address_size, std::size_t size) {
  if (block.size() < 2 * address_size + 4) return wrong();
  const auto* source = reinterpret_cast<const unsigned char*>(block.data());
  const auto client = config::IpAddress::from_bytes(source, address_size);
  return {State::kRight, size, false, client, number16(block.substr(2 * address_size))};
}

ProxyHeader parse2(std::string_view bytes) {
  constexpr unsigned char kLocal = 0x20, kProxy = 0x21, kTcp4 = 0x11, kTcp6 = 0x21;
  if (bytes.size() < kHead2) return {};
  const auto command = static_cast<unsigned char>(bytes[12]);
  const auto family = static_cast<unsigned char>(bytes[13]);
  const std::size_t size = kHead2 + number16(bytes.substr(14));
  if ((command != kLocal && command != kProxy) || size > kLongestProxyHeader) return wrong();
  if (bytes.size() < size) return {};
  if (command == kLocal) return {State::kRight, size, true, {}, 0};
  const std::string_view block = bytes.substr(kHead2, size - kHead2);
  if (family == kTcp4) return addresses2(block, 4, size);
  if (family == kTcp6) return addresses2(block, 16, size);
  return wrong();
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view bytes) {
  if (may_become(bytes, kSignature2)) return parse2(bytes);
  if (!may_become(bytes, kSignature1)) return wrong();
  return bytes.size() < kSignature1.size() ? ProxyHeader{} : parse1(bytes);
}

}  // namespace sekisho::gateway
