#include "filters/values/label_line.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "filters/line_ends.h"
#include "filters/literal_finder.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLineReach = 160;       // bytes looked at on each side
constexpr std::size_t kMostAhead = 4u << 10;  // folded at once where marking follows marking
constexpr std::size_t kLongestPhrase = 24;    // bytes

struct Phrase {
  std::string_view text;
  LabelPhrase says;
};
constexpr Phrase kPhrases[] = {{"what does", kAsksAbout},
                               {"what is", kAsksAbout},
                               {"what are", kAsksAbout},
                               {"difference between", kAsksAbout},
                               {"how do you say", kAsksAbout},
                               {"how to say", kAsksAbout},
                               {"translate \"", kAsksAbout},
                               {"translate 「", kAsksAbout},
                               {"規程では", kAsksAbout},
                               {"規程で", kAsksAbout},
                               {"規則では", kAsksAbout},
                               {"基準では", kAsksAbout},
                               {"区分を定め", kDivides},
                               {"区分に分", kDivides},
                               {"つの区分", kDivides},
                               {"段階に分", kDivides},
                               {"この", kPointsHere},
                               {"これ", kPointsHere},
                               {"本資料", kPointsHere},
                               {"本書", kPointsHere},
                               {"本文書", kPointsHere},
                               {"本メール", kPointsHere},
                               {"以下", kPointsHere},
                               {"下記", kPointsHere},
                               {"次の", kPointsHere},
                               {"添付", kPointsHere},
                               {"当資料", kPointsHere},
                               {"当社の", kPointsHere},
                               {"this document is", kSubject},
                               {"this report is", kSubject},
                               {"this file is", kSubject},
                               {"this memo is", kSubject},
                               {"this presentation is", kSubject},
                               {"this information is", kSubject},
                               {"this material is", kSubject},
                               {"the following is", kSubject},
                               {"document contains", kSubject},
                               {"this deck is", kSubject},
                               {"attached is", kSubject},
                               {"the attached is", kSubject},
                               {"recipient", kDisclaimer},
                               {"e-mail", kDisclaimer},
                               {"email", kDisclaimer},
                               {"addressee", kDisclaimer},
                               {"may contain", kDisclaimer},
                               {"if you are not", kDisclaimer},
                               {"transmission", kDisclaimer},
                               {"割れ物", kGoods},
                               {"われもの", kGoods},
                               {"壊れ物", kGoods},
                               {"こわれ物", kGoods},
                               {"ガラス", kGoods},
                               {"精密", kGoods},
                               {"天地無用", kGoods}};

static_assert(std::all_of(std::begin(kPhrases), std::end(kPhrases),
                          [](const Phrase& p) { return p.text.size() <= kLongestPhrase; }));

const LiteralFinder& phrases() {
  static const LiteralFinder kFinder = [] {
    std::vector<LiteralFinder::Literal> literals;
    for (const Phrase& phrase : kPhrases) literals.push_back({std::string(phrase.text), false});
    return LiteralFinder(std::move(literals));
  }();
  return kFinder;
}

bool continues(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// `to`, moved back to where a character begins, not before `least`.
std::size_t character_at(std::string_view text, std::size_t to, std::size_t least) {
  if (to >= text.size()) return text.size();
  while (to > least && continues(text[to])) --to;
  return to;
}

// Around the word, cut where characters begin.
Range reach_around(std::string_view text, Range word) {
  std::size_t from = word.begin > kLineReach ? word.begin - kLineReach : 0;
  while (from < word.begin && continues(text[from])) ++from;
  return {from, character_at(text, word.end + kLineReach, word.end)};
}

// The part of `reach` that lies in the line of the word.
Range line_in(std::string_view text, Range reach, Range word) {
  const std::size_t before = last_line_end(text.substr(reach.begin, word.begin - reach.begin));
  if (before != std::string_view::npos) reach.begin += before + 1;
  const std::size_t after = text.substr(word.end, reach.end - word.end).find('\n');
  if (after != std::string_view::npos) reach.end = word.end + after;
  return reach;
}

thread_local LabelLines* newest_lines = nullptr;

}  // namespace

// A stretch of a text in its folded form.
struct LabelLines::Folded {
  std::string_view text;
  Range covered;             // of `text`
  std::string lower;         // of it, what is new at the end
  struct Narrowed {          // a character became shorter there
    std::size_t end, saved;  // its end in the text, bytes saved so far
  };
  std::vector<Narrowed> narrowed;
  std::vector<LiteralFinder::Hit> said;  // phrases in `lower`, as far as they are surely whole

  void begin(std::string_view given, Range stretch);
  void go_on_to(std::size_t end);
  std::size_t add_ascii(std::size_t pos, std::size_t end);
  std::size_t add_wide(std::size_t pos);
  void cover(std::string_view given, Range reach);
  std::size_t place_of(std::size_t raw) const;
  std::string_view part(std::size_t from, std::size_t to) const {
    return std::string_view(lower).substr(from, to - from);
  }
  void tell_phrases(std::size_t from, std::size_t word, std::size_t word_end, std::size_t to,
                    LabelLine& line) const;
};

void LabelLines::Folded::begin(std::string_view given, Range stretch) {
  text = given;
  covered = {stretch.begin, stretch.begin};
  lower.clear();
  narrowed.clear();
  said.clear();
  go_on_to(stretch.end);
}

