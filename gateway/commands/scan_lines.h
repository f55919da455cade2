#pragma once

#include <cstddef>
#include <istream>
#include <string>

#include "filters/detector_set.h"
#include "filters/scanner.h"

namespace sekisho::gateway {

// Lines {"id", "text"}: one answer line each, in order; empty lines have none.
class LineScan {
 public:
  explicit LineScan(const filters::DetectorSet& set) : scanner_(set) {}

  void scan(std::istream& in);
  bool failed() const { return failed_; }  // a line could not be read or decided
  bool found() const { return found_; }

 private:
  void scan_line(const std::string& line);
  void refuse_line();

  filters::Scanner scanner_;
  std::size_t number_ = 0;
  bool failed_ = false, found_ = false;
};

}  // namespace sekisho::gateway
