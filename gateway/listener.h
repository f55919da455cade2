#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "config/gateway_file.h"
#include "gateway/async.h"
#include "gateway/socket_stream.h"

namespace sekisho::gateway {

class Entrance;
class Worker;

// One listening socket of one worker. Where there is no room for another connection, one that
// never carried a request is ended for it; else a client is told (limits.connections) or accepting
// pauses (descriptors) and goes on by itself.
class Listener {
 public:
  // Binds with SO_REUSEPORT. nullptr and `error` on failure. `port` in/out: 0 takes a free one, the
  // others of a gateway then share it.
  static std::unique_ptr<Listener> bind(Executor executor, const config::IpAddress& ip,
                                        std::uint16_t& port, std::string& error);
  // A duplicate of a listening socket that was passed to this process, one for each worker: whoever
  // is free takes the next connection.
  static std::unique_ptr<Listener> adopt(Executor executor, int fd, const config::IpAddress& ip,
                                         std::string& error);
  // Whether nobody else listens there: SO_REUSEPORT alone would share the port with another gateway
  // without a word.
  static bool is_free(Executor executor, const config::IpAddress& ip, std::uint16_t port,
                      std::string& error);
  // What its clients pass first; without it they pass nothing.
  void use(std::shared_ptr<const Entrance> entrance) { entrance_ = std::move(entrance); }
  void start(Worker& worker);
  // Accepts no more. Connections that the kernel took already are served, unless the socket was
  // passed: then they wait there for the next gateway.
  void stop();

 private:
  using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Executor>;
  using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
  explicit Listener(Executor executor) : acceptor_(executor), pause_(executor) {}
  Awaitable<void> accept_loop(Worker& worker);
  Awaitable<void> pause(Worker& worker, std::string_view why);
  Awaitable<void> after_error(Worker& worker, boost::system::error_code ec);
  void take(Worker& worker, Socket socket);
  void refuse(Worker& worker, Socket socket);

  void accept_what_waits();

  Acceptor acceptor_;
  std::shared_ptr<const Entrance> entrance_;
  Worker* worker_ = nullptr;  // since start()
  Timer pause_;
  bool stopped_ = false;
  int refusing_ = 0;      // connections being told that there is no room
  bool adopted_ = false;  // what waits in its queue is for the gateway after us
};

// "127.0.0.1:8080", "[::1]:8080".
std::string endpoint_text(const config::IpAddress& ip, std::uint16_t port);
net::ip::tcp::endpoint to_endpoint(const config::IpAddress& ip, std::uint16_t port);
config::IpAddress from_address(const net::ip::address& address);

}  // namespace sekisho::gateway
