#pragma once

// The gateway's CA as the doctor knows it, and where on this machine it is trusted.

#include <optional>
#include <string>
#include <vector>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

// All certificates of PEM (or one of DER).
std::vector<X509Ptr> certificates_in(const std::string& bytes);
std::vector<X509Ptr> certificates_of_file(const std::string& path);
std::string fingerprint_of(X509* certificate);  // SHA-256, "AB:CD:…"
bool holds(const std::vector<X509Ptr>& list, X509* certificate);

struct SystemStore {
  std::string bundle;   // file with all roots
  std::string install;  // what puts a CA there; {CA} stands for its file
};
// Debian's and Red Hat's and others' places; the first that exists.
std::optional<SystemStore> system_store();

}  // namespace sekisho::gateway
