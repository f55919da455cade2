#pragma once

// Where in a text a match of a pattern may be: beside bytes that are rare in prompts.

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/anchor_finder.h"
#include "filters/patterns/pattern_paths.h"

namespace sekisho::filters {

struct PatternAnchor {
  static constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

  std::vector<std::bitset<256>> places;    // what stands there, byte by byte: see AnchorFinder
  std::size_t before = 0;                  // a match begins at most so many bytes before
  bool at_border = false;                  // of a word
  std::shared_ptr<const FirstBytes> rest;  // of a match, from `inside` bytes before the anchor on
  std::size_t inside = 0;
  std::optional<std::uint16_t> known;  // where `rest` stands behind the places
  double commonness = 1;               // the share of places in a prompt where it may stand

  // Of a place where the bytes of `places` stand.
  bool may_match_at(std::string_view text, std::size_t pos) const {
    if (pos < inside) return false;
    return known ? rest->may_go_on(*known, text, pos + places.size())
                 : rest->may_follow(text, pos - inside);
  }
};

// Anchors of which one stands in every match. Empty: some matches have none that is rare enough to
// be looked for. The pattern must compile as RE2.
std::vector<PatternAnchor> pattern_anchors(std::string_view pattern);

}  // namespace sekisho::filters
