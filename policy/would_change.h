#pragma once

// What would change the answer: other circumstances of the same request, or other words of the
// policy. Each is tried before it is told, so that none of it is a guess.

#include <string>
#include <vector>

#include "policy/evaluate.h"

namespace sekisho::policy {

// One thing that would have to be otherwise. `key` says where: "client.groups", "request.at",
// "request.body", "request.address", "request.port", or a key of the policy ("regions.deny",
// "destinations", "exceptions", …). `text` completes "if …".
struct Change {
  std::string key, value;
  config::Localized text;
};

// All of `changes` together give this answer, none of them can be left out.
struct WhatIf {
  std::vector<Change> changes;
  Action verdict = Action::kAllow;
  std::optional<Action> would;
  Reason reason = Reason::kNone;
  std::string rule;
};

// Of a request that is refused or changed: what would let it pass (unchanged). Of one that passes:
// what would stop it. Fewest changes first, at most twelve; empty when nothing of this kind does.
std::vector<WhatIf> would_change(const Snapshot& snapshot, const Evaluation& evaluation);

// "would be allowed if …", without the full stop.
config::Localized sentence(const WhatIf& what_if);

}  // namespace sekisho::policy
