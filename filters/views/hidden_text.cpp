#include "filters/views/hidden_text.h"

#include <algorithm>

#include "filters/views/character_forms.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kFewest = 4;
constexpr std::size_t kTogether = 64;  // bytes between two of one place
constexpr std::size_t kMostPlaces = 1024;

}  // namespace

void HiddenText::begin() {
  places_.clear();
  count_ = 0;
}

void HiddenText::see(std::string_view text, std::size_t offset, Range fresh,
                     const std::vector<Range>& odd) {
  auto it = std::lower_bound(odd.begin(), odd.end(), fresh.begin,
                             [](const Range& r, std::size_t at) { return r.begin < at; });
  for (; it != odd.end() && it->begin < fresh.end; ++it) {
    if (!is_hidden_character(text, it->begin)) continue;
    ++count_;
    const Range place{offset + it->begin, offset + it->end};
    const bool joins = !places_.empty() && (place.begin <= places_.back().end + kTogether ||
                                            places_.size() >= kMostPlaces);
    if (joins)
      places_.back().end = place.end;
    else
      places_.push_back(place);
  }
}

void HiddenText::finish(Findings& out) {
  if (count_ < kFewest) return;
  for (const Range& place : places_) {
    Finding finding;
    finding.type = kHiddenTextType;
    finding.category = "confidential";
    finding.confidence = 0.85;
    finding.range = place;
    finding.normalised = "hidden text of " + std::to_string(place.size()) + " bytes";
    out.push_back(std::move(finding));
  }
}

}  // namespace sekisho::filters
