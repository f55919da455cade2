#pragma once

// Tails of the records that the journal writes about itself. docs/audit_format.md

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"
#include "audit/journal.h"

namespace sekisho::audit {

struct ControlFrame {
  std::int64_t time_us = 0;
  std::string_view gateway;
};

// First record of a segment. `previous` = name of the segment before it, "" = the log begins.
std::string segment_tail(const ControlFrame& frame, std::string_view previous);
// `after`: how the log ended before: "stop", "crash" (no stop record), "" = it begins.
std::string boot_tail(const ControlFrame& frame, std::string_view after);
std::string stop_tail(const ControlFrame& frame);

// A tail that was no whole record was cut from `segment` at byte `offset` and kept as `kept`.
struct TornTail {
  std::string segment, kept, why;
  std::uint64_t offset = 0, bytes = 0;
};
std::string recovered_tail(const ControlFrame& frame, const TornTail& torn);

// Something that was durable has changed. It stays as it is.
struct Damage {
  std::string segment, why;
  std::uint64_t seq = 0;  // first that does not fit
};
std::string damage_tail(const ControlFrame& frame, const Damage& damage);

// The tree's root over the `size` records in front of this one, and who answered about earlier
// checkpoints.
std::string checkpoint_tail(const ControlFrame& frame, std::uint64_t size, const Hash& root,
                            const std::vector<Journal::Told>& told);
// `admin` record of the key that checkpoints are signed with from here on. `old_vkey` and
// `rotation` are "" for the first one.
std::string key_tail(const ControlFrame& frame, std::string_view old_vkey, std::string_view vkey,
                     std::string_view by, std::string_view rotation);

struct Gap {
  std::string what;  // "write_failed" | "no_space"
  std::string error;
  std::string segment;        // that may end in records that nobody was told of; "" = none
  std::uint64_t after = 0;    // seq of the last durable record
  std::uint64_t unsure = 0;   // records at the end of `segment` that may be on disk
  std::uint64_t refused = 0;  // requests since
  std::uint64_t lost = 0;     // outcomes and admin records for which there was no room
};
std::string gap_tail(const ControlFrame& frame, const Gap& gap);

}  // namespace sekisho::audit
