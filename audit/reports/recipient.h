#pragma once

// What the company and the catalogue state about who receives data.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/reports/frame.h"
#include "config/policy_file.h"
#include "config/transfers.h"

namespace sekisho::audit {

// A policy as far as reports need it. Its own faults are no matter: it was in force.
struct StatedPolicy {
  std::string digest;
  config::PolicyFile file;
  std::vector<config::TransferDef> transfers;
  const config::DestinationDef* entry(const std::string& id) const;
};
std::optional<StatedPolicy> stated_policy(const ReportFrame& frame, const std::string& digest);
StatedPolicy stated_policy(const std::string& digest, const std::string& text);

// A fact with where it comes from, for people: "no (catalogue openai-api, 2026-08-05)".
struct StatedFact {
  std::string value;  // "" = nobody states it
  std::string from;
};
StatedFact fact_of(const ReportFrame& frame, const StatedPolicy* policy,
                   const std::string& provider, const std::string& entry, const std::string& key);

// The legal entity as the catalogue has it; "" = unknown.
std::string operator_of(const ReportFrame& frame, const std::string& provider);
std::string service_name(const ReportFrame& frame, const std::string& provider);

const config::TransferDef* transfer_of(const StatedPolicy* policy, const std::string& provider,
                                       const std::string& entry, const std::string& country);

LocalText route_words(config::TransferRoute route);

}  // namespace sekisho::audit
