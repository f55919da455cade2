#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bench/lab/bound/byte_buffer.h"
#include "bench/lab/net/poller.h"
#include "bench/lab/net/tls.h"

namespace sekisho::lab {

struct Host;
class Session;

// One TLS side of an exchange. What OpenSSL encrypts is gathered in `gathered`, which all legs of a
// side share within a turn of the loop, so that one send() takes many records. Functions that
// return bool: false means the leg is lost.
class Leg {
 public:
  enum class Side { kClient, kOrigin };

  Leg(Side side, int fd, Poller& poller, ByteBuffer& gathered, bool write);
  ~Leg();
  Leg(const Leg&) = delete;
  Leg& operator=(const Leg&) = delete;

  void start_tls(SSL_CTX* context);
  bool shake();
  bool established() const { return established_; }
  bool closed() const { return fd_ < 0; }

  IoResult read(char* to, std::size_t size) { return tls_read(ssl_.get(), to, size); }
  bool pending() const { return SSL_has_pending(ssl_.get()); }
  // Copies what cannot go at once; flush() ends a turn.
  bool put(std::string_view bytes);
  // `message` must stay where it is until it is sent or the leg is closed.
  bool send_message(std::string_view message);
  bool flush();
  bool on_writable();
  void close();

  const Side side;
  Session* session = nullptr;  // whose exchange it serves now
  Host* host = nullptr;

  int fd() const { return fd_; }
  SSL* ssl() const { return ssl_.get(); }

 private:
  bool pump();
  std::string_view waiting() const;
  void advance(std::size_t size);
  void want_write(bool write);
  static int gather(BIO* bio, const char* bytes, std::size_t size, std::size_t* written);

  int fd_;
  Poller& poller_;
  ByteBuffer& gathered_;
  SslPtr ssl_;
  bool established_ = false, wants_write_;
  std::string queued_, unsent_;  // plain bytes and ciphertext that did not go yet
  std::size_t queued_from_ = 0;
  std::string_view message_;
};

}  // namespace sekisho::lab
