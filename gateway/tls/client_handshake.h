#pragma once

// TLS towards the client: the handshake waits at the ClientHello until the leaf is there.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tls/client_hello.h"
#include "gateway/tls/leaf_store.h"
#include "gateway/tls/tls_stream.h"

namespace sekisho::gateway {

// Whether a TlsStream's fault is the alert of a client that does not trust our CA. In TLS 1.3 it
// comes after the handshake, at the first read.
bool is_distrust(std::string_view fault);

// One for all clients of a process (SSL_CTX with the hello callback; TLS 1.2 and 1.3; session
// tickets bound to the admitted host).
class ClientTls {
 public:
  ClientTls();
  ~ClientTls();
  ClientTls(const ClientTls&) = delete;
  ClientTls& operator=(const ClientTls&) = delete;

  struct Outcome {
    std::unique_ptr<TlsStream> stream;  // null: failed
    ClientHello hello;
    bool sni_mismatch = false;  // SNI names another host than the tunnel: alert unrecognized_name
                                // was sent
    bool no_protocol = false;   // ALPN offered without http/1.1: alert no_application_protocol was
                                // sent
    bool distrusted = false;  // the client sent unknown_ca, bad_certificate or certificate_unknown
    bool timed_out = false;
    std::string fault;  // words for the record
  };
  // `host` as LeafStore::get wants it. Completes by `deadline`.
  Awaitable<Outcome> accept(std::unique_ptr<ByteStream> low, std::string host, LeafStore& leaves,
                            Executor executor, TimePoint deadline);

 private:
  ssl_ctx_st* context_;
};

}  // namespace sekisho::gateway
