#pragma once

#include <memory>

#include "gateway/async.h"
#include "gateway/byte_stream.h"

namespace sekisho::gateway {

class Worker;

// Answers a connection for which there is no room, whatever it asks: 503 naming limits.connections,
// then reads a moment, so that no reset eats the answer.
Awaitable<void> answer_busy(Worker& worker, std::unique_ptr<ByteStream> stream);

}  // namespace sekisho::gateway
