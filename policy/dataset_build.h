#pragma once

// Builds one dataset of a policy: reads the list or the documents once, in pieces, and writes
// nothing but keyed hashes. Blocking file access.

#include <cstdint>
#include <string>
#include <vector>

#include "config/policy_file.h"
#include "filters/registered/dataset_builder.h"
#include "filters/registered/document_builder.h"
#include "policy/dataset_files.h"

namespace sekisho::policy {

struct BuildReport {
  std::string path;  // of the built file
  std::uint64_t bytes = 0;
  filters::DatasetReport list;         // of a list
  filters::DocumentsReport documents;  // of a folder
  // Files of a folder that are no text this program reads, as "name: why".
  std::vector<std::string> not_read;
};

// Memory that sorting takes.
inline constexpr std::size_t kBuildMemory = 64u << 20;

// False when a problem was added: in the policy (`policy_path`), in the list (its file, the line),
// or on the disk. The old file is then still in place.
bool build_dataset(const config::DatasetDef& def, const std::string& policy_path,
                   const DatasetStore& store, std::int64_t now, BuildReport& report,
                   config::Problems& problems, std::size_t memory = kBuildMemory);

}  // namespace sekisho::policy
