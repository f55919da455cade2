#pragma once

// Sealed copies as one configuration asks for them: which of the policy's data rules, for whom, and
// where they are kept. Immutable. docs/sealed_copies.md

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/sealed/sealer.h"
#include "config/mark.h"

namespace sekisho::config {
struct GatewayFile;
class PinnedFiles;
struct PolicyFile;
}  // namespace sekisho::config

namespace sekisho::policy {
struct Verdict;
}

namespace sekisho::gateway {

// The files of certificates that copies are sealed for at `now` (unix time) and soon after.
std::vector<std::string> certificate_files(const config::GatewayFile& gateway, std::int64_t now);

class Sealing {
 public:
  // Null when no rule seals and nothing is set up for it. Problems: a rule seals for a group that
  // gateway.yaml does not know, or for one whose certificates are of no use at `now` (unix time).
  // `pinned`: where the certificates of the configuration's version are; null = where they are
  // named.
  static std::shared_ptr<const Sealing> make(const config::GatewayFile& gateway,
                                             const config::PolicyFile& policy, std::int64_t now,
                                             config::Problems& problems,
                                             const config::PinnedFiles* pinned = nullptr);

  // Whom a request's copy is sealed for; none: no copy is kept. Rules that only observe keep
  // nothing.
  std::vector<std::string> groups_for(const policy::Verdict& verdict) const;

  // Seals and keeps; nothing and `error` when it cannot be. Blocks: not for a worker's thread.
  std::optional<audit::SealedRef> keep(const audit::SealedHeader& header, std::string_view body,
                                       const std::vector<std::string>& groups,
                                       std::string& error) const;
  void forget(const audit::SealedRef& ref, std::string_view id) const;  // blocks too

  std::uint64_t cap() const { return sealer_.cap(); }
  bool in_use() const { return !rules_.empty(); }
  // What is going to be wrong with the certificates, 30 days ahead; blocks when a file was not read
  // yet.
  std::vector<std::string> warnings(std::int64_t now_us) const;
  std::string fingerprints(std::int64_t now_us) const { return sealer_.fingerprints(now_us); }

 private:
  explicit Sealing(audit::Sealer::Files files) : sealer_(std::move(files)) {}
  audit::Sealer sealer_;
  std::map<std::string, std::vector<std::string>, std::less<>> rules_;  // id -> groups
  std::string folder_;
};

}  // namespace sekisho::gateway
