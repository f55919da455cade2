#pragma once

// The revocation status that a server sends with its certificate (OCSP stapling, RFC 6066 8). The
// gateway asks nobody else: no packet goes to a place that policy did not admit.

#include <string>
#include <string_view>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

enum class Staple {
  kNone,     // none was sent, or one that says nothing: expired, or the responder's error
  kGood,     // authentic, current, "good"
  kRevoked,  // authentic; also when it is old, since revocation is not taken back
  kRefused,  // malformed, not signed by the issuer, about another certificate, or "unknown"
};

struct StapledStatus {
  Staple status = Staple::kNone;
  std::string detail;  // English, for the log
};

// `response`: DER as received, "" = none. `chain`: the verified one, the leaf first.
StapledStatus judge_staple(std::string_view response, STACK_OF(X509) * chain, X509_STORE* roots);

// Whether the certificate itself demands a stapled status (TLS feature extension, RFC 7633).
bool demands_staple(const X509* certificate);

}  // namespace sekisho::gateway
