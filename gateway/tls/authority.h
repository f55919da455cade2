#pragma once

// The enterprise CA that signs leaf certificates: made by `sekisho ca init`, or issued by the company's own PKI.

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
  // nullptr and `error` filled when a file cannot be read, is not a certificate, or the key does not match.
  static std::shared_ptr<const Authority> load(const std::string& certificate_path, const std::string& key_path, std::string& error);
  // Writes certificate (0644) and key (0600, never overwritten). False and `error` on failure.
  static bool create(const NewAuthority& options, const std::string& certificate_path, const std::string& key_path, std::string& error);

  std::vector<AuthorityFinding> examine(std::int64_t now) const;
  const std::string& pem() const { return pem_; }
  std::string der() const;
  std::string subject() const;
  std::string fingerprint_sha256() const;  // hex, colon separated
  std::int64_t not_before() const;         // unix seconds
  std::int64_t not_after() const;
  x509_st* certificate() const { return certificate_; }
  evp_pkey_st* key() const { return key_; }
  ~Authority();

 private:
  Authority() = default;
  x509_st* certificate_ = nullptr;
  evp_pkey_st* key_ = nullptr;
  std::string pem_;
};

}  // namespace sekisho::gateway
