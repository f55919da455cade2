#pragma once

#include <functional>

#include "filters/finding.h"

namespace sekisho::filters {

// Sorts `findings` by place and leaves one of those that are about the same value: among types of
// packs, of two of one category that overlap the more specific one stays; else the surer one, of
// equally sure ones the longer, then the earlier. A custom type neither hides another one nor is
// hidden (its rule may be the stricter one); of the same custom type one that lies inside an
// earlier one goes, since a mask over that one covers it too. Values found inside one encoding
// share its range (kWrapped): each stays, and hides what the characters of the encoding looked
// like.
void resolve_overlaps(Findings& findings, const std::function<bool(const Finding&)>& is_custom);

}  // namespace sekisho::filters
