#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "gateway/byte_stream.h"

namespace sekisho::gateway {

// Two ends of a pipe in memory, for tests and for TLS inside TLS: what one end writes the other
// reads, at most `chunk` bytes a call, at most `capacity` bytes in flight (then try_write blocks).
std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> memory_pipe(
    Executor executor, std::size_t chunk = 65536, std::size_t capacity = 1 << 20);

}  // namespace sekisho::gateway
