#include "filters/patterns/pattern_choice.h"

#include <algorithm>
#include <utility>

#include "filters/patterns/pattern_prefixes.h"

namespace sekisho::filters {

PatternChoice::PatternChoice(std::vector<Pattern> patterns) : patterns_(std::move(patterns)) {
  constexpr std::size_t kShortest = 2;  // single bytes stand everywhere
  std::vector<LiteralFinder::Literal> words;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    const PatternWords begins = pattern_prefixes(patterns_[i].text(), kShortest);
    if (begins.words.empty()) unannounced_.push_back(i);
    for (const std::string& word : begins.words) {
      words.push_back({word, begins.any_case});
      of_word_.push_back(i);
    }
  }
  words_ = LiteralFinder(std::move(words));
}

std::vector<std::size_t> PatternChoice::candidates(std::string_view text) const {
  std::vector<LiteralFinder::Hit> hits;
  words_.find(text, {0, text.size()}, hits);
  std::vector<std::size_t> out = unannounced_;
  for (const LiteralFinder::Hit& hit : hits) out.push_back(of_word_[hit.literal]);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace sekisho::filters
