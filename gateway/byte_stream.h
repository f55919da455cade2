#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "gateway/async.h"

namespace sekisho::gateway {

// kGone: nothing but the end of the whole connection (a reset) is waited for.
enum class Want { kRead, kWrite, kGone };
enum class Wake { kReady, kTimeout, kClosed };

// A byte stream that never blocks: a socket, TLS over another stream, memory in tests. One reader
// and one writer, one thread.
class ByteStream {
 public:
  static constexpr long kBlock = -1;  // nothing now: wait with ready(want(), …)
  static constexpr long kEof = 0;     // orderly end of what the peer sends
  static constexpr long kError = -2;  // broken (reset, TLS fault, end without close_notify)

  virtual ~ByteStream() = default;
  // Bytes moved (> 0) or one of the constants.
  virtual long try_read(char* data, std::size_t size) = 0;
  virtual long try_write(const char* data, std::size_t size) = 0;
  // After kBlock: what the stream needs (TLS may need to write in order to read).
  virtual Want want() const = 0;
  // Suspends until the stream can go on, the deadline passes or close() is called. kReady may be
  // spurious. At most one waiter for each of Want; for kGone, kClosed says that the peer is gone.
  virtual Awaitable<Wake> ready(Want want, TimePoint deadline) = 0;
  // Sends what an orderly end of our direction needs (FIN, close_notify) without waiting; reading
  // goes on.
  virtual void shutdown_write() = 0;
  // Whether that could not all be sent yet: wait for kWrite and call shutdown_write() again, as
  // finish_write() does.
  virtual bool shutting() const { return false; }
  // After an end of what the peer sends: whether it may still read, by the rules of the protocol.
  // TLS 1.2 has no such state (RFC 5246 7.2.1); in 1.3 it is the same with close_notify and
  // without.
  virtual bool half_closed() const = 0;
  // An end looks alike whether the peer only sends no more or is gone. Sends what asks for no
  // answer, and what the system of a peer that is gone answers with a reset: a KeyUpdate in
  // TLS 1.3; over TCP alone keep-alive probes, which find it out within about a minute.
  virtual void knock() = 0;
  // All waiters look again (kReady).
  virtual void wake() = 0;
  // Ends both directions now; a waiter wakes with kClosed. Idempotent.
  virtual void close() = 0;
};

// Reads at least one byte, or tells why not: > 0, kEof, kError, or kTimedOut.
inline constexpr long kTimedOut = -3;
Awaitable<long> read_some(ByteStream& stream, char* data, std::size_t size, TimePoint deadline);
// Writes everything: size, kError or kTimedOut. `silence`: longest wait without progress.
Awaitable<long> write_all(ByteStream& stream, const char* data, std::size_t size, Millis silence);

// Suspends until the stream can be written or has something to read.
Awaitable<Wake> ready_either(ByteStream& stream, TimePoint deadline);

// shutdown_write() until its last byte is out: 0, kError or kTimedOut.
Awaitable<long> finish_write(ByteStream& stream, Millis silence);

// The bytes taken from a stream before its protocol was known, given back in front of it.
class PrefixStream final : public ByteStream {
 public:
  PrefixStream(std::string prefix, std::unique_ptr<ByteStream> low);
  long try_read(char* data, std::size_t size) override;
  long try_write(const char* data, std::size_t size) override;
  Want want() const override;
  Awaitable<Wake> ready(Want want, TimePoint deadline) override;
  void shutdown_write() override;
  bool shutting() const override;
  bool half_closed() const override { return low_->half_closed(); }
  void knock() override { low_->knock(); }
  void wake() override { low_->wake(); }
  void close() override;

 private:
  std::string prefix_;
  std::size_t taken_ = 0;
  std::unique_ptr<ByteStream> low_;
};

}  // namespace sekisho::gateway
