// An answer's head that passes the gate is canonical: read again, it is the same head.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/http/framing.h"

using namespace sekisho::gateway;

namespace {

void check(std::string_view bytes, std::string_view method) {
  HeadLimits limits;
  const std::size_t end = find_head_end(bytes, 0);
  const std::string_view text = bytes.substr(0, end == 0 ? bytes.size() : end);
  Framed<ResponseHead> head = parse_response_head(text, method, limits);
  if (!head) return;
  limits.bytes *= 2;  // canonical white space may be longer
  const std::string canonical = serialise(*head);
  Framed<ResponseHead> again = parse_response_head(canonical, method, limits);
  if (!again || serialise(*again) != canonical) std::abort();
  if (again->body.kind != head->body.kind || again->body.length != head->body.length) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (std::string_view method : {"GET", "HEAD", "CONNECT"}) check(bytes, method);
  return 0;
}
