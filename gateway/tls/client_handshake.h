#pragma once

// TLS towards the client: the handshake waits at the ClientHello until the leaf is there.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/tls/leaf_store.h"
#include "gateway/tls/tls_stream.h"

namespace sekisho::gateway {

struct ClientHello {
  std::string sni;                // lower case; "" = absent
  std::vector<std::string> alpn;  // as offered
};

// From the first bytes of a stream (TLS records). kMore: not whole yet.
enum class HelloStatus { kWhole, kMore, kNotTls, kMalformed };
HelloStatus parse_client_hello(std::string_view bytes, ClientHello& out);

// One for all clients of a process (SSL_CTX with the hello callback; TLS 1.2 and 1.3; session tickets bound to the admitted host).
class ClientTls {
 public:
  ClientTls();
  ~ClientTls();

  struct Outcome {
    std::unique_ptr<TlsStream> stream;  // null: failed
    ClientHello hello;
    bool sni_mismatch = false;  // SNI names another host than the tunnel: alert unrecognized_name was sent
    bool no_protocol = false;   // ALPN offered without http/1.1: alert no_application_protocol was sent
    bool distrusted = false;    // the client sent unknown_ca, bad_certificate or certificate_unknown
    std::string fault;          // words for the record
  };
  // `host` as LeafStore::get wants it. Completes by `deadline`.
  Awaitable<Outcome> accept(std::unique_ptr<ByteStream> low, std::string host, LeafStore& leaves, Executor executor, TimePoint deadline);

 private:
  ssl_ctx_st* context_;
};

}  // namespace sekisho::gateway
