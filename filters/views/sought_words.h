#pragma once

// Where some words stand in a part of a text: sought all at once, when somebody first asks.

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "filters/anchor_finder.h"
#include "filters/finding.h"

namespace sekisho::filters {

// At most AnchorFinder::kMostAnchors words.
class WordFinder {
 public:
  explicit WordFinder(std::span<const std::string_view> words) : words_(words) {
    std::vector<AnchorFinder::Anchor> anchors;
    for (const std::string_view word : words) {
      anchors.emplace_back();
      for (const char c : word.substr(0, AnchorFinder::kMostPlaces))
        anchors.back().places.emplace_back().set(static_cast<unsigned char>(c));
    }
    finder_ = AnchorFinder(anchors);
  }
  // Appends those that lie within `where`, by where they begin.
  void find(std::string_view text, Range where, std::vector<Range>& out) const {
    finder_.find(text, where, [&](std::size_t word, std::size_t begin) {
      const std::string_view written = words_[word];
      if (text.substr(begin, written.size()) == written && begin + written.size() <= where.end)
        out.push_back({begin, begin + written.size()});
    });
  }

 private:
  std::span<const std::string_view> words_;
  AnchorFinder finder_;
};

class SoughtWords {
 public:
  // `finder` must outlive this.
  SoughtWords(const WordFinder& finder, std::string_view text, Range where)
      : finder_(finder), text_(text), where_(where) {}

  // Whether one of them lies within `place`, a part of what is sought in.
  bool any_in(Range place) { return first_in(place) != places_.end(); }
  // The end of the one that ends last within `place`; 0: none lies there.
  std::size_t last_end_in(Range place) {
    std::size_t end = 0;
    for (auto word = first_in(place); word != places_.end() && word->begin < place.end; ++word)
      if (word->end <= place.end) end = std::max(end, word->end);
    return end;
  }
  bool none() { return places().empty(); }

 private:
  std::vector<Range>::const_iterator first_in(Range place) {
    const std::vector<Range>& all = places();
    auto word = std::lower_bound(all.begin(), all.end(), place.begin,
                                 [](const Range& w, std::size_t at) { return w.begin < at; });
    while (word != all.end() && word->begin < place.end && word->end > place.end) ++word;
    return word != all.end() && word->begin < place.end ? word : all.end();
  }
  const std::vector<Range>& places() {
    if (!sought_) finder_.find(text_, where_, places_);
    sought_ = true;
    return places_;
  }

  const WordFinder& finder_;
  std::string_view text_;
  Range where_;
  bool sought_ = false;
  std::vector<Range> places_;
};

}  // namespace sekisho::filters
