#include "filters/registered/fingerprints.h"

#include <algorithm>
#include <deque>

#include "filters/registered/canonical_text.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLettersOfUnit = 3;
constexpr std::size_t kLongestWord = 48;    // letters; longer ones are keys, pictures, noise
constexpr std::size_t kWidestGap = 64;      // bytes between units of one gram
constexpr std::size_t kFewestDistinct = 4;  // units of a gram

// Where the word of letters that begins at `begin` ends.
std::size_t word_end(const CanonicalText& text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && !text.is_free(end) && !text.begins_word(end)) ++end;
  return end;
}

std::uint64_t unit_value(const CanonicalText& text, std::size_t begin, std::size_t end) {
  std::uint64_t value = 0;
  for (std::size_t i = begin; i < end; ++i) value = value << 21 | text[i];
  return value;
}

}  // namespace

void TextUnits::read(std::string_view text) {
  const CanonicalText canonical(text);
  units_.clear();
  breaks_.clear();
  hashes_.clear();
  bool apart = true;
  const auto add = [&](std::size_t begin, std::size_t end) {
    const Range bytes = canonical.range(begin, end);
    if (!units_.empty() && bytes.begin > units_.back().bytes.end + kWidestGap) apart = true;
    units_.push_back({unit_value(canonical, begin, end), bytes, apart});
    apart = false;
  };
  for (std::size_t i = 0; i < canonical.size();) {
    if (canonical.is_free(i)) {
      add(i, i + 1);
      ++i;
      continue;
    }
    const std::size_t end = word_end(canonical, i);
    if (end - i > kLongestWord)
      apart = true;
    else
      for (std::size_t k = i; k < end; k += kLettersOfUnit)
        add(k, std::min(end, k + kLettersOfUnit));
    i = end;
  }
  std::size_t breaks = 0;
  for (const Unit& unit : units_) {
    if (unit.apart) ++breaks;
    breaks_.push_back(breaks);
    hashes_.push(unit.value);
  }
}

bool TextUnits::has_gram(std::size_t i) const {
  if (i + kGramUnits > units_.size() || breaks_[i] != breaks_[i + kGramUnits - 1]) return false;
  std::uint64_t seen[kFewestDistinct];
  std::size_t distinct = 0;
  for (std::size_t k = i; k < i + kGramUnits; ++k) {
    if (std::find(seen, seen + distinct, units_[k].value) != seen + distinct) continue;
    seen[distinct++] = units_[k].value;
    if (distinct == kFewestDistinct) return true;
  }
  return false;
}

std::vector<Fingerprint> winnow(const TextUnits& units) {
  std::vector<Fingerprint> out, grams;
  const auto end_stretch = [&] {
    // The smallest of each window, of equal ones the last; kept once.
    std::deque<std::size_t> candidates;
    std::size_t kept = grams.size();
    const auto keep = [&](std::size_t i) {
      if (i == kept) return;
      kept = i;
      out.push_back(grams[i]);
    };
    for (std::size_t i = 0; i < grams.size(); ++i) {
      while (!candidates.empty() && grams[candidates.back()].hash >= grams[i].hash)
        candidates.pop_back();
      candidates.push_back(i);
      if (candidates.front() + kWindowGrams <= i) candidates.pop_front();
      if (i + 1 >= kWindowGrams || i + 1 == grams.size()) keep(candidates.front());
    }
    grams.clear();
  };
  for (std::size_t i = 0; i < units.size(); ++i) {
    if (units.has_gram(i))
      grams.push_back({units.gram(i), i});
    else
      end_stretch();
  }
  end_stretch();
  return out;
}

}  // namespace sekisho::filters
