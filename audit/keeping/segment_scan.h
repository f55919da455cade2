#pragma once

// What retention must know of a closed segment.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/keeping/holds.h"
#include "audit/keeping/record_class.h"
#include "audit/proof/merkle.h"
#include "audit/segment_reader.h"

namespace sekisho::audit {

struct ClassCount {
  std::uint64_t records = 0;
  std::int64_t oldest_us = 0, newest_us = 0;  // of those
};

// Remembered between runs as a line of keeping/segments.jsonl; read again before anything is
// removed.
struct SegmentSummary {
  std::uint64_t first = 0, end = 0;           // seq, half-open
  std::int64_t oldest_us = 0, newest_us = 0;  // of its records
  std::array<ClassCount, kClassCount> classes{};
  std::vector<std::uint64_t> earlier;  // decisions of earlier segments that outcomes here belong to
  std::int64_t removed_us = 0;         // 0 = it is there
};

// When the last of its records has been kept long enough.
std::int64_t due_us(const SegmentSummary& summary, const Retention& retention);

std::string summary_line(const SegmentSummary& summary);
std::optional<SegmentSummary> parse_summary(std::string_view line);

struct SegmentScan {
  SegmentSummary summary;
  std::string held_by;  // case of a hold that asks for a record of it, "" = none
  LeafRange leaves{0};  // all of it, for the tombstone
  Link link{};          // of its last record
  std::string fault;    // why it is no whole segment: then it stays, "" = it is one
};

// `end`: first seq of the segment behind it. `not_before_us`: no record of it was written earlier,
// whatever a clock that was wrong then says; nor later than `now_us`.
SegmentScan scan_segment(const SegmentFile& file, std::uint64_t end, const CategoryOf& category_of,
                         const Holds& holds, std::int64_t not_before_us, std::int64_t now_us);

}  // namespace sekisho::audit
