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
  // A field of X.509 in its usual spelling (basicConstraints, notAfter, …), or one of: key,
  // signature, extensions, chain, keyFile, leaf.
  std::string field;
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

  // Of every certificate in the line. `now`: unix seconds. `hosts`: those that clients will want to
  // reach (names; `*.` in front stands for any label); empty = unknown.
  std::vector<AuthorityFinding> examine(std::int64_t now,
                                        const std::vector<std::string>& hosts = {}) const;
  // Signs a leaf, verifies it as clients do, plainly and strictly, and adds what `known`, which
  // examine() said, does not explain. Needs the key, and takes milliseconds.
  void try_out(std::int64_t now, std::vector<AuthorityFinding>& known) const;
  bool same_as(const Authority& other) const;  // every certificate of the file

  // What clients must trust: the root when the file holds it, else the CA itself.
  x509_st* anchor() const { return line_.back().get(); }
  std::string pem() const;  // of the anchor
  std::string der() const;
  std::string anchor_fingerprint_sha256() const;
  std::vector<std::string> issuers() const;  // subjects, the CA's issuer first

  // Of the CA that signs leaves:
  std::string subject() const;  // RFC 2253, UTF-8
  std::string issuer() const;
  std::string fingerprint_sha256() const;  // hex, colon separated
  std::string key_words() const;           // "EC P-256", "RSA 2048"
  std::int64_t not_before() const;         // unix seconds
  std::int64_t not_after() const;
  bool self_signed() const;
  x509_st* certificate() const { return line_.front().get(); }
  evp_pkey_st* key() const { return key_.get(); }
  // What a server sends after the leaf: the CA and its issuers, without self-signed ones.
  const std::vector<std::shared_ptr<x509_st>>& chain() const { return chain_; }
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

 private:
  Authority() = default;
  bool load_certificates(const std::string& path, std::string& error);
  void find_issuers();

  std::vector<std::shared_ptr<x509_st>> file_;  // as it stands in the file
  std::vector<std::shared_ptr<x509_st>> line_;  // the CA, its issuer, … as far as the file goes
  std::vector<std::shared_ptr<x509_st>> chain_;
  std::shared_ptr<evp_pkey_st> key_;
  bool key_is_open_ = false;  // the key file is open to others
};

}  // namespace sekisho::gateway
