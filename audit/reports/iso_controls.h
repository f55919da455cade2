#pragma once

// The controls of ISO/IEC 27001:2022 Annex A that Sekisho has evidence for, and which of it.

#include <string>
#include <vector>

#include "audit/questions/answer.h"

namespace sekisho::audit {

struct IsoControl {
  std::string id;  // "8.12"
  LocalText title, shows;
  std::vector<std::string> items;  // names of evidence: "report:refusals", "question:rules", …
};
const std::vector<IsoControl>& iso_controls();

}  // namespace sekisho::audit
