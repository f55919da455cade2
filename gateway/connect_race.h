#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/ip.h"
#include "gateway/async.h"
#include "gateway/socket_stream.h"

namespace sekisho::gateway {

// The order in which addresses are tried: the resolver's, the kinds taking turns (RFC 8305,
// section 4). Gives indices into `addresses`.
std::vector<std::size_t> connect_order(const std::vector<config::IpAddress>& addresses);

struct Connected {
  std::unique_ptr<SocketStream> stream;  // null: none answered
  std::size_t index = 0;                 // of the address that did
  std::size_t tried = 0;
  std::string error;  // of the last that failed, "timed out", or kOutOfDescriptors
};
inline constexpr const char* kOutOfDescriptors = "out of descriptors";

// Connects to the first of `addresses` that answers. The next one is tried 250 ms after the one
// before, or at once when that failed (RFC 8305, section 5): a dead address costs a fraction of a
// second, however many there are. The others are given up as soon as one answered.
Awaitable<Connected> connect_first(Executor executor, Deadlines& deadlines,
                                   std::vector<config::IpAddress> addresses, std::uint16_t port,
                                   TimePoint deadline);

}  // namespace sekisho::gateway
