// Patterns of the policy: sought where an anchor says that they may be, else in the set.

#include <algorithm>
#include <utility>

#include "filters/patterns/pattern_detector_impl.h"
#include "filters/patterns/pattern_length.h"

namespace sekisho::filters {
namespace {

// Places nearer than this are looked through in one go: a match is refused once for all of them.
constexpr std::size_t kNear = 32;

// Adds where a match may begin. Ranges come in the order of their ends.
void add_place(std::vector<Range>& places, Range place) {
  while (!places.empty() && place.begin <= places.back().end + kNear) {
    place.begin = std::min(place.begin, places.back().begin);
    places.pop_back();
  }
  places.push_back(place);
}

}  // namespace

// In the set all of them cost the same as one.
bool PatternDetector::Impl::announce_custom() {
  std::string error;
  for (std::size_t i = 0; i < custom.size(); ++i) {
    const CustomRow& row = custom[i];
    std::vector<PatternAnchor> anchors = pattern_anchors(row.pattern.pattern());
    for (PatternAnchor& anchor : anchors) {
      anchor.before = std::min(anchor.before, row.span);
      anchor_reach = std::max(anchor_reach, anchor.before);
      custom_anchors.push_back({i, std::move(anchor)});
    }
    if (!anchors.empty()) continue;
    if (set.Add(row.pattern.pattern(), &error) < 0) return false;
    custom_gates.emplace_back().custom = &row;
    members.push_back(&custom_gates.back());
  }
  std::vector<AnchorFinder::Anchor> anchors;
  for (const CustomAnchor& one : custom_anchors) {
    anchors.push_back({one.anchor.places, one.anchor.at_border});
    if (anchors.size() < AnchorFinder::kMostAnchors) continue;
    anchor_finders.emplace_back(anchors);
    anchors.clear();
  }
  if (!anchors.empty()) anchor_finders.emplace_back(anchors);
  return true;
}

// Where matches of each pattern may begin.
void PatternDetector::Impl::find_places(std::string_view text, Range where,
                                        std::vector<std::vector<Range>>& places) const {
  for (std::size_t group = 0; group < anchor_finders.size(); ++group) {
    anchor_finders[group].find(text, where, [&](std::size_t number, std::size_t pos) {
      const CustomAnchor& one = custom_anchors[group * AnchorFinder::kMostAnchors + number];
      const PatternAnchor& anchor = one.anchor;
      if (!anchor.may_match_at(text, pos)) return;
      if (places.empty()) places.resize(custom.size());
      add_place(places[one.row], {pos - std::min(pos, anchor.before), pos + 1});
    });
  }
}

void PatternDetector::Impl::scan_custom(const Window& window, Findings& out) const {
  if (anchor_finders.empty()) return;
  const std::size_t begin = window.fresh_begin - std::min(window.fresh_begin, custom_span);
  const std::size_t end = std::min(window.text.size(), window.fresh_end + anchor_reach);
  std::vector<std::vector<Range>> places;
  find_places(window.text, {begin, end}, places);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const CustomRow& row = custom[i];
    std::size_t from = 0;
    for (const Range& place : places[i])
      from = for_matches(row.pattern, row.span, window.text, std::max(from, place.begin), place.end,
                         [&](const re2::StringPiece* parts) {
                           out.push_back(custom_finding(row, window.text, parts[0]));
                         });
  }
}

bool PatternDetector::add_custom(const CustomPattern& custom, std::string_view type,
                                 std::string_view category, std::string& error) {
  impl_->custom.emplace_back(custom, type, category);
  CustomRow& row = impl_->custom.back();
  if (!row.pattern.ok()) {
    error = row.pattern.error();
    return false;
  }
  if (matches_nothing(row.pattern)) {
    error = "the pattern matches the empty text, so it would match everywhere";
    return false;
  }
  row.span = std::min(longest_match(custom.pattern).value_or(kDefaultSpan), kLongestSpan);
  impl_->custom_span = std::max(impl_->custom_span, row.span);
  impl_->after = std::max(impl_->after, row.span + kAssertionReach);
  impl_->max_span = std::max(impl_->max_span, 2 * (row.span + kAssertionReach));
  return true;
}

}  // namespace sekisho::filters
