#include "gateway/byte_stream.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstring>
#include <utility>

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;

Awaitable<Wake> ready_now() {
  co_return Wake::kReady;
}

// The reading half of ready_either(), which outlives it when the io_context dies.
struct Reader {
  bool ended = false, stopped = false;
  Timer* joined = nullptr;
};

Awaitable<void> wait_for_read(ByteStream& stream, TimePoint deadline,
                              std::shared_ptr<Reader> reader) {
  if (!reader->stopped) co_await stream.ready(Want::kRead, deadline);
  reader->ended = true;
  if (reader->joined)
    reader->joined->cancel();
  else
    stream.wake();
}

}  // namespace

Awaitable<long> read_some(ByteStream& stream, char* data, std::size_t size, TimePoint deadline) {
  for (;;) {
    const long n = stream.try_read(data, size);
    if (n != ByteStream::kBlock) co_return n;
    const Wake wake = co_await stream.ready(stream.want(), deadline);
    if (wake == Wake::kTimeout) co_return kTimedOut;
    if (wake == Wake::kClosed) co_return ByteStream::kError;
  }
}

Awaitable<long> write_all(ByteStream& stream, const char* data, std::size_t size, Millis silence) {
  std::size_t done = 0;
  TimePoint deadline = TimePoint::max();
  while (done < size) {
    const long n = stream.try_write(data + done, size - done);
    if (n > 0) {
      done += static_cast<std::size_t>(n);
      deadline = TimePoint::max();
      continue;
    }
    if (n != ByteStream::kBlock) co_return ByteStream::kError;
    // Wakes that bring no byte forward do not prolong the wait.
    if (deadline == TimePoint::max()) deadline = Clock::now() + silence;
    const Wake wake = co_await stream.ready(stream.want(), deadline);
    if (wake == Wake::kTimeout) co_return kTimedOut;
    if (wake == Wake::kClosed) co_return ByteStream::kError;
  }
  co_return static_cast<long>(done);
}

Awaitable<Wake> ready_either(ByteStream& stream, TimePoint deadline) {
  const Executor executor = co_await net::this_coro::executor;
  auto reader = std::make_shared<Reader>();
  Awaitable<void> reading = wait_for_read(stream, deadline, reader);
  net::co_spawn(executor, std::move(reading), net::detached);
  Wake wake = Wake::kReady;
  if (!reader->ended) wake = co_await stream.ready(Want::kWrite, deadline);
  // Nobody may wait for the same stream twice: the reader ends first.
  Timer joined(executor);
  reader->joined = &joined;
  reader->stopped = true;
  if (!reader->ended) stream.wake();
  while (!reader->ended) {
    joined.expires_at(TimePoint::max());
    const auto [ec] = co_await joined.async_wait(kAsTuple);
    (void)ec;
  }
  co_return wake;
}

Awaitable<long> finish_write(ByteStream& stream, Millis silence) {
  stream.shutdown_write();
  while (stream.shutting()) {
    const Wake wake = co_await stream.ready(Want::kWrite, Clock::now() + silence);
    if (wake == Wake::kTimeout) co_return kTimedOut;
    if (wake == Wake::kClosed) co_return ByteStream::kError;
    stream.shutdown_write();
  }
  co_return 0;
}

PrefixStream::PrefixStream(std::string prefix, std::unique_ptr<ByteStream> low)
    : prefix_(std::move(prefix)), low_(std::move(low)) {}

long PrefixStream::try_read(char* data, std::size_t size) {
  if (prefix_.empty()) return low_->try_read(data, size);
  const std::size_t n = std::min(size, prefix_.size() - taken_);
  std::memcpy(data, prefix_.data() + taken_, n);
  taken_ += n;
  if (taken_ == prefix_.size()) std::string().swap(prefix_);
  return static_cast<long>(n);
}

long PrefixStream::try_write(const char* data, std::size_t size) {
  return low_->try_write(data, size);
}

Want PrefixStream::want() const {
  return low_->want();
}

Awaitable<Wake> PrefixStream::ready(Want want, TimePoint deadline) {
  if (want == Want::kRead && !prefix_.empty()) return ready_now();
  return low_->ready(want, deadline);
}

void PrefixStream::shutdown_write() {
  low_->shutdown_write();
}

bool PrefixStream::shutting() const {
  return low_->shutting();
}

void PrefixStream::close() {
  std::string().swap(prefix_);
  low_->close();
}

}  // namespace sekisho::gateway
