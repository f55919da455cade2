#pragma once

// Reads a log forward from a place it was left at, over the ends of segments and past what is still
// being written.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/chain.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {

// Behind a record: where the next line begins.
struct LogPlace {
  std::uint64_t next_seq = 0;
  std::string link;                      // chain value after the record before, "" = none was read
  std::optional<std::uint64_t> segment;  // first seq of it; nothing = the log begins
  std::uint64_t offset = 0;              // of the next line in it
  std::uint64_t line_at = 0;             // where the record before begins
};

class LogFollower {
 public:
  LogFollower(std::string directory, LogPlace from);

  // Whether the log still has the record before the place, unchanged. True at the beginning.
  bool fits();

  // kReplaced: a new segment uses numbers again that were read already: after a failed write.
  enum class Step { kRecord, kCaughtUp, kReplaced, kFailed };
  // `line` is valid until the next call. Records below the place and those that a later segment
  // replaces are left out. What does not fit the chain is told by misfit() once and then taken as
  // it stands.
  Step next(std::string_view& line);
  std::string misfit();  // "" = the record fits

  // Behind the record that next() gave.
  const LogPlace& place() const { return place_; }
  const std::string& error() const { return error_; }

 private:
  bool open(const SegmentFile& file, std::uint64_t offset);
  enum class Opened { kYes, kNone, kReplaced, kFailed };
  Opened open_next();
  Step at_end();
  bool take(std::string_view line);
  bool list();

  std::string directory_;
  LogPlace place_;
  LogDirectory log_;
  std::optional<LinesForward> lines_;
  std::uint64_t offset_ = 0;            // of the next line
  std::optional<std::uint64_t> below_;  // first seq of the segment behind
  bool looked_again_ = false;
  ChainHash hash_;
  std::string misfit_, error_;
};

// A record as it stands in the log; nothing = it is not there.
std::optional<std::string> record_line(const std::string& directory, std::uint64_t seq);

}  // namespace sekisho::audit
