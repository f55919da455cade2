#pragma once

// `enforce`: what requests to a service carry whatever the client wrote, and the gateway's key in
// place of the client's. Which rules hold is part of admission; what they change in one request is
// planned here, once its body is decoded.

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/credentials.h"
#include "config/policy_file.h"
#include "filters/bodies/edits.h"
#include "filters/bodies/json_setter.h"
#include "policy/admission.h"
#include "policy/host_table.h"

namespace sekisho::policy {

struct BodyFields;
struct InspectionResult;

// One header that a rule sets; those of `company_accounts` for the hosts of their service alone.
struct EnforcedHeaderRule {
  std::string name, value;
  std::vector<HostRule> hosts;  // none = wherever the rule holds
};

struct EnforceRule {
  const config::EnforceDef* def = nullptr;
  std::vector<HostRule> hosts;
  std::vector<EnforcedHeaderRule> headers;
  std::vector<filters::JsonField> fields;
  bool observe = false;
  bool only_accounts = false;  // nothing but `company_accounts`, which names its own hosts
};

// Does a rule's host mean this destination? `host` in canonical form.
bool covers(const HostRule& rule, std::string_view host, const Destination& to);

class EnforceRules {
 public:
  // Names were resolved by whoever checks the policy's; contradictions between rules, and keys that
  // nobody holds, are problems. `credentials` null = which keys there are is not known here.
  EnforceRules(const config::PolicyFile& file, const config::Credentials* credentials,
               config::Problems& problems);

  bool empty() const { return rules_.empty(); }
  // Rules that hold for a query whose admission names its service, in the order of their ids.
  std::vector<const EnforceRule*> find(const AdmissionQuery& query, std::string_view host,
                                       const Admission& admission) const;

 private:
  void add(const config::EnforceDef& def, bool observe);
  std::deque<EnforceRule> rules_;
};

// What one rule did to one request, for the record: names and places, never a value.
struct EnforcedChange {
  enum class Was { kAbsent, kSame, kOther };  // what the client had written there
  struct Setting {
    std::string where;  // "header:OpenAI-Allowed-Organization-Ids", "body:/store"
    Was was = Was::kAbsent;
  };
  std::string rule;
  bool observe = false;
  std::vector<Setting> set;
  std::vector<std::string> removed;  // "header:authorization", "query:key"
  std::string credential;            // name of the gateway's key; "" = none
};
std::string_view to_word(EnforcedChange::Was was);  // absent | same | other

// All of it together.
struct Enforcement {
  std::vector<std::pair<std::string, std::string>> headers;  // instead of every copy there is
  std::vector<std::string> removed;                          // headers, in small letters
  std::vector<std::string> removed_query;                    // keys as the target writes them
  std::string credential, credential_header;                 // name, and where its value goes
  std::vector<filters::Edit> edits;                          // of the decoded body
  std::vector<std::pair<std::string, std::vector<std::string>>> pinned;  // lists written into it
  std::vector<EnforcedChange> changes;
  // A rule that cannot be kept: the request must not leave. "" = none.
  struct Failure {
    std::string rule;
    config::Localized why;  // a clause
  };
  std::optional<Failure> failure, would_fail;  // of an enforced rule, of an observed one

  bool changes_head() const {
    return !headers.empty() || !removed.empty() || !removed_query.empty() || !credential.empty();
  }
};

struct EnforcementInput {
  const Admission* admission = nullptr;
  const Destination* to = nullptr;
  std::string_view target;  // origin-form
  std::vector<HeaderView> headers;
  std::string_view body;  // decoded
  const InspectionResult* inspected = nullptr;
  const config::Credentials* credentials = nullptr;  // null: nothing is sent (explain, tests)
};

// Plans what the rules of an admission do. Everything referred to must outlive it.
class EnforcementPlan {
 public:
  explicit EnforcementPlan(EnforcementInput in);
  ~EnforcementPlan();
  bool step();  // about 256 KiB of the body; true = there is more to do
  Enforcement take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// What rules write into the body, where admission reads it: a request is judged as it will leave.
void write_fields(const std::vector<const EnforceRule*>& rules, const Enforcement& plan,
                  BodyFields& body);

// The target without the query keys that were removed.
std::string without_query_keys(std::string_view target, const std::vector<std::string>& keys);

// "sets header:x, body:/store; removes header:authorization": one English clause.
std::string describe(const EnforcedChange& change);

}  // namespace sekisho::policy
