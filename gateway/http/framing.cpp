#include "gateway/http/framing.h"

#include <cstring>

#include "gateway/http/beast_reading.h"
#include "gateway/http/head_fields.h"
#include "gateway/http/head_lines.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kMaxMethod = 32;
constexpr std::string_view kPreface = "PRI * HTTP/2.0";

FramingError limit_fault(const char* rule, const char* what, std::size_t limit, int status) {
  return framing_error(rule,
                       std::string(what) + " is longer than " + std::to_string(limit) +
                           " bytes (limits.request_head).",
                       status);
}

// "HTTP/1.0" or "HTTP/1.1"; a well-formed other version is 505.
Fault read_version(std::string_view text, int& minor_version) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 8 || !text.starts_with("HTTP/") || !digit(text[5]) || text[6] != '.' ||
      !digit(text[7])) {
    return framing_error("bad_version", "The start line holds no HTTP version.");
  }
  if (text[5] != '1' || text[7] > '1') {
    return framing_error("version", "Only HTTP/1.0 and HTTP/1.1 are spoken here.", 505);
  }
  minor_version = text[7] - '0';
  return std::nullopt;
}

// Methods are case-sensitive (RFC 9110, 9.1), but a lenient origin answers "head" as HEAD, and then
// the two of us disagree about where the answer ends.
bool imitates(std::string_view method) {
  for (std::string_view framing : {"HEAD", "CONNECT"})
    if (method != framing && iequals(method, framing)) return true;
  return false;
}

Fault read_method(std::string_view method) {
  if (imitates(method)) {
    return framing_error("method_case", "The methods HEAD and CONNECT are written in capitals.");
  }
  if (method.size() <= kMaxMethod && is_token(method)) return std::nullopt;
  return framing_error("bad_method", "The method is not a token of at most 32 characters.");
}

// method SP target SP version, one space each.
Fault read_request_line(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  if (line == kPreface) {
    return framing_error("http2_preface", "The client speaks HTTP/2 without TLS.", 505);
  }
  const std::size_t one = line.find(' ');
  if (Fault fault = read_method(line.substr(0, one))) return fault;
  if (one == std::string_view::npos) {
    return framing_error("bad_start_line", "The request line has one word only.");
  }
  const std::size_t two = line.find(' ', one + 1);
  const std::string_view target = line.substr(one + 1, two - one - 1);
  if (target.size() > limits.bytes) {
    return limit_fault("target_limit", "The request target", limits.bytes, 414);
  }
  if (!is_target(target)) {
    return framing_error("bad_target",
                         "The request target is empty or holds a character that no "
                         "target may hold.");
  }
  if (two == std::string_view::npos) {
    return framing_error("http09", "The request line has no HTTP version.", 505);
  }
  if (Fault fault = read_version(line.substr(two + 1), head.minor_version)) return fault;
  head.method = line.substr(0, one);
  head.target = target;
  return std::nullopt;
}

Fault take_request_line(std::string_view& rest, const HeadLimits& limits, RequestHead& head) {
  if (rest.starts_with("\r\n")) rest.remove_prefix(2);  // RFC 9112 2.2: at most one
  std::string_view line;
  if (Fault fault = take_line(rest, line)) return fault;
  if (line.empty()) return framing_error("empty_line", "There are empty lines before the request.");
  return read_request_line(line, limits, head);
}

// What we judge by and the origin might read otherwise: one line each.
Fault check_single(const HeadFields& fields) {
  for (Field f : {Field::kExpect, Field::kContentType, Field::kContentRange, Field::kAuthorization,
                  Field::kProxyAuthorization}) {
    if (fields.count(f) > 1) {
      return framing_error("repeated_header",
                           "There is more than one line of " + std::string(name_of(f)) + ".");
    }
  }
  return std::nullopt;
}

std::string shown(const HostPort& at) {
  const std::string host = at.ipv6 ? "[" + at.host + "]" : at.host;
  return at.port == 0 ? host : host + ":" + std::to_string(at.port);
}

// A missing port leaves the choice to the other side.
bool same_authority(const HostPort& a, const HostPort& b) {
  return a.host == b.host && (a.port == 0 || b.port == 0 || a.port == b.port);
}

Fault check_host_against(const HostPort& target, const std::optional<HostPort>& host) {
  if (!host || same_authority(target, *host)) return std::nullopt;
  return framing_error("host_differs", "The request target names " + shown(target) +
                                           " but the host header " + shown(*host) + ".");
}

// RFC 9112 3.2: exactly one on HTTP/1.1, none or one on HTTP/1.0, CONNECT included.
Fault read_host(const HeadFields& fields, int minor_version, std::optional<HostPort>& host) {
  const int count = fields.count(Field::kHost);
  if (count > 1) return framing_error("two_hosts", "There is more than one host header.");
  if (count == 0 && minor_version == 0) return std::nullopt;
  if (count == 0) return framing_error("no_host", "There is no host header.");
  host = parse_host_port(fields.first(Field::kHost)->value);
  if (host) return std::nullopt;
  return framing_error("bad_host",
                       "The host header is not a host name or address with an optional "
                       "port.");
}

