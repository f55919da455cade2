#pragma once

// Masks over findings of a body: which can be masked at all, and the edits that do it.

#include <string>
#include <string_view>
#include <vector>

#include "filters/edits.h"
#include "policy/inspection.h"

namespace sekisho::policy {

// Why a finding cannot be masked where it stands: "header", "key", "untouchable field", …; "" = it
// can.
std::string_view redact_impossible(const InspectionResult& inspected, const PlacedFinding& finding);

// "[REDACTED:credit_card]" in the coding of the finding's place.
std::string mask_of(const PlacedFinding& finding);

// Edits of the decoded body for the findings named by their index; overlapping ones become one.
std::vector<filters::Edit> edits_for(const InspectionResult& inspected,
                                     const std::vector<bool>& chosen);

}  // namespace sekisho::policy
