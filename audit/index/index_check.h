#pragma once

// Does the index say what the log says? Nothing signs an index: whoever can write the file can make
// it answer anything, and the log beside it stays whole.

#include <cstdint>
#include <optional>
#include <string>

#include "audit/index/indexer.h"

namespace sekisho::audit {

struct IndexCheck {
  std::string error;                 // "" = it could be checked
  bool none = false;                 // there is none, or the next question builds it anew
  std::uint64_t size = 0;            // records that it holds
  std::string differs;               // what does not say the same as the log, "" = nothing
  std::optional<std::uint64_t> seq;  // the first record of it
};

// Builds another one in `scratch`, an empty folder, from the log alone, and compares. Of a log with
// removed segments the first day that is left and what counts it are not compared: an index that
// saw them still knows them.
IndexCheck check_index(const IndexSettings& settings, const std::string& scratch);

}  // namespace sekisho::audit
