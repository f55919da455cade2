#pragma once

// Removes segments of which every record has been kept long enough. A signed tombstone takes the
// place of each, a record in the log tells of it, and only then is it gone.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/keeping/record_class.h"
#include "audit/proof/log_key.h"

namespace sekisho::audit {

struct RetentionWork {
  Retention retention;
  CategoryOf category_of;
  std::vector<SigningKey> keys;  // of the log; none: nothing is removed
  // Writes the record of what is about to go; false = it is not on disk, and the segment stays.
  std::function<bool(std::string_view segment, std::uint64_t first, std::uint64_t last)> record;
  // Somebody looked at the clock: the check against a leap since the last run is left out.
  bool trust_clock = false;
};

struct RetentionResult {
  std::uint64_t removed = 0, held = 0;  // segments; held: past their time, kept by a legal hold
  std::vector<std::string> warnings;
  std::string error;
};

RetentionResult apply_retention(const std::string& directory, const RetentionWork& work,
                                std::int64_t now_us, const std::atomic<bool>& stop);

// What is kept, for the question `retention`.
struct RetentionRow {
  std::string record_class;               // a word of `audit.retention.classes`, or "default"
  std::optional<std::int64_t> period_us;  // nothing: for ever
  std::uint64_t kept = 0, removed = 0;    // records
  std::uint64_t overdue = 0;  // records of segments whose time was over a day ago, and are there
  std::optional<std::int64_t> oldest_us;  // kept
};
struct RetentionRows {
  std::vector<RetentionRow> rows;
  std::uint64_t removed_segments = 0;
  bool scanned = false;  // closed segments had to be read: nobody has looked after them yet
  std::string error;
};
RetentionRows retention_rows(const std::string& directory,
                             const std::optional<Retention>& retention,
                             const CategoryOf& category_of, std::int64_t now_us);

}  // namespace sekisho::audit
