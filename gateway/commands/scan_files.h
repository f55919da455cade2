#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "filters/detector_set.h"
#include "filters/scanner.h"
#include "gateway/commands/scan_report.h"

namespace sekisho::gateway {

// Scans files, and folders with all that is in them, in the order of their names; links are not
// followed.
class FileScan {
 public:
  // `low`: findings below medium confidence too. `progress`: on standard error, for a terminal.
  FileScan(const filters::DetectorSet& set, ScanReport& report, bool low, bool progress)
      : scanner_(set), report_(report), low_(low), progress_(progress) {}

  void scan(const std::vector<std::string>& paths);
  const ScanTotals& totals() const { return totals_; }
  bool failed() const { return failed_; }  // something could not be read or decided

 private:
  struct Entry {
    std::string path;
    bool named = false;  // by the caller, not found in a folder
  };
  void list(const std::string& path, std::vector<Entry>& out);
  void scan_file(const Entry& entry);
  void scan_text(const std::string& path, const ScannedText& text);
  void report(const std::string& path, const ScannedText& text, TextPlaces& places,
              filters::Findings& findings);
  void grave(const std::string& path, const std::string& what);
  void show_progress(std::size_t done, std::size_t all, const std::string& path);
  void clear_progress();

  filters::Scanner scanner_;
  ScanReport& report_;
  bool low_, progress_;
  ScanTotals totals_;
  bool failed_ = false;
  std::size_t shown_ = 0;  // columns of the progress line
  std::string buffer_, value_;
};

}  // namespace sekisho::gateway
