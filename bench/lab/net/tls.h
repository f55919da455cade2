#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sekisho::lab {

struct TlsFree {
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL_SESSION* p) const { SSL_SESSION_free(p); }
};
using SslPtr = std::unique_ptr<SSL, TlsFree>;
using SslContextPtr = std::unique_ptr<SSL_CTX, TlsFree>;
using SslSessionPtr = std::unique_ptr<SSL_SESSION, TlsFree>;

// TLS 1.2 and 1.3, buffers released while idle, big reads, no session cache. A client context
// trusts `ca_file` alone; null when it cannot be read.
SslContextPtr make_client_context(const std::string& ca_file);
SslContextPtr make_server_context();

// One step on a non-blocking socket. `kBlocked`: SSL_want_write() tells what it waits for.
enum class Io { kDone, kBlocked, kClosed };
struct IoResult {
  Io io = Io::kClosed;
  std::size_t bytes = 0;
};
IoResult tls_read(SSL* ssl, char* to, std::size_t size);
IoResult tls_write(SSL* ssl, std::string_view bytes);
Io tls_handshake(SSL* ssl);

// Sends close_notify when the handshake was through: the peer's session stays resumable.
void tls_goodbye(SSL* ssl);

// Why the last handshake failed, in OpenSSL's words.
std::string tls_failure(const SSL* ssl);

}  // namespace sekisho::lab
