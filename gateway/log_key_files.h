#pragma once

// The keys that sign the audit log's checkpoints, in `keys/`: log.key (in force), and during a
// rotation log.old.key and log.rotation. A line each, "name base64", mode 0600.

#include <chrono>
#include <optional>
#include <string>

#include "audit/proof/key_rotation.h"

namespace sekisho::gateway {

// Made when missing; made anew when `log_begins` (a log that holds nothing yet gets a key of its
// own, so that a copied keys/ does not let two logs sign as one; the old one is kept beside it).
// `origin` names a log that begins. A key that went out of force before `now_s` is erased once the
// log has published its successor (`published`: the newest checkpoint, "" = none).
std::optional<audit::LogKeys> load_log_keys(const std::string& directory, const std::string& origin,
                                            bool log_begins, std::int64_t now_s,
                                            const std::string& published, std::string& error);

// A new key, vouched for by the one in force; both sign until `until_s`. The gateway takes it at
// its next start or reload.
std::optional<audit::KeyRotation> rotate_log_key(const std::string& directory, std::int64_t now_s,
                                                 std::int64_t until_s, const std::string& by,
                                                 std::string& error);

}  // namespace sekisho::gateway
