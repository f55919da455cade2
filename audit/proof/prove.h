#pragma once

// Proofs that leave the house: one JSON file that anybody can check without the log.
// docs/audit_format.md

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/log_key.h"

namespace sekisho::audit {

// Which records: every one of an exchange, or one by its number.
struct ProofOf {
  std::string id;  // "" = by number
  std::uint64_t seq = 0;
};

struct Proven {
  std::string json;                      // of the file, with LF; "" = it could not be made
  std::string error;                     // why
  bool broken = false;                   // the log does not fit its own checkpoint
  bool absent = false;                   // there is no such record
  std::vector<std::uint64_t> uncovered;  // seq of records behind the newest checkpoint
};
// That the records are in the log of the newest checkpoint ("sekisho-proof/1").
Proven prove_records(const std::string& directory, const ProofOf& of);
// That the log of the newest checkpoint begins with the log of an older one
// ("sekisho-consistency/1").
Proven prove_consistency(const std::string& directory, std::string_view old_note);

struct ProofCheck {
  bool readable = false;  // false: it is no file of this kind; `what` says why
  bool proven = false;
  std::string what;                  // what is wrong
  std::string origin;                // of the log
  std::uint64_t size = 0;            // of the checkpoint
  std::vector<std::string> records;  // that it proves, as they stand
  std::optional<std::uint64_t> old_size;
};
// `keys`: one of them must have signed; none = the key that the file names is believed.
ProofCheck check_proof(std::string_view json, const std::vector<VerifyingKey>& keys);

// The keys that the log's own records publish, oldest first. `error`: it cannot be read.
std::vector<std::string> published_keys(const std::string& directory, std::string& error);

}  // namespace sekisho::audit
