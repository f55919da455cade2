#pragma once

// One compiled policy: built off the workers, immutable, shared. An exchange keeps the one it
// started under.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "config/credentials.h"
#include "config/detector_pack.h"
#include "config/policy_file.h"
#include "filters/detector_set.h"
#include "policy/admission.h"
#include "policy/client.h"
#include "policy/dataset_files.h"
#include "policy/geo.h"
#include "policy/inspection.h"
#include "policy/verdict.h"

namespace sekisho::policy {

class Snapshot;

struct SnapshotInputs {
  config::PolicyFile policy;
  config::Catalogue catalogue;
  config::CloudRegions regions;
  std::vector<config::DetectorPackFile> packs;  // the shipped ones, and those the policy names
  std::shared_ptr<const Geo> geo;
  DatasetStore datasets;
  // The gateway's own keys; null = which there are is not known here (explain by another user).
  std::shared_ptr<const config::Credentials> credentials;
  std::int64_t now = 0;  // unix seconds, for expiry and the 90-day limit of exceptions
  // What is compiled from the same packs is shared with this one; null = everything is made anew.
  std::shared_ptr<const Snapshot> running;
};

class Snapshot {
 public:
  // Resolves every name, compiles detectors and host tables. nullptr when a problem was added.
  // Warnings (expired entries, reviews due) do not prevent it: see warnings(). The policy's own
  // tests are run by run_policy_tests (evaluate.h).
  static std::shared_ptr<const Snapshot> compile(SnapshotInputs inputs, config::Problems& problems);
  ~Snapshot();

  // The same with another policy text already read: catalogue, detectors and databases stay those
  // of this one, so that it costs little. For questions of the kind "what if"; what `detectors`,
  // `datasets` and `tests` of `file` say is not looked at. nullptr when a problem was added.
  std::shared_ptr<const Snapshot> with(config::PolicyFile file, std::int64_t now,
                                       config::Problems& problems) const;

  const std::string& digest() const;  // "sha256:<hex>" of the policy's text
  const std::string& name() const;
  const std::string& text() const;
  const config::PolicyFile& file() const;
  const config::Catalogue& catalogue() const;
  const config::CloudRegions& regions() const;
  const Geo& geo() const;
  const config::Credentials* credentials() const;  // may be null
  const filters::DetectorSet& detectors() const;
  std::vector<std::string> warnings(
      std::int64_t now) const;  // expired or soon expiring entries and exceptions, lapsed reviews

  // Groups of a client, "everyone" included, sorted.
  std::vector<std::string> groups_of(const std::string& user, const config::IpAddress& ip) const;

  // Admission by everything the query knows. In observe mode nothing is refused (would_refuse is
  // set).
  Admission admit(const AdmissionQuery& query) const;

  // Sets `alternative` from the policy's `alternatives`, for a service that policy allows and that
  // is down.
  void name_alternative(Admission& admission) const;

  // `mixed`: drop the denied addresses of a name (true) or refuse the name (false).
  bool mixed_drops() const;
  // Only what can be said of an address alone: a denied country or network, or a country that
  // `address`/`network` settings do not allow.
  bool address_denied(const AddressFacts& address) const;

  // The verdict over the data, given a final admission. Also turns an admission that refuses into a
  // verdict, so that every decision comes from here. Tokens are made with `pseudonym_key`; who
  // sends nothing (explain, tests) needs none. `enforcement`: what the
  // rules of admission.enforce do (EnforcementPlan); without it a request that one holds for is
  // refused.
  Verdict decide(const Client& client, const Admission& admission,
                 const InspectionResult& inspected, std::int64_t now,
                 std::string_view pseudonym_key = {},
                 const Enforcement* enforcement = nullptr) const;

  struct Impl;
  const Impl& impl() const { return *impl_; }

 private:
  Snapshot();
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::policy
