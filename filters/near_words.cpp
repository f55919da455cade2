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

NearWords::NearWords(const DetectorRow& row) : finder_(literals_of(row)) {
  for (const auto& literal : finder_.literals()) longest_ = std::max(longest_, literal.text.size());
}

bool NearWords::may_stand_in(std::string_view text, Range where) const {
  std::vector<LiteralFinder::Hit> hits;
  finder_.find(text.substr(0, where.end), where, hits);
  return !hits.empty();
}

bool NearWords::may_stand_in(std::string_view text, Range where, Looked& looked) const {
  const bool same = looked.text.data() == text.data() && looked.text.size() == text.size();
  const bool goes_on = same && looked.of == this && looked.where.begin <= where.begin &&
                       where.begin <= looked.where.end && looked.where.end <= where.end;
  if (!goes_on) looked = {this, text, {where.begin, where.begin}, {}};
  if (looked.last.size() > 0 && looked.last.begin >= where.begin) return true;
  // A word that was cut by the end of what was looked at may be whole now.
  const std::size_t known = looked.where.end - std::min(looked.where.end, longest_);
  looked.hits.clear();
  finder_.find(text.substr(0, where.end), {std::max(known, where.begin), where.end}, looked.hits);
  looked.where = where;
  looked.last = {};
  if (looked.hits.empty()) return false;
  const LiteralFinder::Hit last = looked.hits.back();
  looked.last = {last.begin, last.begin + finder_.literals()[last.literal].text.size()};
  return true;
}

Range near_value(std::string_view text, Range value, std::size_t before, std::size_t after) {
  return {value.begin - std::min(value.begin, before), std::min(text.size(), value.end + after)};
}

bool may_have_words_near(const DetectorRow& row, std::string_view text, Range value,
                         std::size_t before, std::size_t after) {
  return row.near == nullptr ||
         row.near->may_stand_in(text, near_value(text, value, before, after));
}

}  // namespace sekisho::filters
