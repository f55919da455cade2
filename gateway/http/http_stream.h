#pragma once

// One connection's requests and answers, any HTTP version. Exchange sees nothing else. Backpressure
// is not reading.

#include <boost/system/result.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/async.h"
#include "gateway/byte_stream.h"
#include "gateway/http/framing.h"
#include "gateway/http/message.h"

namespace sekisho::gateway {

struct HttpError {
  enum class Kind {
    kClosed,   // orderly end before the first byte of a head
    kTimeout,  // deadline passed; `detail` says of what
    kBroken,   // reset, truncated message, TLS fault
    kFraming,  // the gate refused; see `framing`
    kHttp2,    // the HTTP/2 preface came
  } kind = Kind::kBroken;
  FramingError framing;
  std::string detail;
  bool started = false;  // some bytes of the head had come
};
template <class T>
using HttpResult = boost::system::result<T, HttpError>;

struct BodyPiece {
  std::string_view data;  // valid until the next call on the stream
  bool end = false;       // the body is whole; trailers() is filled
};

class HttpStream {
 public:
  virtual ~HttpStream() = default;
  // The next piece of the body of the head last read (dechunked), as soon as any byte is there.
  // `silence`: longest wait without a byte.
  virtual Awaitable<HttpResult<BodyPiece>> read_body(Millis silence) = 0;
  virtual const Headers& trailers() const = 0;
  // Sends a piece at once (no added buffering); with `end` also what ends the body. Content must
  // match the framing of the head written.
  virtual Awaitable<HttpResult<bool>> write_body(std::string_view data, bool end,
                                                 Millis silence) = 0;
  // Sent behind the last chunk when the body written is chunked and ends; dropped otherwise. Call
  // before the end.
  virtual void set_trailers(Headers) {}
  // Ends the connection now.
  virtual void reset() = 0;
  // Both messages are whole and neither side asked to close: the connection can carry another
  // exchange.
  virtual bool reusable() const = 0;
  virtual ByteStream& stream() = 0;
  virtual std::uint64_t bytes_read()
      const = 0;  // of the current message, body bytes after dechunking
  virtual std::uint64_t bytes_written() const = 0;
};

// Towards the client: reads requests, writes answers.
class ClientHttpStream : public HttpStream {
 public:
  // Waits until `idle_until` for the first byte, then at most `head_timeout` for the whole head.
  virtual Awaitable<HttpResult<RequestHead>> read_head(RequestPlace place, TimePoint idle_until,
                                                       Millis head_timeout) = 0;
  // Head and first piece of body in one write. An interim (1xx) head may precede the final one.
  // Framing as in head.body; for an HTTP/1.0 client a chunked answer goes out delimited by close.
  // Content-length, transfer-encoding and connection lines are set to fit: callers need not. HEAD,
  // 204 and 304 send no body whatever is given. `head.keep_alive = false` (or a connection: close
  // line) closes after this answer: what an origin's head says of its own connection must be reset
  // to true by the caller.
  virtual Awaitable<HttpResult<bool>> write_head(const ResponseHead& head, std::string_view body,
                                                 bool end, Millis silence) = 0;
  // Reads and drops what is left of the request, at most `bytes` and until `deadline`, so that a
  // refusal is not lost in a reset. True: the request was read to its end. After a refused head,
  // whose end nobody knows, our direction is ended first and "its end" is the end of what the
  // client sends.
  virtual Awaitable<bool> drain(std::uint64_t bytes, TimePoint deadline) = 0;
  // For the time in which nothing is read: completes when the client is found gone (true), or after
  // stop_watch() (false). A client that only sends no more is not gone; what it sends ahead is
  // kept. Nothing may be read before it has completed.
  virtual Awaitable<bool> watch() = 0;
  virtual void stop_watch() = 0;
  // Gives the ByteStream back (after CONNECT), with bytes already read in front.
  virtual std::unique_ptr<ByteStream> release() = 0;
};

// Towards the origin: writes requests, reads answers.
class OriginHttpStream : public HttpStream {
 public:
  // Goes out as HTTP/1.1 framed as in head.body: content-length and transfer-encoding lines are set
  // to fit. `head.keep_alive` is the client's and not looked at. A head without exactly one host
  // line, or with a target that is no token of a URL, is not sent.
  virtual Awaitable<HttpResult<bool>> write_head(const RequestHead& head, std::string_view body,
                                                 bool end, Millis silence) = 0;
  // Interim answers (1xx but 101) are returned too: call again.
  virtual Awaitable<HttpResult<ResponseHead>> read_head(Millis silence) = 0;
  // The next piece of the body if it came with what was read already; nullopt: read_body() would
  // wait for it.
  virtual std::optional<HttpResult<BodyPiece>> buffered_body() = 0;
  // An idle connection on which bytes or an end arrived is of no use.
  virtual bool quiet() = 0;
  // No byte of the request last written was given to the connection: it may be sent on another.
  virtual bool untouched() const = 0;
  // How long the origin said it keeps the connection (Keep-Alive: timeout); 0 = it did not.
  virtual std::chrono::seconds kept_for() const = 0;
};

std::unique_ptr<ClientHttpStream> make_h1_client_stream(std::unique_ptr<ByteStream> stream,
                                                        HeadLimits limits);
std::unique_ptr<OriginHttpStream> make_h1_origin_stream(std::unique_ptr<ByteStream> stream,
                                                        HeadLimits limits);

}  // namespace sekisho::gateway
