#include "gateway/listener.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <cstring>

#include "gateway/client_session.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {
constexpr Millis kPause{100};
constexpr int kBacklog = 4096;

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
  Awaitable<void> loop = accept_loop(worker);
  net::co_spawn(acceptor_.get_executor(), std::move(loop), net::detached);
}

void Listener::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

Awaitable<void> Listener::pause(Worker& worker) {
  Counters::add(worker.counters().accept_pauses);
  pause_.expires_after(kPause);
  auto [ec] = co_await pause_.async_wait(kAsTuple);
  (void)ec;
}

Awaitable<void> Listener::accept_loop(Worker& worker) {
  const Services& services = worker.services();
  while (!stopped_) {
    if (services.connections.load(std::memory_order_relaxed) >=
        services.settings.limits.connections) {
      co_await pause(worker);
      continue;
    }
    auto [ec, socket] = co_await acceptor_.async_accept(kAsTuple);
    if (stopped_) co_return;
    if (ec) {
      Log::warn("accept_failed", {{"error", ec.message()}});
      co_await pause(worker);
      continue;
    }
    Counters::add(worker.counters().connections_accepted);
    start_client_session(worker, Socket(std::move(socket)));
  }
}

}  // namespace sekisho::gateway
