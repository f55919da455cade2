#pragma once

// From pack files (config/) to what the engine takes (filters/), and back from the engine's
// problems to the lines of the files.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/detector_pack.h"
#include "config/policy_file.h"
#include "filters/detector_set.h"

namespace sekisho::policy {

// A pack with its names resolved: a check that does not exist is a problem at its line.
filters::Pack to_pack(const config::DetectorPackFile& file, config::Problems& problems);

// The shipped packs, for callers without a policy (`sekisho scan`). Empty when a problem was added.
std::vector<filters::Pack> shipped_packs(config::Problems& problems);

// The detectors of a policy. `files`: the shipped packs, and those the policy names by path, by
// their path as config::pack_paths gives it; `others`: its datasets and dictionaries
// (dataset_files.h); `running`: see DetectorSet::compile. nullptr when a problem was added.
std::shared_ptr<const filters::DetectorSet> compile_detectors(
    const config::PolicyFile& policy, const std::vector<config::DetectorPackFile>& files,
    config::Problems& problems, std::vector<filters::OtherDetector> others = {},
    const filters::DetectorSet* running = nullptr);

// Types of packs, of the policy's own patterns, dictionaries and datasets, loaded or not: what
// rules may name.
std::vector<filters::TypeInfo> known_types(const config::PolicyFile& policy,
                                           const std::vector<config::DetectorPackFile>& files);

// One pack file alone, every example run (`sekisho detectors check`). nullptr when a problem was
// added.
std::shared_ptr<const filters::DetectorSet> compile_pack(const config::DetectorPackFile& file,
                                                         config::Problems& problems);

}  // namespace sekisho::policy
