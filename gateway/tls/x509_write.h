#pragma once

// The parts that certificates of ours are made of. All return false when OpenSSL refuses.

#include <cstdint>
#include <string>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

// Random, positive, at most 20 octets: no two certificates of one issuer ever share it.
bool set_random_serial(X509* certificate);
bool set_validity(X509* certificate, std::int64_t not_before, std::int64_t not_after);
// `usages`: sum of X509v3 KU_* bits of the first octet.
bool add_key_usage(X509* certificate, int usages);
// SHA-1 of the public key, as RFC 5280 4.2.1.2 (1) has it.
OctetsPtr key_identifier(X509* certificate);
bool add_subject_key_identifier(X509* certificate);
// The issuer's subject key identifier, or what it would be.
bool add_authority_key_identifier(X509* certificate, X509* issuer);
bool add_authority_key_identifier(X509_CRL* list, X509* issuer);
bool add_server_auth(X509* certificate);
// `host`: DNS name or address literal; critical, since the subject is empty.
bool add_subject_alt_name(X509* certificate, const std::string& host);
bool add_crl_url(X509* certificate, const std::string& url);
// The digest that fits the key; null for keys that bring their own.
const EVP_MD* digest_for(const EVP_PKEY* key);
bool sign(X509* certificate, EVP_PKEY* key);
std::int64_t unix_seconds(const ASN1_TIME* time);

}  // namespace sekisho::gateway
