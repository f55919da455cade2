#include "filters/near_words.h"

#include <algorithm>
#include <string>
#include <utility>

#include "filters/pack.h"

namespace sekisho::filters {
namespace {

// U+FF61 … U+FF9F: what such words begin with is sought once for all of them.
bool has_narrow_kana(std::string_view word) {
  return word.find("\xEF\xBD") != word.npos || word.find("\xEF\xBE") != word.npos;
}

// Words without those that begin with another one.
std::vector<std::string> beginnings_of(const DetectorRow& row) {
  std::vector<std::string> words;
  for (const auto* of : {&row.context.words, &row.against.words})
    for (const std::string& word : *of)
      if (!word.empty() && !has_narrow_kana(word)) words.push_back(word);
  std::sort(words.begin(), words.end());
  std::vector<std::string> out;
  for (std::string& word : words)
    if (out.empty() || !word.starts_with(out.back())) out.push_back(std::move(word));
  return out;
}

std::vector<LiteralFinder::Literal> literals_of(const DetectorRow& row) {
  std::vector<LiteralFinder::Literal> out;
  for (std::string& word : beginnings_of(row)) out.push_back({std::move(word), true});
  // What a full-width form, narrow kana or a wide blank begins with.
  if (!row.context.words.empty() || !row.against.words.empty())
    for (const char* begins : {"\xEF\xBC", "\xEF\xBD", "\xEF\xBE", "\xE3\x80\x80"})
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
