#include "gateway/socket_stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sekisho::gateway {
namespace {

using boost::system::error_code;

// A peer that vanished is noticed after two minutes, also in silences that are allowed to be long.
constexpr int kKnockSeconds = 5;
constexpr int kKeepIdleSeconds = 60, kKeepIntervalSeconds = 15, kKeepProbes = 4;

void set_option(int fd, int level, int name, int value) {
  ::setsockopt(fd, level, name, &value, sizeof value);
}

void set_options(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, kKeepIdleSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, kKeepIntervalSeconds);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, kKeepProbes);
}

template <class Call>
long restarted(Call call) {
  long n = 0;
  do n = call();
  while (n < 0 && errno == EINTR);
  return n;
}

bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace

net::ip::tcp::endpoint endpoint_of(const config::IpAddress& ip, std::uint16_t port) {
  net::ip::address_v6::bytes_type all;
  std::copy(ip.bytes().begin(), ip.bytes().end(), all.begin());
  if (!ip.is_v4()) return {net::ip::address_v6(all), port};
  net::ip::address_v4::bytes_type four;
  std::copy(all.begin() + 12, all.end(), four.begin());
  return {net::ip::address_v4(four), port};
}

SocketStream::SocketStream(Socket socket, Deadlines& deadlines)
    : Entry(deadlines), socket_(std::move(socket)) {
  error_code ignored;
  socket_.native_non_blocking(true, ignored);
  set_options(socket_.native_handle());
}

SocketStream::~SocketStream() {
  close();
}

long SocketStream::try_read(char* data, std::size_t size) {
  if (closed_) return kError;
  const int fd = socket_.native_handle();
  const long n = restarted([&] { return ::recv(fd, data, size, 0); });
  if (n == 0) ended_ = true;
  if (n >= 0) return n;
  if (!would_block()) {
    ended_ = false;
    return kError;
  }
  want_ = Want::kRead;
  return kBlock;
}

bool SocketStream::has_input() {
  char one = 0;
  return !closed_ && ::recv(socket_.native_handle(), &one, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

long SocketStream::try_write(const char* data, std::size_t size) {
  if (closed_) return kError;
  const int fd = socket_.native_handle();
  const long n = restarted([&] { return ::send(fd, data, size, MSG_NOSIGNAL); });
  if (n >= 0) return n;
  if (!would_block()) return kError;
  want_ = Want::kWrite;
  return kBlock;
}

Awaitable<Wake> SocketStream::ready(Want want, TimePoint deadline) {
  if (closed_) co_return Wake::kClosed;
  if (deadline != TimePoint::max() && deadline <= Clock::now()) co_return Wake::kTimeout;
  Waiter& mine = waiter(want);
  mine.deadline = deadline;
  mine.timed_out = false;
  rearm();
  const auto what = want == Want::kRead    ? Socket::wait_read
                    : want == Want::kWrite ? Socket::wait_write
                                           : Socket::wait_error;
  const auto [ec] = co_await socket_.async_wait(what, kAsTuple);
  mine.deadline = TimePoint::max();
  rearm();
  if (closed_) co_return Wake::kClosed;
  if (mine.timed_out) co_return Wake::kTimeout;
  if (want == Want::kGone && !ec) co_return Wake::kClosed;
  // The other direction's time-out cancels both: this one merely looks again.
  co_return !ec || ec == net::error::operation_aborted ? Wake::kReady : Wake::kClosed;
}

void SocketStream::rearm() {
  arm(std::min({waiters_[0].deadline, waiters_[1].deadline, waiters_[2].deadline}));
}

void SocketStream::expired() {
  const TimePoint now = Clock::now();
  for (Waiter& each : waiters_)
    if (each.deadline <= now) {
      each.timed_out = true;
      each.deadline = TimePoint::max();
    }
  rearm();
  error_code ignored;
  socket_.cancel(ignored);
}

void SocketStream::shutdown_write() {
  error_code ignored;
  if (!closed_) socket_.shutdown(Socket::shutdown_send, ignored);
}

void SocketStream::knock() {
  if (closed_) return;
  set_option(socket_.native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, kKnockSeconds);
  set_option(socket_.native_handle(), IPPROTO_TCP, TCP_KEEPINTVL, kKnockSeconds);
}

void SocketStream::wake() {
  error_code ignored;
  if (!closed_) socket_.cancel(ignored);
}

void SocketStream::close() {
  if (closed_) return;
  closed_ = true;
  disarm();
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace sekisho::gateway
