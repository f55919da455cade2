#include "policy/redaction.h"

#include <algorithm>

#include "filters/replacement.h"

namespace sekisho::policy {
namespace {

using filters::Coding;
using filters::Edit;
using filters::Place;

}  // namespace

std::string_view redact_impossible(const InspectionResult& inspected,
                                   const PlacedFinding& finding) {
  if (finding.place == Place::kHeader) return "it stands in a header";
  if (finding.place != Place::kBody) return "it stands in the URL";
  if (inspected.signed_request) return "the request is signed";
  if (finding.is_key) return "it stands in the name of a field";
  if (finding.untouchable) return "the field must reach the service unchanged";
  if (finding.fixed) return "its coding cannot be written in place";
  if (!inspected.unreadable.empty()) return "the body could not be read to its end";
  return {};
}

std::string mask_of(const PlacedFinding& finding) {
  std::string mask = "[REDACTED:" + std::string(finding.finding.type) + "]";
  // A number has no room for letters: the value becomes a string.
  if (finding.number) mask = '"' + filters::coded_text(mask, Coding::kJsonString) + '"';
  return filters::coded_text(mask, finding.number ? Coding::kPlain : finding.coding, finding.outer);
}

std::vector<Edit> edits_for(const InspectionResult& inspected, const std::vector<bool>& chosen) {
  std::vector<const PlacedFinding*> ordered;
  for (std::size_t i = 0; i < inspected.findings.size(); ++i)
    if (chosen[i]) ordered.push_back(&inspected.findings[i]);
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return a->original.begin < b->original.begin;
  });
  std::vector<Edit> edits;
  for (const auto* finding : ordered) {
    if (!edits.empty() && finding->original.begin < edits.back().range.end)
      edits.back().range.end = std::max(edits.back().range.end, finding->original.end);
    else
      edits.push_back({finding->original, mask_of(*finding)});
  }
  return edits;
}

}  // namespace sekisho::policy
