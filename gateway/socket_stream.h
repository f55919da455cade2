#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "config/ip.h"
#include "gateway/byte_stream.h"
#include "gateway/deadlines.h"

namespace sekisho::gateway {

using Socket = net::basic_stream_socket<net::ip::tcp, Executor>;

// A connected TCP socket as a ByteStream (TCP_NODELAY, keep-alive on). kReady may be spurious.
// Whoever waits in ready() keeps the stream alive until it returned.
class SocketStream final : public ByteStream, private Deadlines::Entry {
 public:
  SocketStream(Socket socket, Deadlines& deadlines);
  ~SocketStream() override;

  long try_read(char* data, std::size_t size) override;
  long try_write(const char* data, std::size_t size) override;
  Want want() const override { return want_; }
  Awaitable<Wake> ready(Want want, TimePoint deadline) override;
  void shutdown_write() override;
  bool half_closed() const override { return ended_ && !closed_; }
  void knock() override;
  void wake() override;
  void close() override;
  Socket& socket() { return socket_; }
  // Expires with the stream, for those who may have to close it and do not own it.
  std::weak_ptr<SocketStream*> handle() const { return self_; }
  // Bytes have arrived that nobody has read.
  bool has_input();

 private:
  // One direction's waiter; deadline max = nobody waits, or for ever.
  struct Waiter {
    TimePoint deadline = TimePoint::max();
    bool timed_out = false;
  };
  Waiter& waiter(Want want) { return waiters_[static_cast<int>(want)]; }
  void rearm();
  void expired() override;

  const std::shared_ptr<SocketStream*> self_ = std::make_shared<SocketStream*>(this);
  Socket socket_;
  Want want_ = Want::kRead;
  bool closed_ = false;
  bool ended_ = false;  // the peer sends no more
  Waiter waiters_[3];
};

net::ip::tcp::endpoint endpoint_of(const config::IpAddress& ip, std::uint16_t port);

}  // namespace sekisho::gateway
