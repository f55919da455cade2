#include "gateway/memory_stream.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <cstring>

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;

// Bytes on their way in one direction. The timers are the waiters: cancelled means look again.
struct Lane {
  Lane(Executor executor, std::size_t limit)
      : capacity(limit), readable(executor), writable(executor), gone(executor) {}

  std::size_t size() const { return bytes.size() - taken; }
  bool can_read() const { return size() > 0 || ended || reader_gone; }
  bool can_write() const { return size() < capacity || ended || reader_gone; }
  void wake() {
    readable.cancel();
    writable.cancel();
    gone.cancel();
  }

  std::string bytes;
  std::size_t taken = 0;
  std::size_t capacity;
  bool ended = false;        // the writer sends no more
  bool reader_gone = false;  // writing is an error
  Timer readable, writable, gone;
};

struct Pipe {
  Pipe(Executor executor, std::size_t limit) : lanes{{executor, limit}, {executor, limit}} {}
  Lane lanes[2];
};

class MemoryStream final : public ByteStream {
 public:
  MemoryStream(std::shared_ptr<Pipe> pipe, int side, std::size_t chunk)
      : pipe_(std::move(pipe)),
        in_(pipe_->lanes[side]),
        out_(pipe_->lanes[1 - side]),
        chunk_(chunk) {}
  ~MemoryStream() override { close(); }

  long try_read(char* data, std::size_t size) override {
    if (closed_) return kError;
    const std::size_t n = std::min({size, chunk_, in_.size()});
    if (n == 0 && in_.ended) return kEof;
    if (n == 0) return blocked(Want::kRead);
    std::memcpy(data, in_.bytes.data() + in_.taken, n);
    in_.taken += n;
    if (in_.size() == 0) in_.bytes.clear(), in_.taken = 0;
    in_.writable.cancel();
    return static_cast<long>(n);
  }

  long try_write(const char* data, std::size_t size) override {
    if (closed_ || out_.ended || out_.reader_gone) return kError;
    const std::size_t n = std::min({size, chunk_, out_.capacity - out_.size()});
    if (n == 0) return blocked(Want::kWrite);
    out_.bytes.append(data, n);
    out_.readable.cancel();
    return static_cast<long>(n);
  }

  Want want() const override { return want_; }

  Awaitable<Wake> ready(Want want, TimePoint deadline) override {
    if (closed_) co_return Wake::kClosed;
    if (want == Want::kGone && out_.reader_gone) co_return Wake::kClosed;
    if (want == Want::kRead && in_.can_read()) co_return Wake::kReady;
    if (want == Want::kWrite && out_.can_write()) co_return Wake::kReady;
    Timer& timer = want == Want::kRead    ? in_.readable
                   : want == Want::kWrite ? out_.writable
                                          : out_.gone;
    timer.expires_at(deadline);
    const auto [ec] = co_await timer.async_wait(kAsTuple);
    if (closed_ || (want == Want::kGone && out_.reader_gone)) co_return Wake::kClosed;
    co_return ec ? Wake::kReady : Wake::kTimeout;
  }

  void shutdown_write() override {
    out_.ended = true;
    out_.wake();
  }

  bool half_closed() const override { return in_.ended && !out_.reader_gone && !closed_; }

  void knock() override {}

  void wake() override {
    in_.readable.cancel();
    out_.writable.cancel();
    out_.gone.cancel();
  }

  void close() override {
    if (closed_) return;
    closed_ = true;
    out_.ended = true;
    in_.reader_gone = true;
    in_.wake();
    out_.wake();
  }

 private:
  long blocked(Want want) {
    want_ = want;
    return kBlock;
  }

  std::shared_ptr<Pipe> pipe_;
  Lane& in_;
  Lane& out_;
  std::size_t chunk_;
  Want want_ = Want::kRead;
  bool closed_ = false;
};

}  // namespace

std::pair<std::unique_ptr<ByteStream>, std::unique_ptr<ByteStream>> memory_pipe(
    Executor executor, std::size_t chunk, std::size_t capacity) {
  auto pipe = std::make_shared<Pipe>(executor, capacity);
  return {std::make_unique<MemoryStream>(pipe, 0, chunk),
          std::make_unique<MemoryStream>(pipe, 1, chunk)};
}

}  // namespace sekisho::gateway
