#pragma once

// Certificates made in tests, right ones and wrong ones.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/tls/authority.h"
#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

struct Made {
  std::shared_ptr<X509> certificate;
  std::shared_ptr<EVP_PKEY> key;
};

struct CertSpec {
  std::string name = "leaf";
  std::vector<std::pair<int, std::string>> extensions;  // NID and OpenSSL's text form
  const Made* issuer = nullptr;                         // null: itself
  long from = -3600, until = 30 * 86400;                // seconds from now
  long version = X509_VERSION_3;
  std::string key = "P-256";  // a curve, RSA-1024, ED25519
  const EVP_MD* digest = EVP_sha256();
  const Made* same_key_as = nullptr;    // null: a new key
  std::function<void(X509*)> change{};  // before it is signed
};

std::shared_ptr<EVP_PKEY> make_key(const std::string& kind);
Made make(const CertSpec& spec);
Made make_ca(const std::string& name, const Made* issuer = nullptr);
Made make_server(const Made& ca, const std::string& san);  // "DNS:a.test,IP:127.0.0.1"

// What a server staples (OCSP response in DER), signed by `issuer` unless `signer` is given.
struct StapleSpec {
  const Made* about = nullptr;
  const Made* issuer = nullptr;
  const Made* signer = nullptr;
  int status = 0;                        // V_OCSP_CERTSTATUS_*
  long from = -3600, until = 3 * 86400;  // seconds from now
};
std::string staple(const StapleSpec& spec);

// A folder that vanishes with the object.
class Folder {
 public:
  Folder();
  ~Folder();
  std::string path(const std::string& name) const { return path_ + "/" + name; }
  std::string write(const std::string& name, const std::string& text, int mode = 0600) const;

 private:
  std::string path_;
};

std::string pem(const X509* certificate);
std::string pem(const EVP_PKEY* key);
// `issuers` stand after it in the file.
std::shared_ptr<const Authority> authority_of(const Made& ca,
                                              const std::vector<Made>& issuers = {});
std::string extension_text(const X509* certificate, int nid);

}  // namespace sekisho::gateway
