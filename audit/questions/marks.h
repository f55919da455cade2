#pragma once

// What people said of a decision afterwards: that a rule, or a type of finding, was right or wrong
// there. Each is an admin record `mark`; a later one for the same request and the same rule or type
// takes its place, and both stay in the log. docs/audit_format.md

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/keeping/outside_events.h"
#include "audit/questions/answer.h"

namespace sekisho::audit {

struct Mark {
  std::string id;            // of the request
  std::int64_t time_us = 0;  // of its decision: a mark counts in the period of that
  // Of a rule with its action and mode there, "" = the record has none; else of a type of finding.
  bool of_rule = true;
  std::string name, action, mode;
  bool wrong = true;
  std::string reason, by;
  std::int64_t marked_us = 0;
  bool in_force = true;  // no later one takes its place
};

OutsideEvent mark_event(const Mark& mark);
// From members of the record; nothing = they are none of a mark.
std::optional<Mark> read_mark(std::string_view old_value, std::string_view new_value);

// All that a log has, oldest first: what to ask for, and what the rows are.
inline constexpr char kAskMarks[] =
    "SELECT time_us, old, new, doer FROM control INDEXED BY control_what WHERE what='mark' ORDER "
    "BY seq";
std::vector<Mark> marks_of(const std::vector<std::vector<Cell>>& rows);

}  // namespace sekisho::audit
