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

// The words that begin with `literal`; of one that is none of a word, all.
NearWords::Few beginning_with(const LiteralFinder::Literal& literal, const DetectorRow& row) {
  NearWords::Few few{!literal.any_case, {}, {}};
  const auto add = [&literal](const std::vector<std::string>& words,
                              std::vector<std::uint32_t>& out) {
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i].starts_with(literal.text)) out.push_back(static_cast<std::uint32_t>(i));
  };
  if (few.all) return few;
  add(row.context.words, few.context);
  add(row.against.words, few.against);
  return few;
}

void add_once(const std::vector<std::uint32_t>& some, std::vector<std::uint32_t>& out) {
  for (const std::uint32_t one : some)
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(one);
}

}  // namespace

NearWords::NearWords(const DetectorRow& row) : finder_(literals_of(row)) {
  for (const LiteralFinder::Literal& literal : finder_.literals())
    beginning_.push_back(beginning_with(literal, row));
}

bool NearWords::may_stand_in(std::string_view text, Range where) const {
  std::vector<LiteralFinder::Hit> hits;
  finder_.find(text.substr(0, where.end), where, hits);
  return !hits.empty();
}

void NearWords::look(std::string_view text, Range where, Looked& looked) const {
  constexpr std::size_t kMostAhead = 1u << 10;
  const bool goes_on = looked.of == this && looked.text.data() == text.data() &&
                       looked.text.size() == text.size() && looked.asked <= where.begin &&
                       where.begin <= looked.read;
  if (!goes_on) looked = {this, text, where.begin, where.begin, where.begin, {}, 0};
  looked.asked = where.begin;
  if (where.end > looked.read) {
    // Where value follows value, what comes next is asked for in a moment.
    const std::size_t ahead = goes_on ? std::min(where.end - looked.begun, kMostAhead) : 0;
    const std::size_t to = std::min(text.size(), where.end + ahead);
    looked.hits.erase(looked.hits.begin(),
                      looked.hits.begin() + static_cast<std::ptrdiff_t>(looked.next));
    looked.next = 0;
    finder_.find(text, {looked.read, to}, looked.hits);
    looked.read = to;
  }
  while (looked.next < looked.hits.size() && looked.hits[looked.next].begin < where.begin)
    ++looked.next;
}

// Calls use(literal) for the words there, until one says so.
template <class Use>
void NearWords::for_hits(Range where, const Looked& looked, Use use) const {
  for (std::size_t i = looked.next; i < looked.hits.size(); ++i) {
    const LiteralFinder::Hit& hit = looked.hits[i];
    if (hit.begin >= where.end) return;
    const bool within = hit.begin + finder_.literals()[hit.literal].text.size() <= where.end;
    if (within && use(hit.literal)) return;
  }
}

bool NearWords::may_stand_in(std::string_view text, Range where, Looked& looked) const {
  look(text, where, looked);
  bool any = false;
  for_hits(where, looked, [&any](std::uint32_t) { return any = true; });
  return any;
}

void NearWords::find(std::string_view text, Range where, Looked& looked, Few& out) const {
  look(text, where, looked);
  out.all = false;
  out.context.clear();
  out.against.clear();
  for_hits(where, looked, [&](std::uint32_t literal) {
    const Few& few = beginning_[literal];
    add_once(few.context, out.context);
    add_once(few.against, out.against);
    return out.all = few.all;
  });
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
