#include "gateway/listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>

#include "gateway/busy_answer.h"
#include "gateway/client_session.h"
#include "gateway/entrance.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {
constexpr Millis kPause{100};
constexpr int kBacklog = 4096;
constexpr int kRefusingAtOnce = 256;  // of one worker; a storm beyond that waits in the backlog

bool out_of_resources(const boost::system::error_code& ec) {
  const int n = ec.value();
  return n == EMFILE || n == ENFILE || n == ENOBUFS || n == ENOMEM;
}

bool set_reuse_port(int fd) {
  const int on = 1;
  return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
}

}  // namespace

std::string endpoint_text(const config::IpAddress& ip, std::uint16_t port) {
  const std::string host = ip.is_v4() ? ip.to_string() : "[" + ip.to_string() + "]";
  return host + ":" + std::to_string(port);
}

net::ip::tcp::endpoint to_endpoint(const config::IpAddress& ip, std::uint16_t port) {
  const auto& b = ip.bytes();
  if (ip.is_v4()) {
    const net::ip::address_v4::bytes_type v4{b[12], b[13], b[14], b[15]};
    return {net::ip::address_v4(v4), port};
  }
  net::ip::address_v6::bytes_type v6;
  std::copy(b.begin(), b.end(), v6.begin());
  return {net::ip::address_v6(v6), port};
}

config::IpAddress from_address(const net::ip::address& address) {
  if (address.is_v4()) {
    const auto v4 = address.to_v4().to_bytes();
    return config::IpAddress::from_bytes(v4.data(), 4);
  }
  const auto v6 = address.to_v6().to_bytes();
  return config::IpAddress::from_bytes(v6.data(), 16);
}

std::unique_ptr<Listener> Listener::bind(Executor executor, const config::IpAddress& ip,
                                         std::uint16_t& port, std::string& error) {
  std::unique_ptr<Listener> made(new Listener(executor));
  const auto endpoint = to_endpoint(ip, port);
  boost::system::error_code ec;
  made->acceptor_.open(endpoint.protocol(), ec);
  if (!ec) made->acceptor_.set_option(net::socket_base::reuse_address(true), ec);
  if (!ec && !set_reuse_port(made->acceptor_.native_handle()))
    ec.assign(errno, boost::system::system_category());
  if (!ec) made->acceptor_.bind(endpoint, ec);
  if (!ec) made->acceptor_.listen(kBacklog, ec);
  if (ec) {
    error = endpoint_text(ip, port) + ": " + ec.message();
    return nullptr;
  }
  port = made->acceptor_.local_endpoint(ec).port();
  return made;
}

std::unique_ptr<Listener> Listener::adopt(Executor executor, int fd, const config::IpAddress& ip,
                                          std::string& error) {
  std::unique_ptr<Listener> made(new Listener(executor));
  made->adopted_ = true;
  const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  boost::system::error_code ec;
  if (own < 0)
    ec.assign(errno, boost::system::system_category());
  else
    made->acceptor_.assign(to_endpoint(ip, 0).protocol(), own, ec);
  if (!ec) made->acceptor_.native_non_blocking(true, ec);
  if (!ec) return made;
  error = "passed socket: " + ec.message();
  return nullptr;
}

bool Listener::is_free(Executor executor, const config::IpAddress& ip, std::uint16_t port,
                       std::string& error) {
  if (port == 0) return true;
  Acceptor probe(executor);
  const auto endpoint = to_endpoint(ip, port);
  boost::system::error_code ec;
  probe.open(endpoint.protocol(), ec);
  if (!ec) probe.set_option(net::socket_base::reuse_address(true), ec);
  if (!ec) probe.bind(endpoint, ec);
  if (ec) error = endpoint_text(ip, port) + ": " + ec.message();
  return !ec;
}

void Listener::start(Worker& worker) {
  worker_ = &worker;
  Awaitable<void> loop = accept_loop(worker);
  net::co_spawn(acceptor_.get_executor(), std::move(loop), net::detached);
}

void Listener::accept_what_waits() {
  boost::system::error_code ec;
  acceptor_.non_blocking(true, ec);
  while (!ec) {
    Socket socket(acceptor_.get_executor());
    acceptor_.accept(socket, ec);
    if (ec) return;
    Counters::add(worker_->counters().connections_accepted);
    start_client_session(*worker_, std::move(socket), entrance_);
  }
}

void Listener::stop() {
  stopped_ = true;
  if (worker_ && !adopted_ && acceptor_.is_open()) accept_what_waits();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

Awaitable<void> Listener::pause(Worker& worker, std::string_view why) {
  Counters::add(worker.counters().accept_pauses);
  worker.services().room.note_paused(why);
  pause_.expires_after(kPause);
  auto [ec] = co_await pause_.async_wait(kAsTuple);
  (void)ec;
}

Awaitable<void> Listener::accept_loop(Worker& worker) {
  using Room = ConnectionRoom::Verdict;
  const ConnectionRoom& room = worker.services().room;
  while (!stopped_) {
    if (room.look() == Room::kNoDescriptors && !worker.make_room()) {
      co_await pause(worker, "descriptors");
      continue;
    }
    if (refusing_ >= kRefusingAtOnce) {
      co_await pause(worker, "limits.connections");
      continue;
    }
    auto [ec, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (ec && stopped_) co_return;
    if (ec) {
      co_await after_error(worker, ec);
      continue;
    }
    take(worker, Socket(std::move(socket)));
  }
}

void Listener::take(Worker& worker, Socket socket) {
  Counters::add(worker.counters().connections_accepted);
  const bool full = worker.services().room.look() == ConnectionRoom::Verdict::kNoConnections;
  if (full && !worker.make_room()) return refuse(worker, std::move(socket));
  start_client_session(worker, std::move(socket), entrance_);
}

void Listener::refuse(Worker& worker, Socket socket) {
  Counters::add(worker.counters().connections_refused);
  worker.services().room.note_refused();
  if (entrance_ && !entrance_->is_open()) return;  // it could not be read before the entrance
  auto stream = std::make_unique<SocketStream>(std::move(socket), worker.deadlines());
  Awaitable<void> answer = answer_busy(worker, std::move(stream));
  ++refusing_;
  net::co_spawn(worker.executor(), std::move(answer), [this](std::exception_ptr) { --refusing_; });
}

Awaitable<void> Listener::after_error(Worker& worker, boost::system::error_code ec) {
  if (!out_of_resources(ec)) {
    // A client that was gone before it was accepted says nothing of the next one.
    if (ec == net::error::connection_aborted || ec.value() == EPROTO) co_return;
    Log::warn("accept_failed", {{"error", ec.message()}});
  }
  worker.pool().close_idle(Clock::now());
  worker.make_room();
  const std::string why = ec.message();
  co_await pause(worker, why);
}

}  // namespace sekisho::gateway
