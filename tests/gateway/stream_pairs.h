#pragma once

// Two connected ends, over memory in pieces of several sizes and over loopback sockets: one suite,
// several transports.

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "gateway/byte_stream.h"
#include "gateway/deadlines.h"

namespace sekisho::gateway {

using StreamPtr = std::unique_ptr<ByteStream>;
using Ends = std::pair<StreamPtr, StreamPtr>;

// 0: loopback sockets; else memory, so many bytes a call.
struct Transport {
  std::size_t chunk = 4096;
  std::size_t capacity = 1 << 20;
};

Ends connected(net::io_context& io, Deadlines& deadlines, Transport transport);
Ends connected_sockets(net::io_context& io, Deadlines& deadlines);

inline TimePoint soon() {
  return Clock::now() + std::chrono::seconds(20);
}

// Spawns on `io`, whose run() returns when all that was started there ended: time-outs that nobody
// waits for any more would keep it busy.
void start(net::io_context& io, Awaitable<void> work);
// For what never ends.
void abandon(net::io_context& io, Awaitable<void> work);

// Everything up to the end; "!" at its end when it broke or took too long.
Awaitable<std::string> read_to_end(ByteStream& stream);

}  // namespace sekisho::gateway
