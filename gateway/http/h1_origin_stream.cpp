#include "gateway/http/h1_origin_stream.h"

#include <algorithm>

#include "gateway/http/head_fields.h"
#include "gateway/http/head_writer.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

constexpr int kMaxInterim = 32;  // interim answers to one request

// What would make the origin read another request than the one that was judged; never happens while
// callers keep their side of the contract.
bool can_be_sent(const RequestHead& head) {
  int hosts = 0;
  for (const Header& h : head.headers) {
    hosts += field_of(h.name) == Field::kHost;
    if (!is_token(h.name) || !is_field_text(h.value)) return false;
  }
  return hosts == 1 && is_token(head.method) && is_target(head.target) &&
         head.body.kind != Kind::kUntilClose;
}

FramingError limit_fault(std::size_t limit) {
  return framing_error("head_limit", "The response head is longer than " + std::to_string(limit) +
                                         " bytes (limits.request_head).");
}

// No need to wait for the end of what does not begin as an answer.
std::optional<FramingError> early_fault(std::string_view bytes, const HeadLimits& limits) {
  constexpr std::string_view kBegin = "HTTP/";
  if (bytes.substr(0, kBegin.size()) != kBegin.substr(0, bytes.size())) {
    return framing_error("bad_version", "The origin does not speak HTTP.");
  }
  return bytes.size() > limits.bytes ? std::optional(limit_fault(limits.bytes)) : std::nullopt;
}

// The status of the first whole head in `bytes`, which is taken off; 0 = there is none.
int take_status(std::string_view& bytes) {
  const std::size_t end = find_head_end(bytes, 0);
  const std::size_t space = bytes.find(' ');
  if (end == 0 || space == std::string_view::npos || space + 4 > end) return 0;
  int status = 0;
  for (const char c : bytes.substr(space + 1, 3)) status = status * 10 + (c - '0');
  bytes.remove_prefix(end);
  return status;
}

// "timeout=5, max=100" of a Keep-Alive line.
std::chrono::seconds keep_alive_time(const Headers& headers) {
  const Header* line = find_header(headers, "keep-alive");
  const std::size_t at = line ? line->value.find("timeout=") : std::string::npos;
  if (at == std::string::npos) return std::chrono::seconds(0);
  int seconds = 0;
  for (const char c : std::string_view(line->value).substr(at + 8, 5)) {
    if (c < '0' || c > '9') break;
    seconds = seconds * 10 + (c - '0');
  }
  return std::chrono::seconds(seconds);
}

}  // namespace

// An origin that says no needs no more of the request; one that says yes may want the rest of it.
H1Connection::Early H1OriginStream::early_answer(std::string_view pending) {
  using Early = H1Connection::Early;
  while (const int status = take_status(pending)) {
    if (status >= 200) return status >= 400 ? Early::kStop : Early::kMayFollow;
  }
  return Early::kNothing;
}

Awaitable<HttpResult<bool>> H1OriginStream::write_head(const RequestHead& head,
                                                       std::string_view body, bool end,
                                                       Millis silence) {
  wire_.begin_exchange();
  method_ = head.method;
  interim_ = 0;
  closing_ = has_option(head.headers, "close");
  if (!can_be_sent(head)) {
    HttpError error;
    error.detail = "the request head is not fit to be sent";
    co_return error;
  }
  HeadFraming framing;
  framing.body = head.body;
  wire_.begin_writing(framing.body);
  std::string bytes = write_request_head(head, framing);
  co_return co_await wire_.write(std::move(bytes), body, end, silence);
}

Awaitable<HttpResult<bool>> H1OriginStream::write_body(std::string_view data, bool end,
                                                       Millis silence) {
  return wire_.write(std::string(), data, end, silence);
}

Awaitable<HttpResult<ResponseHead>> H1OriginStream::read_head(Millis silence) {
  TimePoint deadline = Clock::now() + silence;
  bool begun = false;
  for (std::size_t seen = 0;;) {
    if (const std::size_t end = find_head_end(wire_.pending(), seen)) co_return take_head(end);
    std::optional<FramingError> fault = early_fault(wire_.pending(), limits_);
    if (fault) co_return wire_.refused(*std::move(fault));
    seen = wire_.pending().size();
    // Silence may be long, a head that drips may not.
    if (!begun && seen > 0) deadline = std::min<TimePoint>(deadline, Clock::now() + limits_.time);
    begun = seen > 0;
    const long n = co_await wire_.receive(deadline);
    if (n <= 0) co_return no_head(n);
  }
}

HttpResult<ResponseHead> H1OriginStream::take_head(std::size_t size) {
  Framed<ResponseHead> head =
      parse_response_head(wire_.pending().substr(0, size), method_, limits_);
  wire_.take(size);
  if (!head) return wire_.refused(head.error());
  if (head->status < 200) {
    if (++interim_ <= kMaxInterim) return *std::move(head);
    return wire_.refused(
        framing_error("too_many_interim", "The origin sends interim answers without end."));
  }
  closing_ = closing_ || !head->keep_alive;
  kept_for_ = keep_alive_time(head->headers);
  wire_.begin_reading(head->body);
  return *std::move(head);
}

HttpError H1OriginStream::no_head(long why) const {
  HttpError error = wire_.ended(why, "head");
  error.started = !wire_.pending().empty();
  if (error.started || why != ByteStream::kEof) return error;
  error.kind = HttpError::Kind::kClosed;
  error.detail = "the origin closed the connection without an answer";
  return error;
}

Awaitable<HttpResult<BodyPiece>> H1OriginStream::read_body(Millis silence) {
  return wire_.read_body(silence);
}

bool H1OriginStream::reusable() const {
  return wire_.read_done() && wire_.write_done() && !closing_ && !wire_.failed() &&
         wire_.pending().empty();
}

bool H1OriginStream::quiet() {
  char byte;
  if (wire_.pending().empty() && stream().try_read(&byte, 1) == ByteStream::kBlock) return true;
  wire_.fail();
  return false;
}

std::unique_ptr<OriginHttpStream> make_h1_origin_stream(std::unique_ptr<ByteStream> stream,
                                                        HeadLimits limits) {
  return std::make_unique<H1OriginStream>(std::move(stream), limits);
}

}  // namespace sekisho::gateway
