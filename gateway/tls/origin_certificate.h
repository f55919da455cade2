#pragma once

// Whether an origin's certificate is one that a current browser would accept: what OpenSSL found,
// and what browsers refuse beyond that. docs/certificates.md lists the rules.

#include <string>

#include "config/policy_file.h"
#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

struct CertificateFault {
  // "" = accepted, else one of a closed list: chain, untrusted_root, incomplete_chain,
  // chain_length, self_signed, signature, issuer, name, expired, not_yet_valid, key_strength,
  // signature_strength, usage, revoked, staple, must_staple, constraints, version, malformed,
  // critical_extension.
  std::string check;
  std::string detail;  // English, for the log; holds names out of the certificate
};

// What is wrong, for the person who asked: a clause without full stop. Holds nothing the origin
// said.
config::Localized certificate_words(const std::string& check);

// OpenSSL's verdict of this verification, as its callback sees it. `dropped`: see verify_peer.
CertificateFault fault_of(X509_STORE_CTX* context, bool dropped);

// Verifies as X509_verify_cert does, but finds the trusted one of several ways (cross-signed
// chains): roots that the server sent and that are not trusted here lead nowhere, and are left
// away. `dropped` is set, before the callback is called, when there were such.
bool verify_peer(X509_STORE_CTX* context, bool& dropped);

// Of a finished handshake with `host` (DNS name or address literal) whose chain OpenSSL accepted.
// Of a resumed session only what may have changed since.
CertificateFault judge_peer(SSL* ssl, const std::string& host);

}  // namespace sekisho::gateway
