#pragma once

// The keys of a log as a chain: a new one is vouched for by the one before it.
// docs/audit_format.md

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/proof/log_key.h"

namespace sekisho::audit {

// What a gateway signs with.
struct LogKeys {
  std::vector<SigningKey> signing;  // the one in force first, then the one that goes; empty = none
  std::string rotation;             // the note by which it came into force, "" = the first
};

// The old key hands over to the new one; both sign until then.
struct KeyRotation {
  std::string from, to;  // vkeys
  std::string until;     // RFC 3339
  std::string by;        // who asked for it
};
// A signed note of both keys.
std::string rotation_note(const KeyRotation& rotation, const SigningKey& from,
                          const SigningKey& to);
// Nothing if it is no such note, or not signed by both.
std::optional<KeyRotation> parse_rotation(std::string_view note);

}  // namespace sekisho::audit
