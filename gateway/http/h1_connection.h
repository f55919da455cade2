#pragma once

// What both ends of an HTTP/1 connection do alike: bytes in and out of a ByteStream, and the two
// bodies of the exchange under way.

#include <memory>
#include <string>
#include <string_view>

#include "gateway/http/chunked.h"
#include "gateway/http/http_stream.h"

namespace sekisho::gateway {

class H1Connection {
 public:
  // `peer` names the other side in error texts: "client" or "origin".
  H1Connection(std::unique_ptr<ByteStream> stream, std::string_view peer)
      : stream_(std::move(stream)), peer_(peer) {}

  // Bytes received and not yet taken.
  std::string_view pending() const { return std::string_view(in_).substr(taken_); }
  void take(std::size_t size);
  // Waits for at least one more byte in pending(). > 0, kEof, kError, kTimedOut. A connection that
  // waits with nothing pending holds no buffer; bytes pass through a scratch of the thread.
  Awaitable<long> receive(TimePoint deadline);

  // What is there now, without waiting, at most kReadAhead in pending(): > 0, kBlock (also when
  // there is that much), kEof, kError.
  long read_ahead();
  bool read_ahead_full() const { return in_.size() - taken_ >= kReadAhead; }
  static constexpr std::size_t kReadAhead = 64 * 1024;

  // Judges what came while a message is still written; see stop_writing_when().
  enum class Early { kNothing, kMayFollow, kStop };
  // From now on what the peer says while it takes no bytes is read. kStop ends the writing with an
  // error; after kMayFollow the peer has a moment only to take more.
  void stop_writing_when(Early (*judge)(std::string_view pending)) { judge_ = judge; }
  bool answered_early() const { return answered_early_; }
  // No byte of the message was given to the stream.
  bool untouched() const { return !touched_; }

  void begin_reading(const BodyFraming& framing);
  void begin_writing(const BodyFraming& framing);
  void begin_exchange();  // nothing read, nothing written yet
  Awaitable<HttpResult<BodyPiece>> read_body(Millis silence);
  // The next piece out of what was received; nullopt: more bytes are needed.
  std::optional<HttpResult<BodyPiece>> buffered_body();
  // `head` goes out in one write with the first bytes of `data`.
  Awaitable<HttpResult<bool>> write(std::string head, std::string_view data, bool end,
                                    Millis silence);
  // A whole message without a body state of its own (interim answers).
  Awaitable<HttpResult<bool>> send(std::string bytes, Millis silence);
  // Reads and drops; true: the peer's message, or without one the peer's stream, was read to its
  // end.
  Awaitable<bool> drain(std::uint64_t bytes, TimePoint deadline);

  void reset();
  // The error for what receive() said; `where` = "head" or "body".
  HttpError ended(long why, std::string_view where) const;
  HttpError refused(FramingError fault);

  bool read_done() const { return read_done_; }
  bool write_done() const { return write_done_; }
  bool failed() const { return failed_; }
  void fail() { failed_ = true; }
  const Headers& trailers() const { return chunks_.trailers(); }
  void set_trailers(Headers trailers) { out_trailers_ = std::move(trailers); }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  ByteStream& stream() { return *stream_; }
  std::unique_ptr<ByteStream> release();

 private:
  // The next piece out of pending(); nullopt: more bytes are needed.
  std::optional<HttpResult<BodyPiece>> decode();
  std::optional<HttpResult<BodyPiece>> decode_chunks();
  BodyPiece counted(std::string_view data, bool end);
  HttpResult<BodyPiece> body_ended(long why);
  std::optional<HttpError> check_write(std::size_t size, bool end);
  Awaitable<bool> send_view(std::string_view bytes, Millis silence);
  Awaitable<bool> send_parts(std::string head, std::string_view data, std::string_view tail,
                             Millis silence);
  HttpError send_failed() const;
  Awaitable<long> write_listening(std::string_view bytes, Millis silence);
  bool peer_answered(bool& hurry);

  std::unique_ptr<ByteStream> stream_;
  std::string_view peer_;
  std::string in_;
  std::size_t taken_ = 0;
  std::string piece_;  // dechunked bytes of the piece last returned

  BodyFraming reading_, writing_;
  std::uint64_t read_left_ = 0, write_left_ = 0;
  ChunkedReader chunks_;
  Headers out_trailers_;
  std::uint64_t bytes_read_ = 0, bytes_written_ = 0;
  bool read_begun_ = false, read_done_ = false, write_begun_ = false, write_done_ = false;
  bool failed_ = false, write_timed_out_ = false, answered_early_ = false, touched_ = false;
  Early (*judge_)(std::string_view) = nullptr;
};

}  // namespace sekisho::gateway
