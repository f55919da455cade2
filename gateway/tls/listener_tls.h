#pragma once

// TLS between clients and the gateway itself: a listener with a certificate of its own, and the
// certificates by which its clients are known.

#include <memory>
#include <string>

#include "config/gateway_file.h"
#include "gateway/tls/tls_stream.h"

namespace sekisho::gateway {

// What a listener was given, read and checked. Immutable and thread-safe.
class ListenerTls {
 public:
  // Chain and key in PEM, as the first certificate's; with `client_ca` each client must show a
  // certificate of one of these roots, for client authentication, and in force. CRLs in that file
  // are held against it: a CA of which there is one must then have one for every chain. nullptr and
  // `error` when something is not there or does not fit.
  static std::shared_ptr<const ListenerTls> load(const std::string& certificate,
                                                 const std::string& key,
                                                 const std::string& client_ca, std::string& error);
  ~ListenerTls();
  ListenerTls(const ListenerTls&) = delete;
  ListenerTls& operator=(const ListenerTls&) = delete;

  bool asks_certificate() const { return asks_certificate_; }

  struct Outcome {
    std::unique_ptr<TlsStream> stream;  // null: failed
    std::string user;                   // whom the client's certificate names, "" = nobody
    bool unidentified = false;          // no certificate, or none that counts
    std::string fault;                  // English, for the log
  };
  Awaitable<Outcome> accept(std::unique_ptr<ByteStream> low, TimePoint deadline) const;

 private:
  ListenerTls() = default;
  ssl_ctx_st* context_ = nullptr;
  bool asks_certificate_ = false;
};

}  // namespace sekisho::gateway
