#pragma once

// What the policies of a log said, from the texts that are kept beside it.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/questions/asking.h"
#include "config/policy_file.h"

namespace sekisho::audit {

// Nothing if the text is not there or cannot be read by this version.
std::optional<config::PolicyFile> read_policy(const QuestionScope& asking,
                                              const std::string& digest);

// A rule by its id: what it is and how it is enforced. Nothing if the policy has none of that name.
struct RuleInForce {
  std::string what;  // destination | data | exception | enforce | regions
  bool observe = false;
  std::string action;
};
std::optional<RuleInForce> find_rule(const config::PolicyFile& policy, const std::string& id);

// A time in which a gateway had a policy. `to_us`: nothing = it still has.
struct PolicyTime {
  std::string gateway, digest, by;
  std::int64_t from_us = 0;
  std::optional<std::int64_t> to_us;
};
// From the records of starts, reloads and stops; of all times, oldest first.
std::vector<PolicyTime> policy_times(Asker& asker);

struct PolicyLine {
  std::int64_t number = 0;  // from 1
  std::string text;
};
// What the policy writes of the rule `id`. None if it writes nothing: a default decided.
std::vector<PolicyLine> rule_text(const config::PolicyFile& policy, const std::string& text,
                                  const std::string& id);

// A row for each line that changed, with one line around: `head`, then "added" or "removed", then
// the text.
void add_difference(Asker& asker, Table& table, const Row& head, const std::string& before,
                    const std::string& after);

}  // namespace sekisho::audit
