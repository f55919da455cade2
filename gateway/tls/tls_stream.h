#pragma once

#include <memory>
#include <string>

#include "gateway/byte_stream.h"

struct ssl_st;
struct ssl_ctx_st;

namespace sekisho::gateway {

// TLS over another ByteStream, through a BIO of three functions: over a socket, over memory, over TLS. No buffer is held while idle.
class TlsStream final : public ByteStream {
 public:
  enum class Role { kServer, kClient };
  TlsStream(std::unique_ptr<ByteStream> low, ssl_ctx_st* context, Role role);
  ~TlsStream() override;

  long try_read(char* data, std::size_t size) override;
  long try_write(const char* data, std::size_t size) override;
  Want want() const override;
  Awaitable<Wake> ready(Want want, TimePoint deadline) override;
  void shutdown_write() override;  // close_notify
  void close() override;

  // One step of the handshake: > 0 done, kBlock (wait for want()), kError, or kHello: the client's hello is there and the
  // handshake waits until it is stepped again.
  static constexpr long kHello = -4;
  long try_handshake();
  ssl_st* ssl() { return ssl_; }
  ByteStream& low() { return *low_; }
  // The alert or fault of the last kError, in words ("unknown_ca", "certificate has expired", …); "" if none.
  std::string fault() const { return fault_; }

 private:
  long result(int n);
  std::unique_ptr<ByteStream> low_;
  ssl_st* ssl_ = nullptr;
  std::string fault_;
  bool shut_ = false;
};

}  // namespace sekisho::gateway
