#pragma once

#include "gateway/http/h1_connection.h"

namespace sekisho::gateway {

// The origin's end of HTTP/1: one request at a time, never sent ahead.
class H1OriginStream final : public OriginHttpStream {
 public:
  H1OriginStream(std::unique_ptr<ByteStream> stream, HeadLimits limits)
      : wire_(std::move(stream), "origin"), limits_(limits) {
    wire_.stop_writing_when(early_answer);
  }

  Awaitable<HttpResult<bool>> write_head(const RequestHead& head, std::string_view body, bool end,
                                         Millis silence) override;
  Awaitable<HttpResult<bool>> write_body(std::string_view data, bool end, Millis silence) override;
  void set_trailers(Headers trailers) override { wire_.set_trailers(std::move(trailers)); }
  Awaitable<HttpResult<ResponseHead>> read_head(Millis silence) override;
  Awaitable<HttpResult<BodyPiece>> read_body(Millis silence) override;
  const Headers& trailers() const override { return wire_.trailers(); }
  void reset() override { wire_.reset(); }
  bool reusable() const override;
  bool quiet() override;
  std::optional<HttpResult<BodyPiece>> buffered_body() override { return wire_.buffered_body(); }
  bool untouched() const override { return wire_.untouched(); }
  std::chrono::seconds kept_for() const override { return kept_for_; }
  ByteStream& stream() override { return wire_.stream(); }
  std::uint64_t bytes_read() const override { return wire_.bytes_read(); }
  std::uint64_t bytes_written() const override { return wire_.bytes_written(); }

 private:
  static H1Connection::Early early_answer(std::string_view pending);
  HttpResult<ResponseHead> take_head(std::size_t size);
  HttpError no_head(long why) const;

  H1Connection wire_;
  const HeadLimits limits_;
  // Of the exchange under way.
  std::string method_;
  int interim_ = 0;
  bool closing_ = false;
  std::chrono::seconds kept_for_{0};
};

}  // namespace sekisho::gateway
