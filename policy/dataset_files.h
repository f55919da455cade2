#pragma once

// The built files of a policy's datasets: where they lie, which key they take, and the detectors
// they become.

#include <cstdint>
#include <string>
#include <vector>

#include "config/policy_file.h"
#include "filters/detector_set.h"
#include "filters/registered/keyed_hash.h"
#include "filters/registered/keyed_table.h"

namespace sekisho::policy {

// Of one gateway: the folder of built files and the 32 bytes that all their keys come from.
struct DatasetStore {
  std::string directory;
  std::string key;      // empty: none was made yet, so that nothing was built
  std::string problem;  // why the key cannot be read, else empty
};

std::string dataset_path(const DatasetStore& store, const std::string& name);
// HMAC-SHA-256 of the store's key and the name.
filters::HashKey dataset_key(const DatasetStore& store, const std::string& name);

// Keyed hashes of what a built file must agree with: the columns it was made of, and the files (by
// size and time; 0 when the source is not there).
std::uint64_t dataset_settings(const filters::HashKey& key, const config::DatasetDef& def);
std::uint64_t dataset_source(const filters::HashKey& key, const config::DatasetDef& def);

// Regular files below a folder, sorted by name; links to other places are not followed.
std::vector<std::string> files_below(const std::string& folder);

// The state of one dataset as `dataset status` and `check` tell it.
struct DatasetState {
  enum class State { kReady, kOld, kMissing, kUnusable } state = State::kMissing;
  std::string why;  // English, for all but kReady
  filters::TableFacts facts;
  std::size_t bytes = 0;
};
// `table` is filled for kReady and kOld.
DatasetState open_dataset(const config::DatasetDef& def, const DatasetStore& store,
                          std::shared_ptr<const filters::KeyedTable>& table);

// Adds the detectors of all datasets and dictionaries. What cannot be used is a problem at its line
// of the policy; a source that changed since is a warning.
void add_registered_detectors(const config::PolicyFile& policy, const DatasetStore& store,
                              std::vector<filters::OtherDetector>& out,
                              std::vector<std::string>& warnings, config::Problems& problems);

}  // namespace sekisho::policy
