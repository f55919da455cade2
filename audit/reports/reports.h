#pragma once

// The reports that people file. Each is made of the index and of the policies that were in force.

#include <optional>
#include <string>

#include "audit/reports/frame.h"
#include "audit/verify.h"

namespace sekisho::audit {

// What happened in a month: figures, trend, destinations, refusals, findings, what was not read.
Report overview_report(const ReportFrame& frame);

// Personal data by country and recipient: what article 28 of the APPI asks for.
Report crossborder_report(const ReportFrame& frame);

// Who was refused, where, why and by which rule; what observed rules would have refused.
Report refusals_report(const ReportFrame& frame);

// Exceptions that the policies of the period granted, and how often each was used.
Report exceptions_report(const ReportFrame& frame);

// Every change of the policy, by whom, and what changed in its text.
Report policy_report(const ReportFrame& frame);

// The services in use, who runs them, when their terms were last reviewed.
Report suppliers_report(const ReportFrame& frame);

// Starts, stops, gaps, clock steps; how users and connections were identified and protected.
Report operation_report(const ReportFrame& frame);

// One of the three is given. `hashes`: keyed hashes of the value, one an epoch.
struct Subject {
  std::string user = {}, id = {};
  std::vector<std::string> hashes = {};
  std::string value_type = {};  // of `hashes`, for the title
};

// Everything the log has about a user, a value or a request, with the result of its verification.
Report incident_report(const ReportFrame& frame, const Subject& subject,
                       const std::optional<VerifyReport>& verified);

// Draft of the report of a leak to the Personal Information Protection Commission, with the nine
// items of its form. `known_us`: when the company came to know.
struct Breach {
  Subject subject;
  std::int64_t known_us = 0;
  bool wrongful = false;  // a wrongful purpose is possible: 60 days instead of 30
};
Report breach_report(const ReportFrame& frame, const Breach& breach);

}  // namespace sekisho::audit
