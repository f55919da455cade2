#pragma once

// The auditors' questions. docs/questions.md has each with its command and an answer.

#include <string>
#include <vector>

#include "audit/questions/asking.h"

namespace sekisho::audit {

class Holds;
struct RetentionRows;

// transfers.cpp
Asked ask_transfers(const QuestionScope& asking);      // who sent personal data to which country
Asked ask_raw_transfers(const QuestionScope& asking);  // what of it left as it was, and why
// persons.cpp
Asked ask_subject(const QuestionScope& asking, const std::string& user);
// `hashes`: of the value, one for each key that was in use.
Asked ask_value(const QuestionScope& asking, const std::string& type,
                const std::vector<std::string>& hashes);

// destinations.cpp
Asked ask_regions(const QuestionScope& asking);
Asked ask_region_conflicts(const QuestionScope& asking);
Asked ask_coverage(const QuestionScope& asking);
Asked ask_destinations(const QuestionScope& asking, bool only_new);
Asked ask_crossborder(const QuestionScope& asking);

// refusals.cpp
struct RefusedOptions {
  std::vector<std::string> by{"user", "host"};  // user host country reason rule client
  std::string reason;                           // "" = every one
};
Asked ask_refused(const QuestionScope& asking, const RefusedOptions& options);
struct TrendOptions {
  std::vector<std::string> by{"verdict"};  // type category verdict provider country host reason …
  std::string step = "week";               // day week month
};
Asked ask_trend(const QuestionScope& asking, const TrendOptions& options);
// nothing = both are known; else the word that is not.
std::string unknown_group(const RefusedOptions& options);
std::string unknown_group(const TrendOptions& options);

// rules.cpp: which match, and what people marked of them (marks.h)
Asked ask_rules(const QuestionScope& asking);

// exceptions.cpp
struct ExceptionOptions {
  int unused_days = 0;  // > 0: only those not used for so long
  bool expired_but_open = false;
};
Asked ask_exceptions(const QuestionScope& asking, const ExceptionOptions& options);

// keeping.cpp
Asked ask_retention(const QuestionScope& asking, const RetentionRows& rows);
Asked ask_holds(const QuestionScope& asking, const Holds& holds);
Asked ask_evidence(const QuestionScope& asking);

// show.cpp: one exchange with all that its records say, the rule that decided it, and how the
// policy differs from the one before it and from the one now. An error if there is none of the id.
Asked ask_show(const QuestionScope& asking, const std::string& id);

// operation.cpp
Asked ask_gaps(const QuestionScope& asking);
Asked ask_access(const QuestionScope& asking);

// policies.cpp
Asked ask_policy_log(const QuestionScope& asking);
Asked ask_policy_at(QuestionScope asking, std::int64_t time_us);
// On the first day of the period.
Asked ask_policy_coverage(const QuestionScope& asking, const std::string& rule);

}  // namespace sekisho::audit
