#pragma once

// `seal` of the policy's data rules: for which groups of gateway.yaml's `audit.sealed.recipients` a
// copy is kept of what the rule matched and lets through.

#include <string>
#include <vector>

#include "config/policy_file.h"

namespace sekisho::config {

struct RuleSeal {
  std::string rule;                // id
  std::vector<MarkedText> groups;  // at least one
};

// Of a policy that was read before. Apart from the rest of it, since only who seals needs them.
std::vector<RuleSeal> seals_of(const PolicyFile& policy);

class MapReader;
std::vector<MarkedText> read_seal(MapReader& rule);

}  // namespace sekisho::config
