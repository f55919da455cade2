#pragma once

// A request and a policy as they might have been.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/evaluate.h"
#include "policy/would_change.h"

namespace sekisho::policy {

struct World {
  config::PolicyFile file;
  bool other_policy = false;  // `file` is not what the snapshot was made of
  Question question;
  std::set<std::string, std::less<>> without;  // types of findings that the body does not hold
};

// A way to a world that is one or a few changes away.
struct Step {
  std::vector<Change> changes;
  World world;
};

// The steps that `judged` suggests, a narrower one before a wider one.
std::vector<Step> steps_to_pass(const Snapshot& snapshot, const World& world,
                                const Judgement& judged);
std::vector<Step> steps_to_stop(const Snapshot& snapshot, const World& world,
                                const Judgement& judged);

// Pieces of evidence that refuse under `regions`, whatever is pending.
bool refuses(const Evidence& evidence);

}  // namespace sekisho::policy
