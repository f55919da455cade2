#pragma once

// A pack of detectors (config/detectors/*.yaml, or an admin's own file) as typed values. How one is
// written: docs/detectors.md. Patterns and names of checks are resolved by policy/detector_packs,
// which uses the marks kept here.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"
#include "config/policy_file.h"

namespace sekisho::config {

struct ContextDef {
  std::vector<MarkedText> words;
  std::size_t before = 120, after = 45;  // bytes
};

struct PackRowDef {
  Mark at;
  MarkedText type, second_type;
  std::string category;
  std::string about;  // for people
  MarkedText gate, pattern, check;
  std::vector<MarkedText> literals;
  double shape = 0, grouped = 0, in_context = 0, minus_against = 0;  // `confidence`
  ContextDef context, against;
  std::string left = "word", right = "word";  // none | word | token | base64
  bool labelled = false;                      // the gate is a label, the pattern what follows it
  std::size_t lead = 0, max_span = 0;
  double min_entropy = 0;
  int specificity = 5;
  std::vector<MarkedText> allow;  // RE2 over the value: harmless ones
  std::vector<MarkedText> match, no_match;
};

struct DetectorPackFile {
  std::string path;  // as given
  std::string name;
  std::string source;  // where the formats were looked up, for people
  std::vector<PackRowDef> rows;
};

// Every problem is appended with file:line:col; the result is usable only if none was.
DetectorPackFile load_detector_pack(const std::string& path, Problems& problems);
DetectorPackFile parse_detector_pack(const std::string& path, std::string_view text,
                                     Problems& problems);

// The packs that ship with this version, in the order of their names in documents.
const std::vector<std::string_view>& shipped_pack_names();
// Of shipped_directory(): every one must be there.
std::vector<DetectorPackFile> load_shipped_packs(Problems& problems);

// The file of a pack, as a person would write it.
std::string to_yaml(const DetectorPackFile& pack);

// Whether an entry of `detectors.packs` is the path of a file, not the name of a shipped pack.
bool is_pack_path(std::string_view written);
// The files that a policy names in `detectors.packs`, as seen from it.
std::vector<std::string> pack_paths(const PolicyFile& policy);

}  // namespace sekisho::config
