#pragma once

// The records about a user, a value or a request.

#include <map>
#include <string>
#include <vector>

#include "audit/reports/reports.h"

namespace sekisho::audit {

// For a WHERE over `exchange`, with the days of the frame if it has any.
struct Clause {
  std::string text;
  std::vector<Cell> parameters;
};
Clause clause_of(const ReportFrame& frame, const Subject& subject);

// "利用者 hanako@example.co.jp".
LocalText subject_title(const Subject& subject);
// "--user hanako@example.co.jp", as the commands take it.
std::string subject_option(const Subject& subject);

struct SubjectTotals {
  std::int64_t requests = 0, sent_requests = 0, refused = 0, observed = 0;
  std::int64_t first_us = 0, last_us = 0, sent_bytes = 0, users = 0;
};
SubjectTotals totals_of(Inquiry& ask, const Clause& clause);

}  // namespace sekisho::audit
