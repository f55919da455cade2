#include "gateway/tls/tls_stream.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <utility>
#include <vector>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kRecord = 16384;
constexpr std::size_t kRecordOverhead = 256;
// Plain bytes encrypted before one write below: a send costs as much as encrypting 16 KiB.
constexpr std::size_t kBatch = 4 * kRecord;
constexpr std::size_t kScratch = kBatch + 8 * kRecordOverhead;
// Read below in one call at most: a peer that sends without end what yields no content (KeyUpdate,
// empty records) must leave room for others.
constexpr std::size_t kFairShare = 4 * kScratch;
// A flood of them is an attack; tickets and key updates of real peers are a few.
constexpr int kMaxNoise = 32;

// One buffer a nesting level and thread: TLS in TLS uses two at a time, idle streams none.
class Scratch {
 public:
  Scratch() {
    if (depth() == buffers().size()) buffers().push_back(std::make_unique<char[]>(kScratch));
    data_ = buffers()[depth()++].get();
  }
  ~Scratch() { --depth(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  char* data() const { return data_; }

 private:
  static std::vector<std::unique_ptr<char[]>>& buffers() {
    thread_local std::vector<std::unique_ptr<char[]>> all;
    return all;
  }
  static std::size_t& depth() {
    thread_local std::size_t now = 0;
    return now;
  }
  char* data_;
};

Awaitable<Wake> ready_now() {
  co_return Wake::kReady;
}

std::string alert_words(int alert) {
  std::string out = SSL_alert_desc_string_long(alert);
  for (char& c : out)
    c = c == ' ' ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

// Cipher text read ahead during one call; what the call leaves goes to `held_`.
struct TlsStream::Inflow {
  Scratch scratch;
  std::size_t at = 0, end = 0;
  std::size_t limit = 0;  // read at most this much ahead
  std::size_t taken = 0;  // read below so far
  bool drained = false;   // below gave less than asked for: do not ask again in this call
  bool rest() const { return at < end; }
};

struct TlsStream::Outflow {
  Scratch scratch;
  std::size_t size = 0;
};

struct TlsStream::Bio {
  static TlsStream& self(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* data, int size) {
    BIO_clear_retry_flags(bio);
    const long n = self(bio).take_cipher(data, static_cast<std::size_t>(size));
    if (n == kBlock) BIO_set_retry_read(bio);
    return n >= 0 ? static_cast<int>(n) : -1;
  }

  static int write(BIO* bio, const char* data, int size) {
    BIO_clear_retry_flags(bio);
    const long n = self(bio).give_cipher(data, static_cast<std::size_t>(size));
    if (n == kBlock) BIO_set_retry_write(bio);
    return n >= 0 ? static_cast<int>(n) : -1;
  }

  static long ctrl(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return self(bio).low_ended_;
    return command == BIO_CTRL_FLUSH;
  }

  static BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "byte stream");
      BIO_meth_set_read(m, read);
      BIO_meth_set_write(m, write);
      BIO_meth_set_ctrl(m, ctrl);
      return m;
    }();
    return made;
  }
};

TlsStream::TlsStream(std::unique_ptr<ByteStream> low, ssl_ctx_st* context, Role role)
    : low_(std::move(low)), ssl_(SSL_new(context)) {
  BIO* bio = BIO_new(Bio::method());
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_, bio, bio);
  SSL_set_mode(ssl_, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                         SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_set_read_ahead(ssl_, 0);
  SSL_set_msg_callback(ssl_, on_message);
  SSL_set_msg_callback_arg(ssl_, this);
  if (role == Role::kServer)
    SSL_set_accept_state(ssl_);
  else
    SSL_set_connect_state(ssl_);
}

