#pragma once

// Findings of texts that were read in more ways than one: each value counts once, and an edit of
// the outer text must leave the JSON in it valid.

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "filters/bodies/json_place.h"
#include "policy/inspection.h"

namespace sekisho::policy {

// Values that were found at the same place before.
class SeenFindings {
 public:
  // True: `all` holds one of this type and value at this place. It is looked at as far as it has
  // grown since the last call.
  bool has(const std::vector<PlacedFinding>& all, const PlacedFinding& finding);

 private:
  static std::size_t key(const PlacedFinding& finding);
  std::unordered_set<std::size_t> keys_;
  std::size_t looked_at_ = 0;
};

// Those findings at the end of a list that lie within one place: what was found in the JSON inside
// a string comes before the string.
class FindingsInside {
 public:
  FindingsInside(const std::vector<PlacedFinding>& all, filters::Range whole);
  // Is something of this type at (a part of) this place among them?
  bool cover(const PlacedFinding& finding) const;

 private:
  std::unordered_map<std::string_view, std::vector<filters::Range>> by_type_;  // ascending
};

// A finding in the text of a string that is JSON: placed so that its edit keeps that JSON valid, or
// not to be edited. `places` = of the chunk's text.
void fit_into_json(const filters::TextChunk& chunk, filters::JsonPlaces& places,
                   PlacedFinding& finding);

}  // namespace sekisho::policy
