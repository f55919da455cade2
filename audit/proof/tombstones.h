#pragma once

// The lines of pruned.jsonl of a log.

#include <cstdint>
#include <map>
#include <string>

#include "audit/proof/tombstone.h"

namespace sekisho::audit {

struct Tombstones {
  std::map<std::uint64_t, SignedTombstone> by_first;
  std::uint64_t unreadable = 0;  // lines that are none
};
// Empty when there is no such file; `error` when it cannot be read. Signatures are not looked at.
Tombstones read_tombstones(const std::string& directory, ChainHash& hash, std::string& error);

}  // namespace sekisho::audit
