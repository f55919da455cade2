#include "policy/redaction.h"

#include <algorithm>

#include "filters/bodies/replacement.h"

namespace sekisho::policy {
namespace {

using filters::Coding;
using filters::Edit;
using filters::Place;

std::string coded_for(const PlacedFinding& finding, std::string text) {
  // A number has no room for letters: the value becomes a string.
  if (finding.number) text = '"' + filters::coded_text(text, Coding::kJsonString) + '"';
  return filters::coded_text(text, finding.number ? Coding::kPlain : finding.coding, finding.outer);
}

const Replacement kMasked{true, {}};

struct Planned {
  const PlacedFinding* finding;
  const Replacement* with;
};

// In order; of two that begin together the longer first.
std::vector<Planned> plan(const InspectionResult& inspected,
                          const std::vector<Replacement>& replacements) {
  std::vector<Planned> out;
  for (std::size_t i = 0; i < inspected.findings.size(); ++i)
    if (replacements[i].mask || !replacements[i].token.empty())
      out.push_back({&inspected.findings[i], &replacements[i]});
  std::stable_sort(out.begin(), out.end(), [](const Planned& a, const Planned& b) {
    const auto& x = a.finding->original;
    const auto& y = b.finding->original;
    return x.begin != y.begin ? x.begin < y.begin : x.end > y.end;
  });
  return out;
}

std::string replacement_of(const Planned& p) {
  return p.with->mask ? mask_of(*p.finding) : coded_for(*p.finding, std::string(p.with->token));
}

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
  return coded_for(finding, "[REDACTED:" + std::string(finding.finding.type) + "]");
}

std::vector<Edit> edits_for(const InspectionResult& inspected,
                            const std::vector<Replacement>& replacements) {
  std::vector<Edit> edits;
  Planned last{nullptr, nullptr};
  for (const Planned& p : plan(inspected, replacements)) {
    const filters::Range range = p.finding->original;
    if (edits.empty() || range.begin >= edits.back().range.end) {
      edits.push_back({range, replacement_of(p)});
      last = p;
      continue;
    }
    Edit& edit = edits.back();
    const bool covered = range.end <= edit.range.end;
    edit.range.end = std::max(edit.range.end, range.end);
    // A token stands for the whole of its value or for nothing.
    if (last.with->mask || (covered && !p.with->mask)) continue;
    if (p.with->mask) last.finding = p.finding;
    last.with = &kMasked;
    edit.replacement = mask_of(*last.finding);
  }
  return edits;
}

}  // namespace sekisho::policy
