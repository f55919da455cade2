#pragma once

// TLS towards the origin, verified as a current browser does before a byte of a request goes there.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gateway/tls/tls_stream.h"

namespace sekisho::gateway {

// Shared by all workers.
class OriginTls {
 public:
  // System roots plus `extra_ca` (PEM files). nullptr and `error` when one cannot be read.
  static std::shared_ptr<OriginTls> create(const std::vector<std::string>& extra_ca,
                                           std::string& error);
  ~OriginTls();

  enum class Fault { kNone, kCertificate, kProtocol, kTimeout, kClosed };
  struct Outcome {
    std::unique_ptr<TlsStream> stream;  // null: see fault
    Fault fault = Fault::kNone;
    std::string check;   // kCertificate: see CertificateFault
    std::string detail;  // English, for the log; may hold names out of the certificate
    bool resumed = false;
  };
  // SNI and name check with `host` (DNS name or address literal); ALPN http/1.1. Sessions are kept
  // for resumption, keyed by host and port.
  Awaitable<Outcome> connect(std::unique_ptr<ByteStream> low, std::string host, std::uint16_t port,
                             TimePoint deadline);

 private:
  OriginTls() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::gateway
