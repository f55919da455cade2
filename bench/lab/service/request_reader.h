#pragma once

#include <string>
#include <string_view>

#include "bench/lab/net/body_reader.h"

namespace sekisho::lab {

struct ServiceRequest {
  std::string target, body;  // body: only as much as is needed, see RequestReader
  bool close = false;
  bool wants_stream() const;
};

// Takes requests off a byte stream. Keeps the whole body only for /echo; of others the start, where
// "stream" stands.
class RequestReader {
 public:
  enum class Progress { kMore, kRequest, kContinue, kBroken };

  // Consumes from `in` up to the end of one request. kContinue: the client waits for "100
  // Continue"; call again.
  Progress feed(std::string_view& in);
  const ServiceRequest& request() const { return request_; }

 private:
  Progress take_head(std::string_view& in);

  std::string head_;
  BodyReader body_;
  ServiceRequest request_;
  bool in_body_ = false;
};

}  // namespace sekisho::lab
