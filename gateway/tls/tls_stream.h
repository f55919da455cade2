#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "gateway/byte_stream.h"

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;

namespace sekisho::gateway {

// TLS over another ByteStream, through a BIO of three functions: over a socket, over memory, over
// TLS. No buffer is held while idle.
// A write that was not taken whole must be repeated with the rest of the same bytes, as write_all
// does: they may be encrypted already. What is reported as moved has left this object.
class TlsStream final : public ByteStream {
 public:
  enum class Role { kServer, kClient };
  TlsStream(std::unique_ptr<ByteStream> low, ssl_ctx_st* context, Role role);
  ~TlsStream() override;

  long try_read(char* data, std::size_t size) override;
  long try_write(const char* data, std::size_t size) override;
  Want want() const override { return want_; }
  Awaitable<Wake> ready(Want want, TimePoint deadline) override;
  // close_notify, then the end of the stream below. What the stream below cannot take now goes out
  // with the next try_read() and ready().
  void shutdown_write() override;
  bool shutting() const override;
  bool half_closed() const override;
  void knock() override;
  void wake() override { low_->wake(); }
  // Without close_notify: an answer that was cut must not look whole to the peer.
  void close() override;

  // One step of the handshake: > 0 done, kBlock (wait for want()), kError, or kHello: the client's
  // hello is there and the handshake waits until it is stepped again.
  static constexpr long kHello = -4;
  long try_handshake();
  ssl_st* ssl() { return ssl_; }
  ByteStream& low() { return *low_; }
  // The alert or fault of the last kError, in words ("unknown_ca", "certificate has expired", …);
  // "" if none. Alerts that the peer sent have underscores.
  std::string fault() const { return fault_; }
  // The stream below ended or broke, so a kError is not TLS's own.
  bool low_ended() const { return low_ended_; }

 private:
  struct Bio;  // the three functions
  static void on_message(int written, int version, int type, const void* data, std::size_t size,
                         ssl_st* ssl, void* self);
  struct Inflow;
  struct Outflow;

  long result(int n);
  long read_records(char* data, std::size_t size);
  long low_read(char* data, std::size_t size);
  long ended_below();
  long low_write(const char* data, std::size_t size);
  long take_cipher(char* data, std::size_t size);
  long take_from_scratch(char* data, std::size_t size);
  long give_cipher(const char* data, std::size_t size);
  void keep_rest(Inflow& in);
  long push_down(const char* data, std::size_t size);
  long send_batch(const Outflow& out, std::size_t plain);
  long flush_pending();
  void finish_shutdown();
  Awaitable<Wake> ready_after_shutdown(Want want, TimePoint deadline);
  std::string words_of_error(int error) const;

  std::unique_ptr<ByteStream> low_;
  ssl_st* ssl_ = nullptr;
  std::string fault_;
  Inflow* in_ = nullptr;    // set while a call reads
  Outflow* out_ = nullptr;  // set while a call gathers records
  std::string held_;        // cipher text read from below that no call asked for yet
  std::size_t held_at_ = 0;
  std::string pending_;  // cipher text that below did not take yet
  std::size_t pending_at_ = 0;
  std::size_t owed_ = 0;  // plain bytes in `pending_` not yet reported as moved
  Want want_ = Want::kRead;
  bool shut_ = false;
  bool closing_ = false;  // close_notify is in `pending_`
  bool broken_ = false;
  bool write_broken_ = false;  // what came before may still be read
  bool cut_ = false;           // the end of the stream below came without close_notify
  bool shaken_ = false;        // the handshake is done
  int noise_ = 0;              // messages of TLS itself since the last byte of its content
  bool low_ended_ = false;
};

}  // namespace sekisho::gateway
