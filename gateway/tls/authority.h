#pragma once

// The enterprise CA that signs leaf certificates: made by `sekisho ca init`, or issued by the
// company's own PKI.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/mark.h"

struct x509_st;
struct evp_pkey_st;

namespace sekisho::gateway {

// What somebody will complain of, with the field and who ("Python 3.13 and newer refuse …").
struct AuthorityFinding {
  bool error = false;  // otherwise a warning
  std::string message_en, message_ja;
};

struct NewAuthority {
  std::string organisation = "Sekisho", common_name = "Sekisho Inspection CA";
  int days = 3650;
};

class Authority {
 public:
  // nullptr and `error` filled when a file cannot be read, is not a certificate, or the key does
  // not match. Certificates after the first are the CA's own issuers.
  static std::shared_ptr<const Authority> load(const std::string& certificate_path,
                                               const std::string& key_path, std::string& error);
  // Without key: for `ca show` and `ca export`. key() is null.
  static std::shared_ptr<const Authority> load_certificate(const std::string& certificate_path,
                                                           std::string& error);
  // Writes certificate (0644) and key (0600, never overwritten). False and `error` on failure.
  static bool create(const NewAuthority& options, const std::string& certificate_path,
                     const std::string& key_path, std::string& error);

  // `now`: unix seconds.
  std::vector<AuthorityFinding> examine(std::int64_t now) const;
  const std::string& pem() const { return pem_; }
  std::string der() const;
  std::string subject() const;  // RFC 2253, UTF-8
  std::string issuer() const;
  std::string fingerprint_sha256() const;  // hex, colon separated
  std::string key_words() const;           // "EC P-256", "RSA 2048"
  std::int64_t not_before() const;         // unix seconds
  std::int64_t not_after() const;
  bool self_signed() const;
  x509_st* certificate() const { return certificate_; }
  evp_pkey_st* key() const { return key_; }
  // What a server sends after the leaf: the CA and its issuers, without self-signed ones.
  const std::vector<std::shared_ptr<x509_st>>& chain() const { return chain_; }
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

 private:
  Authority() = default;
  bool load_certificates(const std::string& path, std::string& error);
  bool load_key(const std::string& path, std::string& error);

  x509_st* certificate_ = nullptr;
  evp_pkey_st* key_ = nullptr;
  std::string pem_;
  std::vector<std::shared_ptr<x509_st>> chain_;
  bool key_is_open_ = false;  // the key file is readable for group or others
};

}  // namespace sekisho::gateway
