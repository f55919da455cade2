#include "filters/overlap.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace sekisho::filters {
namespace {

bool overlap(Range a, Range b) {
  return a.begin < b.end && b.begin < a.end;
}

bool stronger(const Finding& a, const Finding& b) {
  if (a.specificity != b.specificity && a.category == b.category)
    return a.specificity > b.specificity;
  if (a.confidence != b.confidence) return a.confidence > b.confidence;
  if (a.range.size() != b.range.size()) return a.range.size() > b.range.size();
  return a.range.begin < b.range.begin;
}

}  // namespace

void resolve_overlaps(Findings& findings, const std::function<bool(const Finding&)>& is_custom) {
  std::sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    if (a.range.begin != b.range.begin) return a.range.begin < b.range.begin;
    if (a.range.end != b.range.end) return a.range.end > b.range.end;
    return a.type < b.type;
  });
  Findings kept;
  kept.reserve(findings.size());
  for (Finding& f : findings) {
    const bool custom = is_custom(f);
    bool hidden = false;
    // Kept ones are ordered by begin and their overlaps resolved: only the tail can reach `f`.
    std::vector<std::size_t> weaker;
    for (std::size_t i = kept.size(); i-- > 0 && !hidden;) {
      const Finding& other = kept[i];
      if (is_custom(other) != custom || (custom && other.type != f.type)) continue;
      if (!overlap(other.range, f.range)) break;
      if (!custom && stronger(f, other))
        weaker.push_back(i);
      else
        hidden = true;
    }
    if (hidden) continue;
    for (const std::size_t i : weaker) kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(i));
    kept.push_back(std::move(f));
  }
  findings = std::move(kept);
}

}  // namespace sekisho::filters
