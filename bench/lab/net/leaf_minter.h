#pragma once

#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>

namespace sekisho::lab {

struct X509Free {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
using X509Ptr = std::unique_ptr<X509, X509Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, X509Free>;

// Issues server leaves of one CA: a P-256 key that all leaves share, the name as CN and SAN.
class LeafMinter {
 public:
  // Nothing: a file cannot be read or is not PEM.
  static std::optional<LeafMinter> load(const std::string& certificate, const std::string& key);

  X509Ptr mint(const std::string& name) const;
  EVP_PKEY* leaf_key() const { return leaf_key_.get(); }

 private:
  LeafMinter(X509Ptr ca, KeyPtr ca_key);

  X509Ptr ca_;
  KeyPtr ca_key_, leaf_key_;
};

}  // namespace sekisho::lab
