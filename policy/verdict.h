#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "filters/bodies/edits.h"
#include "policy/admission.h"
#include "policy/enforcement.h"
#include "policy/inspection.h"
#include "policy/pseudonym.h"
#include "policy/words.h"

namespace sekisho::policy {

// Findings of one type, for the record: never the text. `values` are the distinct normalised
// values, for the keyed hash only.
struct FindingSummary {
  std::string type, category;
  int count = 0;
  double confidence = 0;           // the highest
  std::vector<std::string> where;  // distinct, at most 16
  std::vector<std::string> values;
};

struct Verdict {
  Action action = Action::kAllow;
  std::optional<Action> would;    // what observed rules (or the policy in observe mode) would have
                                  // done, when it is stricter
  Reason reason = Reason::kNone;  // of a block, enforced or observed (then of `would`)
  std::string rule;               // that won
  std::vector<std::string> causes;      // types of the findings it won by, when it is a data rule
  std::vector<RuleTrace> rules;         // every rule that matched or nearly did
  std::vector<std::string> data_rules;  // ids of the data rules that matched, without lifted ones
  std::string exception;
  std::vector<FindingSummary> findings;
  Coverage coverage = Coverage::kNoBody;
  std::vector<std::string> skipped;
  std::vector<filters::Edit> edits;  // of the decoded body: of redact, pseudonymise and `enforce`
  std::shared_ptr<const TokenMap> tokens;  // what the edits' tokens stand for; null = none
  std::vector<EnforcedChange> enforced;    // what rules of `enforce` set, or would
  config::Localized message;               // of the rule, if it has one
  config::Localized detail;                // a clause: which requirement is not met; "" = none
  bool own_credential = false;
};

}  // namespace sekisho::policy
