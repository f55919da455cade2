#pragma once

// All detectors of one policy: shipped packs and the admin's own patterns, compiled once,
// immutable, shared by all threads.

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/finding.h"

namespace sekisho::filters {

struct CustomPattern {
  std::string type, pattern, category;
  double confidence = 0.60;
  std::vector<std::string> match, no_match;
};

struct DetectorSpec {
  std::optional<std::vector<std::string>>
      packs;  // secrets, personal, personal-jp, labels; nullopt = every shipped pack
  std::vector<CustomPattern> custom;
  std::vector<std::string> allow_values;  // compared by normalised value
  std::size_t memory_budget =
      64u << 20;  // of the RE2::Set, stated because RE2's default fails quietly
};

// What is wrong with a spec; `index` names the custom pattern or pack, -1 = the whole.
struct DetectorProblem {
  enum class Where { kPack, kCustomPattern, kCustomMatch, kCustomNoMatch, kMemory } where;
  int index = -1;
  int sub_index = -1;  // which match/no_match example
  std::string message;
};

struct TypeInfo {
  std::string type, category, pack;
};

class DetectorSet {
 public:
  // nullptr when a problem was added: a pattern that does not compile, one without bounded span
  // that needs it stated, a failed example, a set that does not fit the memory budget.
  static std::shared_ptr<const DetectorSet> compile(const DetectorSpec& spec,
                                                    std::vector<DetectorProblem>& problems);

  // A set of detectors made elsewhere (and of fakes in tests).
  static std::shared_ptr<const DetectorSet> of(
      std::vector<std::unique_ptr<const Detector>> detectors);

  const std::vector<TypeInfo>& types() const;  // of the loaded packs and custom patterns
  const std::vector<const Detector*>& detectors() const;
  std::size_t max_span() const;
  // The scanner leaves such findings out.
  bool allowed_value(std::string_view normalised) const;
  bool is_custom(std::string_view type) const;

  ~DetectorSet();
  DetectorSet(const DetectorSet&) = delete;

 private:
  DetectorSet();
  void allow(const std::vector<std::string>& values);
  friend class Scanner;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Every type and pack that ships with this version, whether or not a policy loads it (names may be
// used in rules).
const std::vector<TypeInfo>& shipped_types();

}  // namespace sekisho::filters
