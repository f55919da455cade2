#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::gateway {

// A header line as it came: spelling of the name, order and bytes of the value (obs-text included)
// are kept; value trimmed of OWS.
struct Header {
  std::string name, value;
};
using Headers = std::vector<Header>;

bool iequals(std::string_view a, std::string_view b);                      // ASCII case only
const Header* find_header(const Headers& headers, std::string_view name);  // the first
void remove_headers(Headers& headers, std::string_view name);              // all
// Several lines of a list field (content-encoding, accept, …) mean the same as one line joined by
// commas (RFC 9110 5.3).
std::string joined_values(const Headers& headers, std::string_view name);

// How a body is delimited.
struct BodyFraming {
  enum class Kind { kNone, kLength, kChunked, kUntilClose } kind = Kind::kNone;
  std::uint64_t length = 0;    // kLength
  bool length_stated = false;  // a content-length stood in the head (also 0)
};

struct RequestHead {
  std::string method;
  std::string target;     // as it came: origin-form, absolute-form, authority-form (CONNECT) or "*"
  int minor_version = 1;  // HTTP/1.x
  Headers headers;
  BodyFraming body;
  bool keep_alive = true;
  bool expect_continue = false;
  bool upgrade = false;  // an Upgrade header with connection: upgrade
};

struct ResponseHead {
  int status = 0;
  std::string reason;
  int minor_version = 1;
  Headers headers;
  BodyFraming body;
  bool keep_alive = true;
};

// host[:port] of an authority or Host value. Strict: DNS labels (a-z 0-9 - _), dotted-quad or
// [IPv6]; lower-cased, one trailing dot removed; IDN must be A-labels.
struct HostPort {
  std::string host;        // literal without brackets, IPv6 in RFC 5952 form
  std::uint16_t port = 0;  // 0 = absent
  bool ipv6 = false, literal = false;
};

}  // namespace sekisho::gateway
