#pragma once

// A zip archive that is the same, byte for byte, whenever it is made of the same files.

#include <optional>
#include <string>
#include <vector>

#include "config/policy_file.h"

namespace sekisho::audit {

struct PackedFile {
  std::string path, bytes;
};

// In the order given, each of the day `dated`. Nothing and `error` if it cannot be made.
std::optional<std::string> zip_of(const std::vector<PackedFile>& files, config::Date dated,
                                  std::string& error);

}  // namespace sekisho::audit
