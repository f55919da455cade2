#pragma once

// The inside of a Snapshot, for the files of policy/ alone. All of it is const once compile()
// returns.

#include <memory>
#include <string>
#include <vector>

#include "policy/civil_time.h"
#include "policy/data_rules.h"
#include "policy/service_index.h"
#include "policy/snapshot.h"

namespace sekisho::policy {

class Gatekeeper;  // policy/gatekeeper.h: entries, services and regions as admit() reads them

struct Snapshot::Impl {
  config::PolicyFile file;
  // Shared with the snapshots that Snapshot::with() makes of this one.
  std::shared_ptr<const config::Catalogue> catalogue;
  std::shared_ptr<const config::CloudRegions> regions;
  std::shared_ptr<const ServiceIndex> services;
  std::shared_ptr<const Geo> geo;  // never null
  std::shared_ptr<const config::Credentials> credentials;
  std::shared_ptr<const filters::DetectorSet> detectors;
  std::string digest;
  TimeZone zone;  // file.timezone
  std::vector<std::string> dataset_warnings;
  std::vector<filters::TypeInfo> types;  // of findings that rules may name
  DataRules data;
  std::unique_ptr<const Gatekeeper> gatekeeper;
  void compile_rules(std::int64_t now, config::Problems& problems);
  ~Impl();
};

}  // namespace sekisho::policy
