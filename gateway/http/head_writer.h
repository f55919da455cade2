#pragma once

// A head as it goes out on one connection: the caller's fields in their order, the framing fields
// made to fit.

#include <string>

#include "gateway/http/message.h"

namespace sekisho::gateway {

struct HeadFraming {
  BodyFraming body;
  bool bare = false;  // no framing field at all may appear (answers to CONNECT, interim answers)
  bool add_zero_length = false;      // kNone is said as "Content-Length: 0"
  const char* connection = nullptr;  // a connection option to add unless the fields say it already
};

std::string write_request_head(const RequestHead& head, const HeadFraming& framing);
std::string write_response_head(const ResponseHead& head, const HeadFraming& framing);

bool has_option(const Headers& headers, std::string_view option);  // of `connection`

}  // namespace sekisho::gateway
