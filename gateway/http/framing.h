#pragma once

// The framing gate: one reading of a message head, or none. What passes is written anew in
// canonical form; everything after the gate, Beast included, sees only that.

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/http/message.h"

namespace sekisho::gateway {

// A message that is refused. `rule` is a short stable word for the record ("te_not_chunked",
// "two_lengths", "obs_fold", …).
struct FramingError {
  int status = 400;  // 400, 413, 414, 417, 431, 501, 505; for responses: meaningless
  std::string rule;
  std::string detail;  // one English sentence; names no value of the client but header names, hosts
                       // and limits
};
template <class T>
using Framed = boost::system::result<T, FramingError>;

struct HeadLimits {
  std::size_t bytes = 64 * 1024;  // start line and header lines; a longer target alone is 414
  std::size_t headers = 200;
  // Of a response head, from its first byte to its last; for requests the reader is told.
  std::chrono::milliseconds time{10'000};
};

enum class RequestPlace {
  kProxy,   // on the listener: CONNECT, absolute-form, or origin-form for our own pages
  kTunnel,  // inside a tunnel: origin-form, "*", or absolute-form naming the same host
};

// `head` = all bytes up to and including the empty line.
Framed<RequestHead> parse_request_head(std::string_view head, RequestPlace place,
                                       const HeadLimits& limits);
// `request_method` decides HEAD and CONNECT answers; 1xx, 204, 304 have no body.
Framed<ResponseHead> parse_response_head(std::string_view head, std::string_view request_method,
                                         const HeadLimits& limits);

// Offset just behind the head's empty line, 0 = not there yet. Only CRLF ends a line; a bare LF in
// the head is an error found by the parse. With a bare-LF head the offset is found too, so that it
// can be refused at once.
std::size_t find_head_end(std::string_view bytes, std::size_t from);

// What is wrong already with the beginning of a request whose empty line has not come yet: a first
// byte that begins no request, a bad request line, a limit passed. So that nobody waits for the end
// of a head that cannot become one.
std::optional<FramingError> early_request_fault(std::string_view bytes, const HeadLimits& limits);

// "host", "host:port", "[v6]:port". nullopt: not strictly that.
std::optional<HostPort> parse_host_port(std::string_view text);

// Scheme, authority and origin-form of an absolute-form target ("http://host/path?q"); nullopt: not
// strictly that (userinfo, fragment, other scheme).
struct AbsoluteTarget {
  std::string scheme;
  HostPort authority;
  std::string origin_form;
};
std::optional<AbsoluteTarget> parse_absolute_target(std::string_view target);

// The canonical bytes, ending in an empty line. Hop-by-hop fields are the caller's business (see
// hop_by_hop.h).
std::string serialise(const RequestHead& head);
std::string serialise(const ResponseHead& head);

// Removes connection, the fields it names, keep-alive, proxy-connection, proxy-authorization,
// proxy-authenticate, te, trailer (re-added when trailers are sent), transfer-encoding, upgrade.
void strip_hop_by_hop(Headers& headers);

}  // namespace sekisho::gateway
