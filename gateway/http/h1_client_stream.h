#pragma once

#include "gateway/http/h1_connection.h"

namespace sekisho::gateway {

// The client's end of HTTP/1: requests one after the other, those sent ahead wait in the buffer.
class H1ClientStream final : public ClientHttpStream {
 public:
  H1ClientStream(std::unique_ptr<ByteStream> stream, HeadLimits limits)
      : wire_(std::move(stream), "client"), limits_(limits) {}

  Awaitable<HttpResult<RequestHead>> read_head(RequestPlace place, TimePoint idle_until,
                                               Millis head_timeout) override;
  Awaitable<HttpResult<BodyPiece>> read_body(Millis silence) override;
  const Headers& trailers() const override { return wire_.trailers(); }
  Awaitable<HttpResult<bool>> write_head(const ResponseHead& head, std::string_view body, bool end,
                                         Millis silence) override;
  Awaitable<HttpResult<bool>> write_body(std::string_view data, bool end, Millis silence) override;
  void set_trailers(Headers trailers) override { wire_.set_trailers(std::move(trailers)); }
  Awaitable<bool> drain(std::uint64_t bytes, TimePoint deadline) override;
  void reset() override { wire_.reset(); }
  bool reusable() const override;
  ByteStream& stream() override { return wire_.stream(); }
  std::uint64_t bytes_read() const override { return wire_.bytes_read(); }
  std::uint64_t bytes_written() const override { return wire_.bytes_written(); }
  std::unique_ptr<ByteStream> release() override { return wire_.release(); }
  Awaitable<bool> watch() override;
  void stop_watch() override;

 private:
  bool begun() const;
  HttpResult<RequestHead> take_head(std::size_t size, RequestPlace place);
  HttpError no_head(long why) const;
  BodyFraming answer_framing(const ResponseHead& head) const;
  const char* connection_option() const;

  H1Connection wire_;
  const HeadLimits limits_;
  // Of the request under way.
  std::string method_;
  int minor_version_ = 1;
  bool watching_ = false;
  bool closing_ = false;      // the connection ends after the answer
  bool body_hidden_ = false;  // the answer has no body whatever is written
};

}  // namespace sekisho::gateway
