#include "policy/nested_findings.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace sekisho::policy {

using filters::Coding;
using filters::JsonPlace;
using filters::Range;

std::size_t SeenFindings::key(const PlacedFinding& finding) {
  const std::hash<std::string_view> text;
  std::size_t out = text(finding.finding.type);
  const auto mix = [&out](std::size_t n) { out = (out ^ n) * 1099511628211u; };
  mix(text(finding.finding.normalised));
  mix(finding.original.begin);
  mix(finding.original.end);
  return out;
}

bool SeenFindings::has(const std::vector<PlacedFinding>& all, const PlacedFinding& finding) {
  for (; looked_at_ < all.size(); ++looked_at_)
    if (all[looked_at_].place == filters::Place::kBody) keys_.insert(key(all[looked_at_]));
  return keys_.count(key(finding)) != 0;
}

FindingsInside::FindingsInside(const std::vector<PlacedFinding>& all, Range whole) {
  for (auto at = all.rbegin(); at != all.rend(); ++at) {
    const Range r = at->original;
    if (at->place != filters::Place::kBody || r.begin < whole.begin || r.end > whole.end) break;
    by_type_[at->finding.type].push_back(r);
  }
  for (auto& [type, ranges] : by_type_)
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
    });
}

bool FindingsInside::cover(const PlacedFinding& finding) const {
  const auto type = by_type_.find(finding.finding.type);
  if (type == by_type_.end()) return false;
  const auto& ranges = type->second;
  const auto after = std::lower_bound(ranges.begin(), ranges.end(), finding.original.end,
                                      [](Range r, std::size_t end) { return r.begin < end; });
  return after != ranges.begin() && std::prev(after)->end > finding.original.begin;
}

void fit_into_json(const filters::TextChunk& chunk, filters::JsonPlaces& places,
                   PlacedFinding& finding) {
  const JsonPlace at = places.find(finding.finding.range);
  if (at.kind == JsonPlace::Kind::kKey || at.kind == JsonPlace::Kind::kStructure) {
    finding.fixed = true;
    return;
  }
  finding.number = at.kind == JsonPlace::Kind::kNumber;
  finding.outer.insert(finding.outer.begin(), finding.coding);
  finding.coding = finding.number ? Coding::kPlain : Coding::kJsonString;
  finding.original = filters::locate(chunk, at.range).range;
}

}  // namespace sekisho::policy