TlsStream::~TlsStream() {
  // Without this OpenSSL takes the session for damaged and never resumes it.
  if (!broken_) SSL_set_shutdown(ssl_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  SSL_free(ssl_);
}

long TlsStream::low_read(char* data, std::size_t size) {
  const long n = low_->try_read(data, size);
  if (n == kBlock) want_ = low_->want();
  if (n == kEof || n == kError) low_ended_ = true;
  // OpenSSL would take this for the end of both directions; see ended_below().
  if (n == kEof) cut_ = true;
  return n == kEof ? kBlock : n;
}

// Reading is over, and what was read may not be whole; writing is not touched.
long TlsStream::ended_below() {
  fault_ = "end without close_notify";
  return kError;
}

// Messages of the handshake after it, and alerts of ours (refused renegotiations).
void TlsStream::on_message(int written, int, int type, const void*, std::size_t, ssl_st*,
                           void* self) {
  auto& stream = *static_cast<TlsStream*>(self);
  const bool counts = written ? type == SSL3_RT_ALERT : type == SSL3_RT_HANDSHAKE;
  if (stream.shaken_ && counts) ++stream.noise_;
}

long TlsStream::low_write(const char* data, std::size_t size) {
  const long n = low_->try_write(data, size);
  if (n == kBlock) want_ = low_->want();
  if (n == kError) low_ended_ = true;
  return n;
}

// What the BIO reads: first what an earlier call left, then what is read ahead in this one.
long TlsStream::take_cipher(char* data, std::size_t size) {
  if (noise_ > kMaxNoise) {
    fault_ = "too many messages without content";
    return kError;
  }
  if (!held_.empty()) {
    const std::size_t n = std::min(size, held_.size() - held_at_);
    std::memcpy(data, held_.data() + held_at_, n);
    held_at_ += n;
    if (held_at_ == held_.size()) std::string().swap(held_), held_at_ = 0;
    return static_cast<long>(n);
  }
  return in_ ? take_from_scratch(data, size) : low_read(data, size);
}

long TlsStream::take_from_scratch(char* data, std::size_t size) {
  Inflow& in = *in_;
  if (!in.rest()) {
    if (in.drained || in.taken >= kFairShare) {
      want_ = Want::kRead;
      return kBlock;
    }
    const long n = low_read(in.scratch.data(), in.limit);
    if (n <= 0) return n;
    in.at = 0;
    in.end = static_cast<std::size_t>(n);
    in.taken += in.end;
    in.drained = in.end < in.limit;
  }
  const std::size_t n = std::min(size, in.end - in.at);
  std::memcpy(data, in.scratch.data() + in.at, n);
  in.at += n;
  return static_cast<long>(n);
}

// What the BIO writes: gathered while a batch is made, else below at once and after what waits.
long TlsStream::give_cipher(const char* data, std::size_t size) {
  if (out_) {
    if (out_->size + size > kScratch) return kError;
    std::memcpy(out_->scratch.data() + out_->size, data, size);
    out_->size += size;
    return static_cast<long>(size);
  }
  while (pending_at_ < pending_.size()) {
    const long n = low_write(pending_.data() + pending_at_, pending_.size() - pending_at_);
    if (n <= 0) return n;
    pending_at_ += static_cast<std::size_t>(n);
  }
  return low_write(data, size);
}

long TlsStream::try_handshake() {
  if (broken_) return kError;
  Inflow in;
  in.limit = kRecord + kRecordOverhead;
  in_ = &in;
  forget_errors();
  const long n = result(SSL_do_handshake(ssl_));
  in_ = nullptr;
  keep_rest(in);
  if (n > 0) shaken_ = true;
  if (n == kBlock && cut_) {
    broken_ = true;
    return ended_below();
  }
  if (n != kEof) return n;
  broken_ = true;
  fault_ = "close_notify";
  return kError;
}

void TlsStream::keep_rest(Inflow& in) {
  if (in.rest()) held_.append(in.scratch.data() + in.at, in.end - in.at);
}

long TlsStream::try_read(char* data, std::size_t size) {
  if (broken_) return kError;
  if (closing_) finish_shutdown();
  Inflow in;
  in.limit = std::min(kScratch, size + kRecordOverhead);
  in_ = &in;
  const long n = read_records(data, size);
  in_ = nullptr;
  keep_rest(in);
  return n == kBlock && cut_ ? ended_below() : n;
}

long TlsStream::read_records(char* data, std::size_t size) {
  std::size_t got = 0;
  while (got < size) {
    forget_errors();
    const auto room = static_cast<int>(std::min<std::size_t>(size - got, 1 << 30));
    const int n = SSL_read(ssl_, data + got, room);
    if (n <= 0) {
      const long why = result(n);
      return got ? static_cast<long>(got) : why;
    }
    got += static_cast<std::size_t>(n);
    noise_ = 0;
    if (!in_->rest() && held_.empty() && SSL_pending(ssl_) == 0) break;
  }
  return static_cast<long>(got);
}

long TlsStream::try_write(const char* data, std::size_t size) {
  if (broken_ || write_broken_) return kError;
  if (owed_ > 0) return std::min(flush_pending(), static_cast<long>(size));
  Outflow out;
  out_ = &out;
  std::size_t plain = 0;
  long why = kBlock;
  while (plain < std::min(size, kBatch)) {
    forget_errors();
    const int n = SSL_write(ssl_, data + plain, static_cast<int>(std::min(size - plain, kRecord)));
    if (n <= 0) {
      why = result(n);
      break;
    }
    plain += static_cast<std::size_t>(n);
  }
  out_ = nullptr;
  if (out.size == 0) return why == kEof ? static_cast<long>(kError) : why;
  return send_batch(out, plain);
}

// Writes below until all is out or it blocks: how much went, kError when it broke.
long TlsStream::push_down(const char* data, std::size_t size) {
  std::size_t sent = 0;
  while (sent < size) {
    const long n = low_write(data + sent, size - sent);
    if (n == kBlock) break;
    if (n <= 0) {
      write_broken_ = true;
      if (fault_.empty()) fault_ = "connection broken";
      if (sent == 0) return kError;
      break;
    }
    sent += static_cast<std::size_t>(n);
  }
  return static_cast<long>(sent);
}

long TlsStream::send_batch(const Outflow& out, std::size_t plain) {
  const long sent = push_down(out.scratch.data(), out.size);
  if (sent < 0) return kError;
  if (plain == 0) {
    broken_ = true;
    return kError;
  }
  const auto gone = static_cast<std::size_t>(sent);
  if (gone == out.size) return static_cast<long>(plain);
  pending_.assign(out.scratch.data() + gone, out.size - gone);
  pending_at_ = 0;
  // Whole bytes of the share that is out; at least one stays owed, so that the caller comes back.
  const std::size_t moved = plain * gone / out.size;
  owed_ = plain - moved;
  if (moved) return static_cast<long>(moved);
  return write_broken_ ? kError : kBlock;  // less than a record went: nobody can read it
}

long TlsStream::flush_pending() {
  const std::size_t rest = pending_.size() - pending_at_;  // 0: a read sent it
  const long sent = push_down(pending_.data() + pending_at_, rest);
  if (sent < 0) return kError;
  pending_at_ += static_cast<std::size_t>(sent);
  if (pending_at_ == pending_.size()) {
    std::string().swap(pending_);
    pending_at_ = 0;
    return static_cast<long>(std::exchange(owed_, 0));
  }
  const std::size_t moved = owed_ * static_cast<std::size_t>(sent) / rest;
  owed_ -= moved;
  return moved ? static_cast<long>(moved) : kBlock;
}

Awaitable<Wake> TlsStream::ready(Want want, TimePoint deadline) {
  const bool here = want == Want::kRead && (SSL_pending(ssl_) > 0 || !held_.empty());
  if (here) return ready_now();
  if (want == Want::kGone) return low_->ready(want, deadline);
  return closing_ ? ready_after_shutdown(want, deadline) : low_->ready(want, deadline);
}

void TlsStream::shutdown_write() {
  if (closing_) return finish_shutdown();
  if (std::exchange(shut_, true)) return;
  if (broken_ || write_broken_ || SSL_in_init(ssl_)) return low_->shutdown_write();
  Outflow out;
  out_ = &out;
  forget_errors();
  SSL_shutdown(ssl_);
  forget_errors();
  out_ = nullptr;
  pending_.append(out.scratch.data(), out.size);
  owed_ = 0;
  closing_ = true;
  finish_shutdown();
}

void TlsStream::finish_shutdown() {
  const long sent = push_down(pending_.data() + pending_at_, pending_.size() - pending_at_);
  if (sent > 0) pending_at_ += static_cast<std::size_t>(sent);
  if (sent >= 0 && pending_at_ < pending_.size()) return;
  closing_ = false;
  std::string().swap(pending_);
  pending_at_ = 0;
  low_->shutdown_write();
}

bool TlsStream::half_closed() const {
  if (broken_ || write_broken_ || SSL_version(ssl_) < TLS1_3_VERSION) return false;
  if (cut_) return low_->half_closed();
  return (SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

// A write under way is a knock already.
void TlsStream::knock() {
  low_->knock();
  const bool writing = owed_ > 0 || pending_at_ < pending_.size() || shut_;
  if (!half_closed() || writing) return;
  forget_errors();
  if (SSL_key_update(ssl_, SSL_KEY_UPDATE_NOT_REQUESTED) == 1) SSL_do_handshake(ssl_);
  forget_errors();
}

bool TlsStream::shutting() const {
  return closing_ || (shut_ && low_->shutting());
}

Awaitable<Wake> TlsStream::ready_after_shutdown(Want want, TimePoint deadline) {
  while (closing_) {
    const Wake wake = co_await low_->ready(Want::kWrite, deadline);
    if (wake != Wake::kReady) co_return wake;
    finish_shutdown();
  }
  co_return co_await low_->ready(want, deadline);
}

void TlsStream::close() {
  low_->close();
}

long TlsStream::result(int n) {
  if (n > 0) return n;
  const int error = SSL_get_error(ssl_, n);
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return kBlock;
    case SSL_ERROR_WANT_CLIENT_HELLO_CB:
      return kHello;
    case SSL_ERROR_ZERO_RETURN:
      return kEof;
    default:
      broken_ = true;
      if (noise_ <= kMaxNoise) fault_ = words_of_error(error);
      return kError;
  }
}

std::string TlsStream::words_of_error(int error) const {
  const unsigned long code = ERR_peek_last_error();
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) return "end without close_notify";
  if (error == SSL_ERROR_SYSCALL || code == 0)
    return low_ended_ ? "connection broken" : "unknown fault";
  if (ERR_GET_LIB(code) == ERR_LIB_SSL && reason > SSL_AD_REASON_OFFSET)
    return alert_words(reason - SSL_AD_REASON_OFFSET);
  if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    return X509_verify_cert_error_string(SSL_get_verify_result(ssl_));
  const char* words = ERR_reason_error_string(code);
  return words ? words : "unknown fault";
}

}  // namespace sekisho::gateway