Fault check_connect(const RequestHead& head, RequestPlace place,
                    const std::optional<HostPort>& host, const StatedLength& stated) {
  if (place == RequestPlace::kTunnel) {
    return framing_error("connect_in_tunnel", "There is a CONNECT inside a tunnel.");
  }
  const auto target = parse_host_port(head.target);
  if (!target || target->port == 0) {
    return framing_error("bad_connect_target",
                         "The target of CONNECT must be host:port; an IPv6 address stands in "
                         "brackets, an IPv4 address is four decimal numbers.");
  }
  if (stated.chunked || stated.length > 0) {
    return framing_error("connect_body", "CONNECT has no body.");
  }
  return check_host_against(*target, host);
}

Fault check_target(const RequestHead& head, const std::optional<HostPort>& host) {
  if (head.target[0] == '/') return std::nullopt;
  if (head.target == "*") {
    if (head.method == "OPTIONS") return std::nullopt;
    return framing_error("bad_target", "Only OPTIONS may have the target \"*\".");
  }
  const auto absolute = parse_absolute_target(head.target);
  if (!absolute) {
    return framing_error("bad_target",
                         "The request target is neither a path nor an http or https "
                         "URL without user info.");
  }
  return check_host_against(absolute->authority, host);
}

Fault read_expect(const HeadFields& fields, RequestHead& head) {
  if (fields.count(Field::kExpect) == 0) return std::nullopt;
  if (!iequals(fields.first(Field::kExpect)->value, "100-continue")) {
    return framing_error("expectation", "The only expectation known is 100-continue.", 417);
  }
  // RFC 9110 10.1.1: HTTP/1.0 has no interim answers; nothing to wait for without a body.
  head.expect_continue = head.minor_version == 1 && head.body.kind != BodyFraming::Kind::kNone;
  return std::nullopt;
}

void set_request_body(const StatedLength& stated, BodyFraming& body) {
  body.length_stated = stated.length_stated;
  body.length = stated.length;
  if (stated.chunked) body.kind = BodyFraming::Kind::kChunked;
  if (stated.length > 0) body.kind = BodyFraming::Kind::kLength;
}

// A proxy does not keep connections of HTTP/1.0 clients (RFC 9112 9.3); inside a tunnel we stand
// for the origin.
bool stays_open(const HeadFields& fields, int minor_version, RequestPlace place) {
  if (fields.close) return false;
  return minor_version == 1 || (fields.keep_alive && place == RequestPlace::kTunnel);
}

Fault judge_request(RequestHead& head, RequestPlace place) {
  HeadFields fields(head.headers);
  StatedLength stated;
  std::optional<HostPort> host;
  if (Fault fault = read_length(fields, head.minor_version, stated)) return fault;
  if (Fault fault = read_host(fields, head.minor_version, host)) return fault;
  if (Fault fault = check_single(fields)) return fault;
  if (Fault fault = fields.read_options(head.headers)) return fault;
  const bool connect = head.method == "CONNECT";
  if (Fault fault = connect ? check_connect(head, place, host, stated) : check_target(head, host)) {
    return fault;
  }
  set_request_body(stated, head.body);
  head.keep_alive = stays_open(fields, head.minor_version, place);
  head.upgrade = fields.upgrade && fields.count(Field::kUpgrade) > 0;
  return read_expect(fields, head);
}

Fault disagreement() {
  return framing_error("disagreement", "Two readings of the head differ.");
}

Fault read_request(std::string_view bytes, RequestPlace place, const HeadLimits& limits,
                   RequestHead& head) {
  if (Fault fault = take_request_line(bytes, limits, head)) return fault;
  if (Fault fault = take_fields(bytes, limits.headers, head.headers)) return fault;
  if (Fault fault = judge_request(head, place)) return fault;
  return beast_agrees(head, serialise(head)) ? std::nullopt : disagreement();
}

// version SP 3DIGIT [SP reason]: some servers leave the last space out.
Fault read_status_line(std::string_view line, ResponseHead& head) {
  if (Fault fault = read_version(line.substr(0, 8), head.minor_version)) return fault;
  const std::string_view rest = line.substr(8);
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const bool shaped = rest.size() >= 4 && rest[0] == ' ' && digit(rest[1]) && digit(rest[2]) &&
                      digit(rest[3]) && (rest.size() == 4 || rest[4] == ' ');
  if (!shaped || rest[1] < '1' || rest[1] > '5') {
    return framing_error("bad_status", "The status line holds no status from 100 to 599.");
  }
  head.status = (rest[1] - '0') * 100 + (rest[2] - '0') * 10 + (rest[3] - '0');
  if (rest.size() > 5) head.reason = trim_ows(rest.substr(5));
  if (is_field_text(head.reason)) return std::nullopt;
  return framing_error("bad_reason", "The reason phrase holds a control character.");
}

