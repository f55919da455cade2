#include "policy/redaction.h"

#include <algorithm>

#include "filters/json_scanner.h"

namespace sekisho::policy {
namespace {

using filters::Coding;
using filters::Edit;
using filters::Place;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

std::string form_coded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c))
      out.push_back(c);
    else
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

std::string json_coded(std::string_view text) {
  std::string out;
  filters::append_json_escaped(out, text, true);
  return out;
}

}  // namespace

std::string_view redact_impossible(const InspectionResult& inspected,
                                   const PlacedFinding& finding) {
  if (finding.place == Place::kHeader) return "it stands in a header";
  if (finding.place != Place::kBody) return "it stands in the URL";
  if (inspected.signed_request) return "the request is signed";
  if (finding.is_key) return "it stands in the name of a field";
  if (finding.untouchable) return "the field must reach the service unchanged";
  if (!inspected.unreadable.empty()) return "the body could not be read to its end";
  return {};
}

std::string mask_of(const PlacedFinding& finding) {
  const std::string mask = "[REDACTED:" + std::string(finding.finding.type) + "]";
  // A number has no room for letters: the value becomes a string.
  if (finding.number) return '"' + json_coded(mask) + '"';
  switch (finding.coding) {
    case Coding::kJsonString:
      return json_coded(mask);
    case Coding::kForm:
    case Coding::kPercent:
      return form_coded(mask);
    case Coding::kPlain:
      break;
  }
  return mask;
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
