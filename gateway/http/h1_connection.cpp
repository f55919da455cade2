#include "gateway/http/h1_connection.h"

#include <algorithm>

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

constexpr std::size_t kScratch = 64 * 1024;      // the largest piece
constexpr std::chrono::seconds kAfterAnswer{5};  // to take more of a message already answered
constexpr std::size_t kGather = 16 * 1024;       // body bytes copied behind a head: one TLS record

// Used between two suspensions only, so every connection of a worker may share it.
char* scratch() {
  thread_local const std::unique_ptr<char[]> bytes(new char[kScratch]);
  return bytes.get();
}

HttpError broken(std::string detail) {
  HttpError error;
  error.kind = HttpError::Kind::kBroken;
  error.detail = std::move(detail);
  return error;
}

void free_buffer(std::string& buffer) {
  std::string().swap(buffer);
}

}  // namespace

void H1Connection::take(std::size_t size) {
  taken_ += size;
  if (taken_ < in_.size()) return;
  in_.clear();
  taken_ = 0;
}

Awaitable<long> H1Connection::receive(TimePoint deadline) {
  in_.erase(0, taken_);
  taken_ = 0;
  for (;;) {
    const long n = stream_->try_read(scratch(), kScratch);
    if (n > 0) in_.append(scratch(), static_cast<std::size_t>(n));
    if (n != ByteStream::kBlock) co_return n;
    if (in_.empty()) free_buffer(in_);
    free_buffer(piece_);
    const Wake wake = co_await stream_->ready(stream_->want(), deadline);
    if (wake == Wake::kTimeout) co_return kTimedOut;
    if (wake == Wake::kClosed) co_return ByteStream::kError;
  }
}

long H1Connection::read_ahead() {
  if (read_ahead_full()) return ByteStream::kBlock;
  in_.erase(0, taken_);
  taken_ = 0;
  const long n = stream_->try_read(scratch(), kReadAhead - in_.size());
  if (n > 0) in_.append(scratch(), static_cast<std::size_t>(n));
  return n;
}

void H1Connection::begin_exchange() {
  answered_early_ = touched_ = false;
  read_begun_ = read_done_ = write_begun_ = write_done_ = false;
  bytes_read_ = bytes_written_ = 0;
  chunks_ = ChunkedReader();
  out_trailers_.clear();
}

void H1Connection::begin_reading(const BodyFraming& framing) {
  reading_ = framing;
  read_left_ = framing.kind == Kind::kLength ? framing.length : 0;
  read_begun_ = true;
  read_done_ = framing.kind == Kind::kNone || (framing.kind == Kind::kLength && read_left_ == 0);
  bytes_read_ = 0;
  chunks_ = ChunkedReader();
}

void H1Connection::begin_writing(const BodyFraming& framing) {
  writing_ = framing;
  write_left_ = framing.kind == Kind::kLength ? framing.length : 0;
  write_begun_ = true;
  write_done_ = false;
  bytes_written_ = 0;
}

BodyPiece H1Connection::counted(std::string_view data, bool end) {
  bytes_read_ += data.size();
  read_done_ = end;
  BodyPiece piece;
  piece.data = data;
  piece.end = end;
  return piece;
}

std::optional<HttpResult<BodyPiece>> H1Connection::decode_chunks() {
  std::string_view in = pending();
  const std::size_t before = in.size();
  piece_.clear();
  Fault fault = chunks_.read(in, piece_);
  take(before - in.size());
  if (fault) return refused(*std::move(fault));
  if (piece_.empty() && !chunks_.done()) return std::nullopt;
  return counted(piece_, chunks_.done());
}

std::optional<HttpResult<BodyPiece>> H1Connection::decode() {
  if (read_done_) return counted({}, true);
  if (reading_.kind == Kind::kChunked) return decode_chunks();
  std::string_view data = pending();
  if (data.empty()) return std::nullopt;
  if (reading_.kind == Kind::kLength) {
    data = data.substr(0, std::min<std::uint64_t>(data.size(), read_left_));
    read_left_ -= data.size();
  }
  taken_ += data.size();  // not take(): the piece stays readable until the next call
  return counted(data, reading_.kind == Kind::kLength && read_left_ == 0);
}

