#pragma once

// Fingerprints of running text by winnowing (Schleimer, Wilkerson, Aiken 2003) over units: one
// kanji or kana, or up to three letters of a word, so that a sentence has about as many in every
// language and no words need be known.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/registered/keyed_hash.h"

namespace sekisho::filters {

inline constexpr std::size_t kGramUnits = 10;    // what one fingerprint covers
inline constexpr std::size_t kWindowGrams = 16;  // of so many in a row, one is kept
// A stretch of so many units that two texts share has a fingerprint in common.
inline constexpr std::size_t kGuaranteedUnits = kGramUnits + kWindowGrams - 1;

// The units of a text and the hash of every kGramUnits of them in a row.
class TextUnits {
 public:
  explicit TextUnits(const HashKey& key) : hashes_(key, kGramUnits) {}

  void read(std::string_view text);

  std::size_t size() const { return units_.size(); }
  // Bytes that unit `i` came from.
  Range range(std::size_t i) const { return units_[i].bytes; }

  // A gram begins at unit `i`: no break lies in it and it is no mere repetition.
  bool has_gram(std::size_t i) const;
  std::uint64_t gram(std::size_t i) const { return hashes_.of(i, i + kGramUnits); }
  Range gram_range(std::size_t i) const {
    return {units_[i].bytes.begin, units_[i + kGramUnits - 1].bytes.end};
  }

 private:
  struct Unit {
    std::uint64_t value;
    Range bytes;
    bool apart;  // too far from the unit before, or behind a word too long to be one
  };
  std::vector<Unit> units_;
  std::vector<std::size_t> breaks_;  // of each unit: how many breaks up to it
  StretchHashes hashes_;
};

struct Fingerprint {
  std::uint64_t hash = 0;
  std::size_t unit = 0;  // where the gram begins
};

// The fingerprints of a whole text, in order. A text too short for one window has one all the same
// when it has a gram.
std::vector<Fingerprint> winnow(const TextUnits& units);

}  // namespace sekisho::filters
