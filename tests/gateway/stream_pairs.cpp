#include "tests/gateway/stream_pairs.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <map>
#include <mutex>

#include "gateway/memory_stream.h"
#include "gateway/socket_stream.h"

namespace sekisho::gateway {

namespace {

std::mutex unfinished_mutex;
std::map<const net::io_context*, int> unfinished;

bool was_last(const net::io_context& io) {
  const std::lock_guard lock(unfinished_mutex);
  if (--unfinished[&io] > 0) return false;
  unfinished.erase(&io);
  return true;
}

}  // namespace

void start(net::io_context& io, Awaitable<void> work) {
  {
    const std::lock_guard lock(unfinished_mutex);
    ++unfinished[&io];
  }
  if (io.stopped()) io.restart();
  net::co_spawn(io.get_executor(), std::move(work), [&io](std::exception_ptr failed) {
    if (was_last(io)) io.stop();
    if (failed) std::rethrow_exception(failed);
  });
}

void abandon(net::io_context& io, Awaitable<void> work) {
  net::co_spawn(io.get_executor(), std::move(work), net::detached);
}

Ends connected_sockets(net::io_context& io, Deadlines& deadlines) {
  net::basic_socket_acceptor<net::ip::tcp, Executor> acceptor(io.get_executor(),
                                                              {net::ip::address_v4::loopback(), 0});
  Socket one(io.get_executor()), other(io.get_executor());
  one.connect(acceptor.local_endpoint());
  acceptor.accept(other);
  return {std::make_unique<SocketStream>(std::move(one), deadlines),
          std::make_unique<SocketStream>(std::move(other), deadlines)};
}

Ends connected(net::io_context& io, Deadlines& deadlines, Transport transport) {
  if (transport.chunk == 0) return connected_sockets(io, deadlines);
  return memory_pipe(io.get_executor(), transport.chunk, transport.capacity);
}

Awaitable<std::string> read_to_end(ByteStream& stream) {
  std::string all;
  auto buffer = std::make_unique<char[]>(20000);
  for (;;) {
    const long n = co_await read_some(stream, buffer.get(), 20000, soon());
    if (n == ByteStream::kEof) co_return all;
    if (n < 0) co_return all + "!";
    all.append(buffer.get(), static_cast<std::size_t>(n));
  }
}

}  // namespace sekisho::gateway
