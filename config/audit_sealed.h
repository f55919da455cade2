#pragma once

// Who can open the sealed copies of what is sent: `audit.sealed` of gateway.yaml. Which requests
// are kept is the policy's to say: config/policy_seals.h.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

struct AuditSealed {
  Mark at;  // line 0: not set
  // Files of certificates (PEM) by group. "{period}" in a path stands for the quarter, "2026q3":
  // whoever erases the private keys of a quarter makes its copies unreadable.
  std::map<std::string, std::vector<Marked<std::string>>, std::less<>> recipients;
  std::vector<Marked<std::string>> second;  // of the second pair of eyes; none: one key opens
  std::uint64_t cap = 1u << 20;             // bytes of a body that are kept
  std::chrono::hours retention{90 * 24};
  std::string directory;  // left out: sealed/ in the directory of the log
};

class MapReader;
void read_audit_sealed(MapReader& audit, const std::string& file, AuditSealed& out);

}  // namespace sekisho::config
