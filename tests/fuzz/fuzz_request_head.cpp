// A head that passes the gate is canonical: read again, it is the same head.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/http/framing.h"

using namespace sekisho::gateway;

namespace {

void check(std::string_view bytes, RequestPlace place) {
  HeadLimits limits;
  const std::size_t end = find_head_end(bytes, 0);
  const std::string_view text = bytes.substr(0, end == 0 ? bytes.size() : end);
  Framed<RequestHead> head = parse_request_head(text, place, limits);
  if (!head) return;
  if (early_request_fault(text, limits)) std::abort();
  limits.bytes *= 2;  // canonical white space may be longer
  const std::string canonical = serialise(*head);
  Framed<RequestHead> again = parse_request_head(canonical, place, limits);
  if (!again || serialise(*again) != canonical || find_head_end(canonical, 0) != canonical.size()) {
    std::abort();
  }
  if (again->body.kind != head->body.kind || again->body.length != head->body.length) std::abort();
  strip_hop_by_hop(again->headers);
  if (head->minor_version == 1 && !find_header(again->headers, "host")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check(bytes, RequestPlace::kTunnel);
  check(bytes, RequestPlace::kProxy);
  return 0;
}
