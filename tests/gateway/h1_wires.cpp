#include "tests/gateway/h1_wires.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/memory_stream.h"
#include "gateway/socket_stream.h"

namespace sekisho::gateway {

using Acceptor = net::basic_socket_acceptor<net::ip::tcp, Executor>;

struct Wires::Listening {
  explicit Listening(net::io_context& io)
      : acceptor(io.get_executor(), {net::ip::address_v4::loopback(), 0}) {}
  Acceptor acceptor;
};

Wires::Wires(Transport transport) : transport_(transport) {
  if (transport == Transport::kSocket) listening_ = std::make_unique<Listening>(io_);
}

Wires::~Wires() = default;

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> Wires::connect() {
  if (transport_ == Transport::kMemory) return memory_pipe(io_.get_executor());
  Socket theirs(io_.get_executor());
  theirs.connect(listening_->acceptor.local_endpoint());
  Socket ours = listening_->acceptor.accept();
  // Thousands of connections: none may stay behind in TIME_WAIT and use up the ports.
  theirs.set_option(net::socket_base::linger(true, 0));
  return {std::make_unique<SocketStream>(std::move(ours), deadlines_),
          std::make_unique<SocketStream>(std::move(theirs), deadlines_)};
}

void Wires::start(Awaitable<void> what) {
  ++running_;
  net::co_spawn(io_, std::move(what), [this](std::exception_ptr error) {
    --running_;
    EXPECT_FALSE(error);
  });
}

void Wires::settle() {
  io_.restart();
  while (io_.poll() > 0) {
  }
}

void Wires::finish() {
  io_.restart();
  while (running_ > 0 && io_.run_one() > 0) {
  }
  EXPECT_EQ(running_, 0);
}

std::string read_now(ByteStream& stream) {
  std::string out;
  std::array<char, 4096> bytes;
  for (long n; (n = stream.try_read(bytes.data(), bytes.size())) > 0;) {
    out.append(bytes.data(), static_cast<std::size_t>(n));
  }
  return out;
}

void write_now(ByteStream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const long n = stream.try_write(bytes.data(), bytes.size());
    ASSERT_GT(n, 0);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace sekisho::gateway
