#include "filters/near_words.h"

#include <algorithm>
#include <utility>

#include "filters/pack.h"

namespace sekisho::filters {
namespace {

std::vector<LiteralFinder::Literal> literals_of(const DetectorRow& row) {
  std::vector<LiteralFinder::Literal> out;
  for (const auto* words : {&row.context.words, &row.against.words})
    for (const std::string& word : *words)
      if (!word.empty()) out.push_back({word, true});
  // What a full-width form or a wide blank begins with.
  if (!out.empty())
    for (const char* begins : {"\xEF\xBC", "\xEF\xBD", "\xE3\x80\x80"})
      out.push_back({begins, false});
  return out;
}

}  // namespace

NearWords::NearWords(const DetectorRow& row) : finder_(literals_of(row)) {}

bool NearWords::may_stand_in(std::string_view text, Range where) const {
  std::vector<LiteralFinder::Hit> hits;
  finder_.find(text.substr(0, where.end), where, hits);
  return !hits.empty();
}

bool may_have_words_near(const DetectorRow& row, std::string_view text, Range value,
                         std::size_t before, std::size_t after) {
  if (row.near == nullptr) return true;
  const Range around{value.begin - std::min(value.begin, before),
                     std::min(text.size(), value.end + after)};
  return row.near->may_stand_in(text, around);
}

}  // namespace sekisho::filters
