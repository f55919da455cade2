#pragma once

// The policies under which the records of a period were made.

#include <string>
#include <vector>

#include "audit/reports/frame.h"

namespace sekisho::audit {

struct PolicySpan {
  std::string digest;
  std::int64_t first_us = 0, last_us = 0, requests = 0;
};
// Of the period, oldest first.
std::vector<PolicySpan> policies_of(const ReportFrame& frame, Inquiry& ask);

// "sha256:c1e2a94b…": as many digits as tell policies apart for people.
std::string short_digest(const std::string& digest);

}  // namespace sekisho::audit