void LabelLines::Folded::go_on_to(std::size_t end) {
  const std::size_t sought = lower.size() > kLongestPhrase ? lower.size() - kLongestPhrase : 0;
  for (std::size_t pos = covered.end; pos < end;) {
    pos = add_ascii(pos, end);
    if (pos < end) pos += add_wide(pos);
  }
  covered.end = std::max(covered.end, end);
  while (!said.empty() && said.back().begin >= sought) said.pop_back();
  phrases().find(lower, {sought, lower.size()}, said);
}

// The end of the ASCII from `pos` on.
std::size_t LabelLines::Folded::add_ascii(std::size_t pos, std::size_t end) {
  std::size_t stop = pos;
  while (stop < end && text[stop] >= 0) ++stop;
  const std::size_t size = lower.size();
  lower.append(text, pos, stop - pos);
  to_lower_case(lower.data() + size, lower.size() - size);
  return stop;
}

// Bytes of the character at `pos`.
std::size_t LabelLines::Folded::add_wide(std::size_t pos) {
  const FoldedChar c = char_at(text, pos);
  if (c.value >= 0x80) {
    lower.append(text, pos, c.size);
    return c.size;
  }
  lower += static_cast<char>(is_upper(c.value) ? c.value + 0x20 : c.value);
  const std::size_t saved = narrowed.empty() ? 0 : narrowed.back().saved;
  narrowed.push_back({pos + c.size, saved + c.size - 1});
  return c.size;
}

// Words are asked for in order: what comes next is folded in steps that grow with what was.
void LabelLines::Folded::cover(std::string_view given, Range reach) {
  const bool same = given.data() == text.data() && given.size() == text.size();
  if (!same || reach.begin < covered.begin || reach.begin > covered.end) return begin(given, reach);
  if (reach.end <= covered.end) return;
  const std::size_t step = std::min(covered.size(), kMostAhead);
  go_on_to(std::max(reach.end, character_at(text, covered.end + step, covered.end)));
}

std::size_t LabelLines::Folded::place_of(std::size_t raw) const {
  const auto after = std::upper_bound(narrowed.begin(), narrowed.end(), raw,
                                      [](std::size_t at, const Narrowed& n) { return at < n.end; });
  return raw - covered.begin - (after == narrowed.begin() ? 0 : std::prev(after)->saved);
}

void LabelLines::Folded::tell_phrases(std::size_t from, std::size_t word, std::size_t word_end,
                                      std::size_t to, LabelLine& line) const {
  auto hit =
      std::lower_bound(said.begin(), said.end(), from,
                       [](const LiteralFinder::Hit& h, std::size_t at) { return h.begin < at; });
  for (; hit != said.end() && hit->begin < to; ++hit) {
    const Phrase& phrase = kPhrases[hit->literal];
    const std::size_t end = hit->begin + phrase.text.size();
    if (end <= word) line.said_before |= phrase.says;
    if (hit->begin >= word_end && end <= to) line.said_after |= phrase.says;
  }
}

LabelLines::LabelLines() : outer_(newest_lines) {
  newest_lines = this;
}
LabelLines::~LabelLines() {
  newest_lines = outer_;
}

LabelLines::Verdict& LabelLines::verdict_of(const LabelLine& line, char first) {
  if (verdicts_.empty()) verdicts_.resize(kVerdicts);
  std::uint64_t beside =
      line.before.size() * 31 + line.after.size() * 1009 + static_cast<unsigned char>(first);
  for (const char c :
       line.before.substr(line.before.size() - std::min<std::size_t>(line.before.size(), 4)))
    beside = beside * 257 + static_cast<unsigned char>(c);
  for (const std::string_view part : {line.word.substr(0, 4), line.after.substr(0, 4)})
    for (const char c : part) beside = beside * 257 + static_cast<unsigned char>(c);
  return verdicts_[(beside * 0x9E3779B97F4A7C15u >> 32) % kVerdicts];
}

void LabelLines::Verdict::set(const LabelLine& other, char its_first, double its_confidence) {
  text.clear();
  for (const std::string_view part : {other.before, other.word, other.after}) text += part;
  const std::string_view all = text;
  line = other;
  line.before = all.substr(0, other.before.size());
  line.word = all.substr(other.before.size(), other.word.size());
  line.after = all.substr(other.before.size() + other.word.size());
  first = its_first;
  confidence = its_confidence;
}

LabelLines* LabelLines::newest() {
  return newest_lines;
}

LabelLine LabelLines::around(std::string_view text, Range word) {
  if (folded_ == nullptr) folded_ = std::make_unique<Folded>();
  const Range reach = reach_around(text, word);
  folded_->cover(text, reach);
  const Range raw = line_in(text, reach, word);
  const std::size_t from = folded_->place_of(raw.begin), begin = folded_->place_of(word.begin),
                    end = folded_->place_of(word.end), to = folded_->place_of(raw.end);
  LabelLine line{folded_->part(from, begin), folded_->part(begin, end), folded_->part(end, to)};
  folded_->tell_phrases(from, begin, end, to, line);
  const std::string_view written = text.substr(word.begin, word.size());
  line.shouted =
      std::none_of(written.begin(), written.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return line;
}

}  // namespace sekisho::filters
