#pragma once

// Rules of gitleaks (TOML, version 8) as a pack of detectors. Go's regular expressions are RE2's,
// so most of a rule can be kept; what cannot is told, rule by rule.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/detector_pack.h"

namespace sekisho::policy {

struct ImportNote {
  config::Mark at;
  std::string rule;     // its id; "" = of the whole file
  std::string message;  // what was not taken over, and why
  bool lost = false;    // the whole rule
};

struct GitleaksImport {
  config::DetectorPackFile pack;
  std::vector<ImportNote> notes;
  std::size_t rules = 0;  // in the file
};

// `problems`: the file is no TOML, or holds no rules. Every row of the pack compiles.
GitleaksImport import_gitleaks(const std::string& path, std::string_view text,
                               const std::string& pack_name, config::Problems& problems);

}  // namespace sekisho::policy
