#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/json_scanner.h"
#include "filters/detector_set.h"
#include "gateway/commands/scanned_text.h"

namespace sekisho::gateway {

// Confidences from which on a finding is called so; rules look at medium unless they say otherwise.
inline constexpr double kMediumConfidence = 0.60, kHighConfidence = 0.85;
std::string_view level_of(double confidence);

// "45**********": two ASCII characters of a value of twelve and more, so that its reader finds it
// again, and at most 24 stars. `value` may be the beginning of it.
std::string masked(std::string_view value);

enum class ScanFormat { kText, kJson, kSarif };

struct ScanTotals {
  std::size_t findings = 0, files = 0, binaries = 0;
};

// Writes findings to standard output as they come, what went wrong to standard error.
class ScanReport {
 public:
  ScanReport(ScanFormat format, const filters::DetectorSet& set);

  // `value` = the beginning of what was found.
  void add(const std::string& path, const filters::Finding& finding, TextPlaces::Place begin,
           TextPlaces::Place end, std::string_view value);
  // What could not be read or decided; `grave` where the answer is not complete for it.
  void note(const std::string& path, const std::string& what, bool grave);
  void end(const ScanTotals& totals);

 private:
  struct Note {
    std::string path, what;
    bool grave;
  };
  void begin_sarif(const filters::DetectorSet& set);
  void add_text(const std::string& path, const filters::Finding& finding, TextPlaces::Place begin,
                std::string_view value);
  void add_json(const std::string& path, const filters::Finding& finding, TextPlaces::Place begin,
                std::string_view value);
  void add_sarif(const std::string& path, const filters::Finding& finding, TextPlaces::Place begin,
                 TextPlaces::Place end, std::string_view value);
  void end_sarif();
  void summary(const ScanTotals& totals) const;
  void flush();

  ScanFormat format_;
  bool japanese_;
  std::string out_;
  filters::JsonWriter writer_;
  std::vector<std::string> rules_;  // ids in order
  std::vector<Note> notes_;
};

}  // namespace sekisho::gateway
