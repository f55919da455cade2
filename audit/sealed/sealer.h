#pragma once

// Seals what is about to be sent for the certificates of auditors: CMS enveloped data (AES-256-GCM;
// OAEP for RSA keys, ECDH for keys on P-256 and the like), which `openssl cms -decrypt` opens. Only
// public halves are here: whoever takes the gateway reads nothing.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/sealed/sealed_ref.h"

namespace sekisho::audit {

// The quarter of Japan's time that a moment lies in: "2026q3" (calendar quarters: from July to
// September).
std::string sealing_period(std::int64_t unix_us);
// A path in which "{period}" stands for the quarter, at that time.
std::string sealed_path(std::string path, std::int64_t unix_us);

// What stands in front of the body, within the seal, as one line of JSON: so that the copy cannot
// be put beside another record.
struct SealedHeader {
  std::string id, policy_digest, host, method, path, content_type, content_encoding;
  std::int64_t time_us = 0;
  std::uint64_t whole = 0;  // size of the body, if it is cut already
};

struct SealedCopy {
  std::string der;
  SealedRef ref;
};

class Sealer {
 public:
  struct Files {
    // Paths of PEM files; "{period}" in one stands for the quarter.
    std::map<std::string, std::vector<std::string>> recipients;
    std::vector<std::string> second;  // sealed for these on top; none: not
    std::uint64_t cap = 1u << 20;
    // The text of a file, "" = it cannot be read; any thread. Empty: from the disk, each time.
    std::function<std::string(const std::string& path)> read = {};
  };
  explicit Sealer(Files files);
  ~Sealer();

  // What is wrong with a certificate at that time, by file: unreadable, not yet valid, expired, a
  // key that is of no use. "" = all of them can be used.
  std::string problem(std::int64_t now_us) const;
  // Certificates that end within `within_us`, and those of the next quarter that are not there when
  // it begins so soon.
  std::vector<std::string> warnings(std::int64_t now_us, std::int64_t within_us) const;
  // "group: first half of the SHA-256 of a certificate, …" of all that are used at that time: which
  // they were can be told from it later.
  std::string fingerprints(std::int64_t now_us) const;

  // Nothing and `error` when it cannot be sealed for every one of them. Any thread; reads files.
  std::optional<SealedCopy> seal(const SealedHeader& header, std::string_view body,
                                 const std::vector<std::string>& groups, std::string& error) const;
  std::uint64_t cap() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
