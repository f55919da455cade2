#pragma once

// Do the terms of a service satisfy what a destination entry requires?

#include <cstdint>
#include <optional>
#include <string>

#include "config/catalogue.h"
#include "config/policy_file.h"
#include "policy/civil_time.h"
#include "policy/places.h"
#include "policy/region_judge.h"

namespace sekisho::policy {

struct TermsInput {
  const config::DestinationDef* entry = nullptr;
  const config::Provider* provider = nullptr;  // null: a host of the policy alone
  const RegionFinding* regions = nullptr;      // resolves places that the customer selects
  const config::CloudRegions* tables = nullptr;
  const TimeZone* zone = nullptr;
  std::int64_t now = 0;
};

// The first requirement that is not met: for rules ("dpa is unknown, required: yes"), and for the
// people who are refused.
struct UnmetRequirement {
  std::string why;
  config::Localized told;
};
std::optional<UnmetRequirement> unmet_requirement(const TermsInput& in);

// The newest review that counts: the customer's own (of the entry or the overlay), or the shipped
// catalogue's where its confidence is high. Nothing when nobody reviewed it.
std::optional<config::Date> reviewed_at(const config::DestinationDef& entry,
                                        const config::Provider* provider);

// Unix second from which a review of `day` is too old for "180d".
std::optional<std::int64_t> review_ends(config::Date day, const std::string& within,
                                        const TimeZone& zone);

}  // namespace sekisho::policy
