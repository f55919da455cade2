#pragma once

// The rules over data and the exceptions that lift them, with every name resolved. Part of a
// snapshot, immutable.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/catalogue.h"
#include "config/policy_file.h"
#include "filters/detector_set.h"
#include "policy/pseudonym.h"
#include "policy/words.h"

namespace sekisho::policy {

// A country list of a rule with its groups spelled out ("EU" -> AT, BE, …; "!CN" takes out).
struct CountryList {
  std::vector<std::string> countries;  // sorted
  std::vector<std::string> except;     // sorted
  bool any = false;                    // holds a group that means every country
  bool empty() const { return countries.empty() && !any; }
  bool contains(std::string_view country) const;
};

struct DataRule {
  std::string id;
  std::vector<std::string> findings;  // types and categories
  double confidence = 0.60;
  int at_least = 1;  // distinct normalised values in one request
  Action action = Action::kBlock;
  bool observe = false;  // of the rule, else of the policy
  config::Localized message;
  std::vector<std::string> groups, groups_not, providers, destinations;  // sorted
  CountryList regions, regions_not;
  std::shared_ptr<const RestoreRule> restore;  // of pseudonymise rules
  bool matches(std::string_view type, std::string_view category, double confidence_found) const;
};

struct DataException {
  std::string id;
  std::vector<std::string> lifts, groups, providers;  // sorted; no groups or providers = all
  std::int64_t until = 0;                             // unix second at which it has ended
};

struct DataRules {
  std::vector<DataRule> rules;
  std::vector<DataException> exceptions;
};

// Resolves finding types (`types`: all there are), groups, providers, destinations, countries and
// rule ids; an exception further ahead than the policy lets it be
// (`limits.exception_days`, counted from `now`) is a problem. Nothing else in the policy is looked
// at.
DataRules compile_data_rules(const config::PolicyFile& policy, const config::Catalogue& catalogue,
                             const config::CloudRegions& regions,
                             const std::vector<filters::TypeInfo>& types, std::int64_t now,
                             config::Problems& problems);

}  // namespace sekisho::policy
