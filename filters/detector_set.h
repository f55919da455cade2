#pragma once

// All detectors of one policy: shipped packs and the admin's own patterns, compiled once,
// immutable, shared by all threads.

#include <cstddef>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/finding.h"
#include "filters/pack.h"

namespace sekisho::filters {

struct CustomPattern {
  std::string type, pattern, category;
  double confidence = 0.60;
  std::vector<std::string> match, no_match;
  bool operator==(const CustomPattern&) const = default;
};

// A detector made elsewhere: a dataset, a dictionary. Its types are custom ones.
struct OtherDetector {
  std::shared_ptr<const Detector> detector;
  std::string type, category, pack;  // pack: "dataset", "dictionary"
};

struct DetectorSpec {
  std::vector<Pack> packs;
  std::vector<CustomPattern> custom;
  std::vector<OtherDetector> others;
  std::vector<std::string> allow_values;  // compared by normalised value, in any spelling
  std::size_t memory_budget =
      64u << 20;  // of the RE2::Set, stated because RE2's default fails quietly
};

// What is wrong with a spec. `index` names the custom pattern or the pack, `row` the row of the
// pack, -1 = the whole.
struct DetectorProblem {
  enum class Where {
    kRow,
    kRowMatch,
    kRowNoMatch,
    kCustomPattern,
    kCustomMatch,
    kCustomNoMatch,
    kMemory
  } where;
  int index = -1;
  int sub_index = -1;  // which match/no_match example
  std::string message;
  int row = -1;
};

struct TypeInfo {
  std::string type, category, pack;
};

// Every type of `packs`, once each, in their order.
std::vector<TypeInfo> types_of(const std::vector<Pack>& packs);

// What compiled detectors weigh. Instructions are of RE2 programs, 16 bytes each; the set's states
// come on demand, up to its memory budget.
struct Footprint {
  std::size_t rows = 0, gates = 0, instructions = 0, memory_budget = 0;
  // Gates that no word, digit or anchor announces: sought at every byte by the RE2::Set, which
  // makes all text slow.
  std::size_t unannounced = 0;
};

class DetectorSet {
 public:
  // nullptr when a problem was added: a pattern that does not compile, a failed example, a set that
  // does not fit the memory budget.
  // `running`: compiled patterns are shared with it where it was asked for the same ones, so that
  // the reload of a policy with other rules costs neither their time nor their memory again.
  static std::shared_ptr<const DetectorSet> compile(const DetectorSpec& spec,
                                                    std::vector<DetectorProblem>& problems,
                                                    const DetectorSet* running = nullptr);

  // A set of detectors made elsewhere (and of fakes in tests).
  static std::shared_ptr<const DetectorSet> of(
      std::vector<std::unique_ptr<const Detector>> detectors);

  const std::vector<TypeInfo>& types() const;  // of the loaded packs and custom patterns
  const std::vector<const Detector*>& detectors() const;
  // Those made elsewhere whose name begins with `prefix`.
  std::vector<const Detector*> detectors_of(std::string_view prefix) const;
  std::size_t max_span() const;
  // The scanner leaves such findings out.
  bool allowed_value(std::string_view normalised) const;
  bool is_custom(std::string_view type) const;
  Footprint footprint() const;

  ~DetectorSet();
  DetectorSet(const DetectorSet&) = delete;

 private:
  DetectorSet();
  void allow(const std::vector<std::string>& values);
  friend class Scanner;
  struct Patterns;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::filters
