#include "gateway/http/h1_client_stream.h"

#include "gateway/http/head_writer.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

}  // namespace

// The stray CRLF that some clients send behind a body does not begin a request.
bool H1ClientStream::begun() const {
  const std::string_view bytes = wire_.pending();
  return !std::string_view("\r\n").starts_with(bytes);
}

Awaitable<HttpResult<RequestHead>> H1ClientStream::read_head(RequestPlace place,
                                                             TimePoint idle_until,
                                                             Millis head_timeout) {
  wire_.begin_exchange();
  method_.clear();
  minor_version_ = 1;
  closing_ = body_hidden_ = false;
  TimePoint deadline = idle_until;
  bool timed = false;
  for (std::size_t seen = 0;;) {
    if (const std::size_t end = find_head_end(wire_.pending(), seen))
      co_return take_head(end, place);
    if (begun()) {
      std::optional<FramingError> fault = early_request_fault(wire_.pending(), limits_);
      if (fault) co_return wire_.refused(*std::move(fault));
      if (!timed) deadline = Clock::now() + head_timeout;
      timed = true;
    }
    seen = wire_.pending().size();
    const long n = co_await wire_.receive(deadline);
    if (n <= 0) co_return no_head(n);
  }
}

HttpResult<RequestHead> H1ClientStream::take_head(std::size_t size, RequestPlace place) {
  Framed<RequestHead> head = parse_request_head(wire_.pending().substr(0, size), place, limits_);
  wire_.take(size);
  if (!head) return wire_.refused(head.error());
  method_ = head->method;
  minor_version_ = head->minor_version;
  closing_ = !head->keep_alive;
  wire_.begin_reading(head->body);
  return *std::move(head);
}

HttpError H1ClientStream::no_head(long why) const {
  HttpError error = wire_.ended(why, "head");
  error.started = begun();
  if (error.started || why == ByteStream::kError) return error;
  if (why == ByteStream::kEof) error.kind = HttpError::Kind::kClosed;
  error.detail = why == ByteStream::kEof ? "the client closed an idle connection" : "idle";
  return error;
}

Awaitable<HttpResult<BodyPiece>> H1ClientStream::read_body(Millis silence) {
  return wire_.read_body(silence);
}

BodyFraming H1ClientStream::answer_framing(const ResponseHead& head) const {
  BodyFraming body = head.body;
  if (body_hidden_) body.kind = Kind::kNone;
  if (body.kind == Kind::kChunked && minor_version_ == 0) body.kind = Kind::kUntilClose;
  return body;
}

const char* H1ClientStream::connection_option() const {
  if (closing_) return "close";
  return minor_version_ == 0 ? "keep-alive" : nullptr;
}

Awaitable<HttpResult<bool>> H1ClientStream::write_head(const ResponseHead& head,
                                                       std::string_view body, bool end,
                                                       Millis silence) {
  HeadFraming framing;
  if (head.status < 200) {
    framing.bare = true;
    return wire_.send(write_response_head(head, framing), silence);
  }
  const bool tunnel = method_ == "CONNECT" && head.status < 300;
  const bool no_content = head.status == 204 || tunnel;
  body_hidden_ = no_content || head.status == 304 || method_ == "HEAD";
  framing.body = answer_framing(head);
  framing.bare = no_content;
  framing.add_zero_length = !body_hidden_;
  closing_ = closing_ || wire_.failed() || !head.keep_alive ||
             framing.body.kind == Kind::kUntilClose || has_option(head.headers, "close");
  if (!tunnel) framing.connection = connection_option();
  wire_.begin_writing(framing.body);
  return wire_.write(write_response_head(head, framing), body_hidden_ ? std::string_view{} : body,
                     end, silence);
}

Awaitable<HttpResult<bool>> H1ClientStream::write_body(std::string_view data, bool end,
                                                       Millis silence) {
  return wire_.write(std::string(), body_hidden_ ? std::string_view{} : data, end, silence);
}

Awaitable<bool> H1ClientStream::drain(std::uint64_t bytes, TimePoint deadline) {
  if (wire_.failed() && wire_.write_done()) wire_.stream().shutdown_write();
  return wire_.drain(bytes, deadline);
}

// Requests sent ahead are read, so that an end is seen behind them: they are no sign of an end.
Awaitable<bool> H1ClientStream::watch() {
  ByteStream& stream = wire_.stream();
  watching_ = true;
  for (bool ended = false; watching_;) {
    const long n = ended ? ByteStream::kBlock : wire_.read_ahead();
    if (n > 0) continue;
    if (n != ByteStream::kBlock) {
      if (!stream.half_closed()) co_return true;
      stream.knock();
      ended = true;
    }
    const bool deaf = ended || wire_.read_ahead_full();
    const Wake wake = co_await stream.ready(deaf ? Want::kGone : Want::kRead, TimePoint::max());
    if (wake == Wake::kClosed) co_return watching_;
  }
  co_return false;
}

void H1ClientStream::stop_watch() {
  watching_ = false;
  wire_.stream().wake();
}

bool H1ClientStream::reusable() const {
  return wire_.read_done() && wire_.write_done() && !closing_ && !wire_.failed();
}

std::unique_ptr<ClientHttpStream> make_h1_client_stream(std::unique_ptr<ByteStream> stream,
                                                        HeadLimits limits) {
  return std::make_unique<H1ClientStream>(std::move(stream), limits);
}

}  // namespace sekisho::gateway
