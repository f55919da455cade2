#pragma once

// What is known of the service of a destination, for people: each fact with its source and age.

#include <optional>
#include <string>
#include <vector>

#include "policy/admission.h"

namespace sekisho::policy {

class Snapshot;

struct KnownFact {
  std::string key, value;
  std::string from;    // "catalogue:ID", "overlay:ID", "policy:ENTRY"
  std::string source;  // "" = none is named
  std::optional<config::Date> as_of;
  std::optional<int> age_days;
  bool unverified = false;
};

// Seats, places and terms of the service, the entry's own words before the catalogue's; unknown
// ones too, since they satisfy nothing. Empty when the catalogue does not know the host and no
// entry says anything about it.
std::vector<KnownFact> known_facts(const Snapshot& snapshot, const Admission& admission,
                                   std::int64_t now);

}  // namespace sekisho::policy
