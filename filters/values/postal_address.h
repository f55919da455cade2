#pragma once

// Postal addresses in Japanese script: 〒, prefecture, municipality, town, block numbers (also in
// kanji, also the streets of Kyoto), building.

#include <string_view>

#include "filters/pack.h"

namespace sekisho::filters {

// At 〒, a prefecture or a large city. Confidences of the row: `context` of an address down to its
// block, `shape` of less, `against` subtracted where it is a firm's.
void find_postal_address(const DetectorRow& row, std::string_view text, Range gate, Findings& out);

// What follows a word such as 住所: there a municipality and a block are enough. The match is
// widened to the address.
double check_postal_address(TokenMatch& match, double confidence);

}  // namespace sekisho::filters
