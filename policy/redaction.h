#pragma once

// Masks and tokens in place of findings of a body: which can be replaced at all, and the edits that
// do it.

#include <string>
#include <string_view>
#include <vector>

#include "filters/bodies/edits.h"
#include "policy/inspection.h"

namespace sekisho::policy {

// Why a finding cannot be masked where it stands: "header", "key", "untouchable field", …; "" = it
// can.
std::string_view redact_impossible(const InspectionResult& inspected, const PlacedFinding& finding);

// "[REDACTED:credit_card]" in the coding of the finding's place.
std::string mask_of(const PlacedFinding& finding);

// What happens to one finding.
struct Replacement {
  bool mask = false;
  std::string_view token;  // unless masked; "" = the finding stays
};

// Edits of the decoded body, one replacement a finding. Overlapping ones become one: a mask, unless
// the one that has a token covers the other.
std::vector<filters::Edit> edits_for(const InspectionResult& inspected,
                                     const std::vector<Replacement>& replacements);

}  // namespace sekisho::policy
