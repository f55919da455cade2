#include "bench/lab/service/service_connection.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <utility>

#include "bench/lab/net/clock.h"
#include "bench/lab/service/answers.h"

namespace sekisho::lab {
namespace {

// How much of a burst is written before others get their turn.
constexpr int kEventsATurn = 64;
constexpr std::uint64_t kMostBytes = 64 * 1024;

// A random phase, so that many streams do not fire in the same instant.
std::uint64_t phase(std::uint64_t interval) {
  static thread_local std::minstd_rand random(12345);
  return interval ? random() % interval : 0;
}

std::string filler(std::uint64_t size) {
  return std::string(std::min(size, kMostBytes), 'x');
}

}  // namespace

ServiceConnection::ServiceConnection(int fd, SslPtr ssl, Poller& poller,
                                     const ServiceOptions& options, std::vector<char>& scratch)
    : fd_(fd), ssl_(std::move(ssl)), poller_(poller), options_(options), scratch_(scratch) {
  SSL_set_fd(ssl_.get(), fd_);
  SSL_set_accept_state(ssl_.get());
  poller_.add(fd_, this);
}

ServiceConnection::~ServiceConnection() {
  tls_goodbye(ssl_.get());
  close(fd_);
}

void ServiceConnection::want_write(bool write) {
  if (wants_write_ == write) return;
  wants_write_ = write;
  poller_.want_write(fd_, this, write);
}

bool ServiceConnection::on_event(std::uint32_t events) {
  if (events & (EPOLLERR | EPOLLHUP)) return false;
  if (!established_) {
    if (!shake()) return false;
    if (!established_) return true;
  } else if ((events & EPOLLOUT) && !fill_and_flush()) {
    return false;
  }
  return read();
}

bool ServiceConnection::shake() {
  const Io io = tls_handshake(ssl_.get());
  established_ = io == Io::kDone;
  if (io == Io::kClosed) return false;
  want_write(io == Io::kBlocked && SSL_want_write(ssl_.get()));
  return true;
}

bool ServiceConnection::read() {
  do {
    const IoResult result = tls_read(ssl_.get(), scratch_.data(), scratch_.size());
    if (result.io == Io::kClosed) return false;
    if (result.io == Io::kBlocked) return true;
    if (!take({scratch_.data(), result.bytes})) return false;
  } while (SSL_has_pending(ssl_.get()));
  return true;
}

bool ServiceConnection::take(std::string_view bytes) {
  while (!bytes.empty()) {
    switch (reader_.feed(bytes)) {
      case RequestReader::Progress::kBroken:
        return false;
      case RequestReader::Progress::kMore:
        return true;
      case RequestReader::Progress::kContinue:
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
        break;
      case RequestReader::Progress::kRequest:
        answer(reader_.request());
        break;
    }
    if (!fill_and_flush()) return false;
  }
  return true;
}

void ServiceConnection::answer(const ServiceRequest& request) {
  static constexpr std::string_view kBytes = "/bytes/";
  static const std::string kCompletion = completion_json(options_.answer_bytes);
  close_after_ = request.close;
  if (request.target.starts_with("/v1/") && request.wants_stream())
    begin_stream(request);
  else if (request.target.starts_with("/v1/"))
    out_ += answer_with("application/json", kCompletion);
  else if (request.target == "/echo")
    out_ += answer_with("application/json", request.body);
  else if (request.target.starts_with(kBytes))
    out_ += answer_with("application/octet-stream",
                        filler(std::strtoull(request.target.c_str() + kBytes.size(), nullptr, 10)));
  else
    out_ += not_found();
}

void ServiceConnection::begin_stream(const ServiceRequest& request) {
  events_ = query_number(request.target, "n").value_or(options_.events);
  interval_ns_ = query_number(request.target, "us").value_or(options_.interval_us) * 1000;
  next_event_ = 0;
  streaming_ = true;
  out_ += stream_head();
  // The first event leaves with the head, at once.
  due_ = now_ns() - phase(interval_ns_);
  if (interval_ns_) add_event();
}

void ServiceConnection::add_event() {
  if (next_event_ < events_) {
    out_ += stream_event(next_event_++);
    due_ += interval_ns_;
    due_taken_ = false;
    return;
  }
  out_ += stream_end();
  streaming_ = false;
}

bool ServiceConnection::on_due() {
  add_event();
  return fill_and_flush();
}

std::optional<std::uint64_t> ServiceConnection::take_due() {
  if (!streaming_ || !interval_ns_ || std::exchange(due_taken_, true)) return std::nullopt;
  return due_;
}

// In a burst each event is written by itself, as a service does that flushes each token.
bool ServiceConnection::fill_and_flush() {
  if (!flush()) return false;
  for (int i = 0; streaming_ && !interval_ns_ && out_.empty(); ++i) {
    if (i == kEventsATurn) {
      want_write(true);
      return true;
    }
    add_event();
    if (!flush()) return false;
  }
  return !(close_after_ && !streaming_ && out_.empty());
}

bool ServiceConnection::flush() {
  while (sent_ < out_.size()) {
    const IoResult result = tls_write(ssl_.get(), std::string_view(out_).substr(sent_));
    if (result.io == Io::kClosed) return false;
    if (result.io == Io::kBlocked) {
      want_write(true);
      return true;
    }
    sent_ += result.bytes;
  }
  out_.clear();
  if (out_.capacity() > kMostBytes) out_.shrink_to_fit();
  sent_ = 0;
  want_write(false);
  return true;
}

}  // namespace sekisho::lab
