#include "gateway/tls/client_hello.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxHello = 64u << 10;
constexpr std::size_t kMaxRecord = 16384;
constexpr std::size_t kRecordHead = 5, kHandshakeHead = 4;
constexpr std::uint8_t kHandshakeRecord = 22, kClientHello = 1;
constexpr std::uint16_t kServerName = 0, kAlpn = 16;

std::uint8_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

// Takes numbers and length-prefixed vectors off the front; once it failed it stays failed.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : rest_(bytes) {}

  std::size_t number(int octets) {
    if (rest_.size() < static_cast<std::size_t>(octets)) return fail();
    std::size_t value = 0;
    for (int i = 0; i < octets; ++i) value = value << 8 | octet(rest_, i);
    rest_.remove_prefix(octets);
    return value;
  }
  std::string_view take(std::size_t size) {
    if (rest_.size() < size) fail();
    const std::string_view out = rest_.substr(0, failed_ ? 0 : size);
    rest_.remove_prefix(out.size());
    return out;
  }
  std::string_view vector(int length_octets) { return take(number(length_octets)); }
  bool empty() const { return rest_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::size_t fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool failed_ = false;
};

bool is_name_char(unsigned char c) {
  return c > 0x20 && c < 0x7f;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool parse_extensions(std::string_view bytes, ClientHello& out) {
  Cursor in(bytes);
  bool named = false, offered = false;
  while (!in.empty()) {
    const std::size_t type = in.number(2);
    const std::string_view body = in.vector(2);
    if (in.failed()) return false;
    if (type == kServerName && (std::exchange(named, true) || !parse_server_name(body, out.sni)))
      return false;
    if (type == kAlpn && (std::exchange(offered, true) || !parse_alpn(body, out.alpn)))
      return false;
  }
  return true;
}

bool parse_body(std::string_view body, ClientHello& out) {
  Cursor in(body);
  in.number(2);  // version
  in.take(32);   // random
  in.vector(1);  // session id
  in.vector(2);  // cipher suites
  in.vector(1);  // compression methods
  if (in.failed()) return false;
  if (in.empty()) return true;
  const std::string_view extensions = in.vector(2);
  return !in.failed() && in.empty() && parse_extensions(extensions, out);
}

// Appends the contents of the records that are there; what is wrong with them, if anything.
std::optional<HelloStatus> join_records(std::string_view bytes, std::string& message) {
  while (!bytes.empty()) {
    if (octet(bytes, 0) != kHandshakeRecord || (bytes.size() > 1 && octet(bytes, 1) != 3))
      return message.empty() ? HelloStatus::kNotTls : HelloStatus::kMalformed;
    if (bytes.size() < kRecordHead) return std::nullopt;
    const std::size_t size = octet(bytes, 3) << 8 | octet(bytes, 4);
    if (size == 0 || size > kMaxRecord) return HelloStatus::kMalformed;
    message += bytes.substr(kRecordHead, size);
    if (message.size() >= kHandshakeHead) {
      const std::size_t whole =
          octet(message, 1) << 16 | octet(message, 2) << 8 | octet(message, 3);
      if (message.size() >= kHandshakeHead + whole) return std::nullopt;
    }
    bytes.remove_prefix(std::min(bytes.size(), kRecordHead + size));
  }
  return std::nullopt;
}

}  // namespace

bool parse_server_name(std::string_view body, std::string& sni) {
  Cursor in(body);
  Cursor list(in.vector(2));
  const std::size_t type = list.number(1);
  std::string_view name = list.vector(2);
  if (in.failed() || !in.empty() || list.failed() || !list.empty() || type != 0) return false;
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > 255 || !std::all_of(name.begin(), name.end(), is_name_char))
    return false;
  sni.assign(name);
  std::transform(sni.begin(), sni.end(), sni.begin(), lower);
  return true;
}

bool parse_alpn(std::string_view body, std::vector<std::string>& alpn) {
  Cursor in(body);
  Cursor list(in.vector(2));
  if (in.failed() || !in.empty() || list.empty()) return false;
  while (!list.empty()) {
    const std::string_view name = list.vector(1);
    if (list.failed() || name.empty()) return false;
    alpn.emplace_back(name);
  }
  return true;
}

HelloStatus parse_client_hello(std::string_view bytes, ClientHello& out) {
  out = {};
  std::string message;
  if (const auto wrong = join_records(bytes, message)) return *wrong;
  if (!message.empty() && octet(message, 0) != kClientHello) return HelloStatus::kMalformed;
  if (message.size() >= kHandshakeHead) {
    const std::size_t whole = octet(message, 1) << 16 | octet(message, 2) << 8 | octet(message, 3);
    if (whole > kMaxHello) return HelloStatus::kMalformed;
    if (message.size() >= kHandshakeHead + whole) {
      const auto body = std::string_view(message).substr(kHandshakeHead, whole);
      return parse_body(body, out) ? HelloStatus::kWhole : HelloStatus::kMalformed;
    }
  }
  // Records of one octet each cost six: a hello that is still not whole by then never will be.
  return bytes.size() > kMaxHello ? HelloStatus::kMalformed : HelloStatus::kMore;
}

}  // namespace sekisho::gateway
