#include "gateway/byte_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sekisho::gateway {
namespace {

Awaitable<Wake> ready_now() {
  co_return Wake::kReady;
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