HttpResult<BodyPiece> H1Connection::body_ended(long why) {
  if (why == ByteStream::kEof && reading_.kind == Kind::kUntilClose) return counted({}, true);
  if (why != kTimedOut) failed_ = true;  // after a silence the body may go on
  return ended(why, "body");
}

Awaitable<HttpResult<BodyPiece>> H1Connection::read_body(Millis silence) {
  if (!read_begun_) co_return broken("no message is being read");
  take(0);
  for (;;) {
    std::optional<HttpResult<BodyPiece>> piece = decode();
    if (piece) co_return *std::move(piece);
    const long n = co_await receive(Clock::now() + silence);
    if (n <= 0) co_return body_ended(n);
  }
}

std::optional<HttpResult<BodyPiece>> H1Connection::buffered_body() {
  if (!read_begun_) return std::nullopt;
  take(0);
  return decode();
}

std::optional<HttpError> H1Connection::check_write(std::size_t size, bool end) {
  if (!write_begun_ || (write_done_ && size > 0)) return broken("no body is due");
  const bool bounded = writing_.kind == Kind::kLength || writing_.kind == Kind::kNone;
  if (!bounded || (size <= write_left_ && (!end || size == write_left_))) return std::nullopt;
  failed_ = true;
  return broken("the body written differs from its announced length");
}

Awaitable<HttpResult<bool>> H1Connection::write(std::string head, std::string_view data, bool end,
                                                Millis silence) {
  if (std::optional<HttpError> fault = check_write(data.size(), end)) co_return *std::move(fault);
  if (write_done_) co_return true;
  std::string tail;
  if (writing_.kind == Kind::kChunked) {
    if (!data.empty()) {
      head += chunk_prefix(data.size());
      tail = "\r\n";
    }
    if (end) tail += last_chunk(out_trailers_);
  }
  if (writing_.kind == Kind::kLength) write_left_ -= data.size();
  const bool sent = co_await send_parts(std::move(head), data, tail, silence);
  if (!sent) co_return send_failed();
  bytes_written_ += data.size();
  write_done_ = end || writing_.kind == Kind::kNone;
  if (end && writing_.kind == Kind::kUntilClose) stream_->shutdown_write();
  co_return true;
}

Awaitable<HttpResult<bool>> H1Connection::send(std::string bytes, Millis silence) {
  const bool sent = co_await send_view(bytes, silence);
  if (!sent) co_return send_failed();
  co_return true;
}

// Small bodies ride with what stands around them; large ones are not copied.
Awaitable<bool> H1Connection::send_parts(std::string head, std::string_view data,
                                         std::string_view tail, Millis silence) {
  if (head.empty() && tail.empty()) co_return co_await send_view(data, silence);
  const std::size_t first = std::min(data.size(), kGather);
  head.append(data.substr(0, first));
  data.remove_prefix(first);
  if (!data.empty()) {
    const std::size_t last = std::min(data.size(), tail.empty() ? 0 : kGather);
    const bool head_sent = co_await send_view(head, silence);
    if (!head_sent) co_return false;
    const bool middle_sent = co_await send_view(data.substr(0, data.size() - last), silence);
    if (!middle_sent) co_return false;
    head.assign(data.substr(data.size() - last));
  }
  head.append(tail);
  co_return co_await send_view(head, silence);
}

Awaitable<bool> H1Connection::send_view(std::string_view bytes, Millis silence) {
  long n = 0;
  while (!bytes.empty() && (n = stream_->try_write(bytes.data(), bytes.size())) > 0) {
    bytes.remove_prefix(static_cast<std::size_t>(n));
    touched_ = true;
  }
  if (bytes.empty()) co_return true;
  if (n == ByteStream::kBlock) {
    touched_ = true;  // TLS may have sent a part of what it could not report
    if (judge_)
      n = co_await write_listening(bytes, silence);
    else
      n = co_await write_all(*stream_, bytes.data(), bytes.size(), silence);
  }
  if (n > 0) co_return true;
  failed_ = true;
  write_timed_out_ = n == kTimedOut;
  co_return false;
}