bool has_no_content(int status) {
  return status < 200 || status == 204;
}

bool has_no_body(int status, std::string_view request_method) {
  if (has_no_content(status) || status == 304 || request_method == "HEAD") return true;
  return request_method == "CONNECT" && status < 300;
}

// RFC 9110 8.6: no length in 1xx and 204; the harmless zero that servers send is taken out.
Fault check_no_content(const StatedLength& stated, ResponseHead& head, StatedLength& out) {
  if (stated.chunked || stated.length > 0) {
    return framing_error("body_of_none", "An answer that has no body announces one.");
  }
  remove_headers(head.headers, "content-length");
  out = StatedLength{};
  return std::nullopt;
}

void set_response_body(const StatedLength& stated, bool no_body, BodyFraming& body) {
  using Kind = BodyFraming::Kind;
  body.length_stated = stated.length_stated;
  body.length = stated.length;
  if (no_body || (stated.length_stated && stated.length == 0)) return;
  body.kind = stated.chunked         ? Kind::kChunked
              : stated.length_stated ? Kind::kLength
                                     : Kind::kUntilClose;
}

Fault judge_response(ResponseHead& head, bool no_body) {
  HeadFields fields(head.headers);
  StatedLength stated;
  if (head.status == 101) {
    return framing_error("unasked_101", "The origin changes the protocol without being asked.");
  }
  if (Fault fault = read_length(fields, head.minor_version, stated)) return fault;
  if (Fault fault = fields.read_options(head.headers)) return fault;
  if (has_no_content(head.status)) {
    if (Fault fault = check_no_content(stated, head, stated)) return fault;
  }
  set_response_body(stated, no_body, head.body);
  head.keep_alive = !fields.close && (head.minor_version == 1 || fields.keep_alive) &&
                    head.body.kind != BodyFraming::Kind::kUntilClose;
  return std::nullopt;
}

Fault read_response(std::string_view bytes, std::string_view request_method,
                    const HeadLimits& limits, ResponseHead& head) {
  std::string_view line;
  if (Fault fault = take_line(bytes, line)) return fault;
  if (Fault fault = read_status_line(line, head)) return fault;
  if (Fault fault = take_fields(bytes, limits.headers, head.headers)) return fault;
  const bool no_body = has_no_body(head.status, request_method);
  if (Fault fault = judge_response(head, no_body)) return fault;
  return beast_agrees(head, serialise(head), no_body) ? std::nullopt : disagreement();
}

}  // namespace

Framed<RequestHead> parse_request_head(std::string_view head, RequestPlace place,
                                       const HeadLimits& limits) {
  RequestHead out;
  if (Fault fault = read_request(head, place, limits, out)) return *std::move(fault);
  if (head.size() > limits.bytes) {
    return limit_fault("head_limit", "The request head", limits.bytes, 431);
  }
  return out;
}

Framed<ResponseHead> parse_response_head(std::string_view head, std::string_view request_method,
                                         const HeadLimits& limits) {
  ResponseHead out;
  if (head.size() > limits.bytes) {
    return limit_fault("head_limit", "The response head", limits.bytes, 502);
  }
  if (Fault fault = read_response(head, request_method, limits, out)) return *std::move(fault);
  return out;
}

std::optional<FramingError> early_request_fault(std::string_view bytes, const HeadLimits& limits) {
  if (bytes.starts_with("\r\n")) bytes.remove_prefix(2);
  const std::size_t end = bytes.find('\n');
  if (end != std::string_view::npos) {
    RequestHead head;
    std::string_view line = bytes.substr(0, end + 1);
    if (line == "\r\n") return std::nullopt;  // find_head_end has it
    if (Fault fault = take_request_line(line, limits, head)) return fault;
  } else if (bytes.size() > limits.bytes) {
    return limit_fault("target_limit", "The request target", limits.bytes, 414);
  } else if (!bytes.empty() && bytes[0] != '\r' && !is_token(bytes.substr(0, 1))) {
    return framing_error("bad_method", "The first byte cannot begin an HTTP request.");
  }
  if (bytes.size() <= limits.bytes) return std::nullopt;
  return limit_fault("head_limit", "The request head", limits.bytes, 431);
}

std::size_t find_head_end(std::string_view bytes, std::size_t from) {
  std::size_t at = from < 2 ? 0 : from - 2;
  while ((at = bytes.find('\n', at)) != std::string_view::npos) {
    const std::string_view next = bytes.substr(at + 1, 2);
    if (next.starts_with('\n')) return at + 2;
    if (next == "\r\n") return at + 3;
    ++at;
  }
  return 0;
}

}  // namespace sekisho::gateway
