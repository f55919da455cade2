#include "bench/lab/load/connection.h"

#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "bench/lab/net/clock.h"
#include "bench/lab/net/loopback.h"
#include "bench/lab/net/message.h"

namespace sekisho::lab {
namespace {

constexpr std::size_t kRecord = 16 * 1024;

int connection_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

}  // namespace

Connection::Connection(const Plan& plan, Poller& poller, std::vector<char>& scratch)
    : plan_(plan), poller_(poller), scratch_(scratch) {
  if (plan.options.resume) SSL_CTX_sess_set_new_cb(plan.tls.get(), keep_session);
}

Connection::~Connection() {
  close();
}

bool Connection::open() {
  opened_at_ = now_ns();
  host_ = plan_.next_host();
  head_.clear();
  fd_ = connect_to(plan_.address);
  if (fd_ < 0) return false;
  state_ = State::kTcp;
  wants_write_ = true;
  poller_.add(fd_, this, true);
  return true;
}

void Connection::close() {
  if (ssl_) {
    tls_goodbye(ssl_.get());
    SSL_set_ex_data(ssl_.get(), connection_index(), nullptr);
    ssl_.reset();
  }
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  state_ = State::kClosed;
}

Connection::Outcome Connection::fail(std::string why) {
  failure_ = std::move(why);
  close();
  return Outcome::kFailed;
}

void Connection::want_write(bool write) {
  if (wants_write_ == write) return;
  wants_write_ = write;
  poller_.want_write(fd_, this, write);
}

Connection::Outcome Connection::on_event(std::uint32_t events, Tally& tally) {
  switch (state_) {
    case State::kTcp:
      return plan_.options.proxy.empty() ? start_tls(tally) : on_connected();
    case State::kConnect:
      return read_connect_answer(tally);
    case State::kTls:
      return shake(tally);
    case State::kSending:
      if (events & EPOLLOUT) return send_more();
      return receive(tally);
    case State::kReady:
    case State::kReceiving:
      return receive(tally);
    case State::kClosed:
      break;
  }
  return Outcome::kWaiting;
}

Connection::Outcome Connection::on_connected() {
  if (const int error = connect_error(fd_))
    return fail(std::string("connect: ") + std::strerror(error));
  const std::string request = plan_.connect_request(host_);
  if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return fail("connect: not sent");
  state_ = State::kConnect;
  want_write(false);
  return Outcome::kWaiting;
}

// Byte by byte would be slow and a plain read could swallow the start of TLS: look first, then take
// the head alone.
Connection::Outcome Connection::read_connect_answer(Tally& tally) {
  const ssize_t seen = recv(fd_, scratch_.data(), scratch_.size(), MSG_PEEK);
  if (seen < 0 && errno == EAGAIN) return Outcome::kWaiting;
  if (seen <= 0) return fail("connect: closed");
  const std::size_t had = head_.size();
  head_.append(scratch_.data(), static_cast<std::size_t>(seen));
  const std::size_t end = head_end(head_, had);
  const std::size_t taken = end == head_.npos ? static_cast<std::size_t>(seen) : end - had;
  if (recv(fd_, scratch_.data(), taken, 0) < 0) return fail("connect: closed");
  if (end == head_.npos) return Outcome::kWaiting;
  if (status_of(head_) != 200) return fail("connect: status " + std::to_string(status_of(head_)));
  return start_tls(tally);
}

Connection::Outcome Connection::start_tls(Tally& tally) {
  ssl_.reset(SSL_new(plan_.tls.get()));
  SSL_set_ex_data(ssl_.get(), connection_index(), this);
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_connect_state(ssl_.get());
  SSL_set_tlsext_host_name(ssl_.get(), host_.c_str());
  SSL_set1_host(ssl_.get(), host_.c_str());
  if (session_) SSL_set_session(ssl_.get(), session_.get());
  state_ = State::kTls;
  return shake(tally);
}

int Connection::keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* self = static_cast<Connection*>(SSL_get_ex_data(ssl, connection_index()));
  if (!self) return 0;
  self->session_.reset(session);
  return 1;
}

Connection::Outcome Connection::shake(Tally& tally) {
  const Io io = tls_handshake(ssl_.get());
  if (io == Io::kClosed) return fail(tls_failure(ssl_.get()));
  want_write(io == Io::kBlocked && SSL_want_write(ssl_.get()));
  if (io == Io::kBlocked) return Outcome::kWaiting;
  state_ = State::kReady;
  ++tally.handshakes;
  if (SSL_session_reused(ssl_.get())) ++tally.resumed;
  return Outcome::kReady;
}

Connection::Outcome Connection::send_request(bool warm_up) {
  requested_at_ = now_ns();
  first_ = plan_.request_head(host_, warm_up);
  rest_ = warm_up ? std::string_view() : plan_.body;
  const std::size_t joined = std::min(rest_.size(), kRecord - first_.size() % kRecord);
  first_.append(rest_.substr(0, joined));
  rest_.remove_prefix(joined);
  sent_ = 0;
  answer_ = AnswerReader();
  meters_ = !warm_up && plan_.mode == Mode::kStream;
  meter_.begin(requested_at_);
  state_ = State::kSending;
  return send_more();
}

std::string_view Connection::unsent() const {
  if (sent_ < first_.size()) return std::string_view(first_).substr(sent_);
  return rest_.substr(sent_ - first_.size());
}

Connection::Outcome Connection::send_more() {
  while (!unsent().empty()) {
    const IoResult result = tls_write(ssl_.get(), unsent());
    if (result.io == Io::kClosed) return fail("closed while sending");
    if (result.io == Io::kBlocked) {
      want_write(true);
      return Outcome::kWaiting;
    }
    sent_ += result.bytes;
  }
  want_write(false);
  state_ = State::kReceiving;
  return Outcome::kWaiting;
}

// Between requests only tickets and the end of the connection arrive here.
Connection::Outcome Connection::receive(Tally& tally) {
  do {
    const IoResult result = tls_read(ssl_.get(), scratch_.data(), scratch_.size());
    if (result.io == Io::kBlocked) return Outcome::kWaiting;
    if (result.io == Io::kClosed) return on_ended();
    if (state_ == State::kReady) return fail("bytes without a request");
    const std::string_view bytes(scratch_.data(), result.bytes);
    const auto progress = answer_.feed(bytes, now_ns(), meters_ ? &meter_ : nullptr, tally);
    if (progress == AnswerReader::Progress::kBroken) return fail("broken answer");
    if (progress == AnswerReader::Progress::kDone) {
      if (state_ == State::kSending) return fail("answered before the request was sent");
      state_ = State::kReady;
      return Outcome::kAnswered;
    }
  } while (SSL_has_pending(ssl_.get()));
  return Outcome::kWaiting;
}

Connection::Outcome Connection::on_ended() {
  if (state_ == State::kReady) {
    fail("closed while idle");
    return Outcome::kDropped;
  }
  if (answer_.at_end() == AnswerReader::Progress::kDone) return Outcome::kAnswered;
  return fail(answer_.untouched() ? "closed before the answer" : "closed within the answer");
}

}  // namespace sekisho::lab
