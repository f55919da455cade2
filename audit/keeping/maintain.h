#pragma once

// The work on closed segments that no request waits for: compressing them, removing what has been
// kept long enough.

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/keeping/retention.h"

namespace sekisho::audit {

struct MaintainSettings {
  std::optional<std::int64_t> compress_after_us;  // since the segment was written last
  std::optional<std::uint64_t> disk_budget;       // bytes of the whole directory
  double disk_warn = 0.8;                         // share of it
  std::optional<RetentionWork> retention;         // nothing: for ever
};

struct MaintainReport {
  std::uint64_t compressed = 0, bytes_before = 0, bytes_after = 0;
  std::uint64_t removed = 0, held = 0;  // segments
  std::uint64_t disk_used = 0;          // of the directory, afterwards
  std::vector<std::string> warnings;    // English sentences: what needs somebody's hand
  std::string error;                    // "" = all was done that was due
};

// One process at a time does this work on a log; the second is told so by `error`. Ends after the
// segment in hand when `stop` becomes true.
MaintainReport maintain(const std::string& directory, const MaintainSettings& settings,
                        std::int64_t now_us, const std::atomic<bool>& stop);

}  // namespace sekisho::audit