// Whether there is no use in writing on.
bool H1Connection::peer_answered(bool& hurry) {
  long n = 0;
  while ((n = read_ahead()) > 0) {
  }
  const Early early = judge_(pending());
  hurry = early == Early::kMayFollow;
  answered_early_ = early == Early::kStop || (hurry && n != ByteStream::kBlock);
  return answered_early_ || n != ByteStream::kBlock;
}

Awaitable<long> H1Connection::write_listening(std::string_view bytes, Millis silence) {
  TimePoint deadline = Clock::now() + silence;
  for (bool hurry = false; !bytes.empty();) {
    const long n = stream_->try_write(bytes.data(), bytes.size());
    if (n > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(n));
      deadline = Clock::now() + silence;
      continue;
    }
    if (n != ByteStream::kBlock) co_return ByteStream::kError;
    if (peer_answered(hurry)) co_return ByteStream::kError;
    if (hurry) deadline = std::min<TimePoint>(deadline, Clock::now() + kAfterAnswer);
    Wake wake = Wake::kReady;
    if (read_ahead_full())
      wake = co_await stream_->ready(Want::kWrite, deadline);
    else
      wake = co_await ready_either(*stream_, deadline);
    if (wake == Wake::kTimeout && hurry) answered_early_ = true;
    if (wake == Wake::kTimeout) co_return hurry ? ByteStream::kError : kTimedOut;
    if (wake == Wake::kClosed) co_return ByteStream::kError;
  }
  co_return 1;
}

HttpError H1Connection::send_failed() const {
  HttpError error = broken("the connection broke while we wrote to the " + std::string(peer_));
  if (write_timed_out_) {
    error.kind = HttpError::Kind::kTimeout;
    error.detail = "the " + std::string(peer_) + " took no bytes in time";
  }
  return error;
}

Awaitable<bool> H1Connection::drain(std::uint64_t bytes, TimePoint deadline) {
  take(0);
  for (;;) {
    // Without a framing to trust, only the end of the stream ends what the peer sends.
    const bool framed = read_begun_ && !failed_;
    if (framed && read_done_) co_return true;
    const std::size_t held = pending().size();
    if (held > bytes) co_return false;
    bytes -= held;
    if (framed) {
      while (!read_done_ && !failed_ && decode()) take(0);
      if (read_done_ || failed_) continue;
    }
    take(pending().size());
    const long n = co_await receive(deadline);
    if (n <= 0) co_return n == ByteStream::kEof && !framed;
  }
}

void H1Connection::reset() {
  failed_ = true;
  if (stream_) stream_->close();
}

HttpError H1Connection::ended(long why, std::string_view where) const {
  HttpError error;
  const std::string peer(peer_);
  if (why == kTimedOut) {
    error.kind = HttpError::Kind::kTimeout;
    error.detail = "the " + peer + " sent too little of its " + std::string(where) + " in time";
  } else {
    error.kind = HttpError::Kind::kBroken;
    error.detail =
        "truncated: the " + peer + " ended the connection within its " + std::string(where);
  }
  return error;
}

HttpError H1Connection::refused(FramingError fault) {
  failed_ = true;
  HttpError error;
  error.kind = fault.rule == "http2_preface" ? HttpError::Kind::kHttp2 : HttpError::Kind::kFraming;
  error.detail = fault.detail;
  error.framing = std::move(fault);
  error.started = true;
  return error;
}

std::unique_ptr<ByteStream> H1Connection::release() {
  std::string rest(pending());
  free_buffer(in_);
  taken_ = 0;
  read_begun_ = write_begun_ = false;
  if (rest.empty()) return std::move(stream_);
  return std::make_unique<PrefixStream>(std::move(rest), std::move(stream_));
}

}  // namespace sekisho::gateway
