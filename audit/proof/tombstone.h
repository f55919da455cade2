#pragma once

// What stays of a segment whose time was up: a line of pruned.jsonl, signed with the log's key, by
// which chain and tree go on without the records. docs/audit_format.md

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/merkle.h"
#include "audit/proof/signed_note.h"

namespace sekisho::audit {

inline constexpr std::string_view kPrunedFile = "pruned.jsonl";

struct Tombstone {
  std::uint64_t first = 0, last = 0;  // seq of its first and last record
  std::string segment;                // its name
  Link link{};                        // leaf hash of `last`: `prev` of the record behind it
  std::vector<Subtree> subtrees;      // LeafRange(first) over its leaves
  std::int64_t time_us = 0;           // when it was removed
  std::string why;                    // the rule of retention that asked for it
  std::vector<std::string> approvers;
};

// {"v":1,"pruned":"segment","first":…,…,"sig":["— name base64",…]} without LF. What is signed is
// the line without its member `sig`, and an LF.
std::string tombstone_line(const Tombstone& tombstone, const std::vector<SigningKey>& keys);

struct SignedTombstone {
  Tombstone tombstone;
  SignedNote note;  // what was signed, and by whom: check_signature()
};
// The line without LF. Nothing if it is no tombstone, or if its subtrees do not cover first..last.
std::optional<SignedTombstone> parse_tombstone(ChainHash& hash, std::string_view line);

}  // namespace sekisho::audit
