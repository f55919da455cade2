#pragma once

// What a gateway finds when it opens its log: where the chain ends, and what is wrong with the last
// segment.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/chain.h"
#include "audit/control_records.h"
#include "audit/keeping/damage_acceptance.h"
#include "audit/store.h"

namespace sekisho::audit {

struct Recovery {
  std::uint64_t next_seq = 0;
  Link link{};               // `prev` of the next record
  std::string last_segment;  // "" = the log begins
  bool stopped = false;      // the last gateway ended with a `stop`
  std::vector<TornTail> torn;
  std::vector<FoundDamage> damage;
};

// Cuts a torn tail (a copy is kept under torn/), never changes anything else, makes durable what is
// there and closes the last segment. False and `error` if the disk refused, or if a segment that
// would have to go is damaged and nobody has accepted that.
bool recover(Store& store, ChainHash& hash, Recovery& found, std::string& error);

// First seq of every segment among the names of files, compressed or not, each once, sorted.
std::vector<std::uint64_t> segments_in(const std::vector<std::string>& names);
// All of a segment, by its plain name. `closed`: it is compressed, and so was closed before.
bool read_segment(Store& store, const std::string& name, std::string& bytes, bool& closed,
                  std::string& error);

// The reading half of it, of one segment.
struct SegmentEnd {
  std::uint64_t records = 0;  // whole lines that stay
  std::uint64_t next_seq = 0;
  Link link{};
  bool readable = false;  // at least one line is a record
  bool stopped = false;   // by a `stop`, of a gateway
  std::size_t keep = 0;   // bytes up to the torn tail
  std::string torn;       // why what follows is cut, "" = nothing follows
  std::optional<Damage> damage;
};
SegmentEnd read_segment_end(const std::string& name, std::string_view bytes, ChainHash& hash);

}  // namespace sekisho::audit
