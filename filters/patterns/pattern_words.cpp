// Rows found by the words and digits that announce them.

#include <algorithm>

#include "filters/char_set.h"
#include "filters/patterns/pattern_detector_impl.h"
#include "filters/table.h"
#include "filters/width_fold.h"
#include "filters/word_border.h"

namespace sekisho::filters {

void PatternDetector::Impl::look_at_word(const Window& window, const LiteralFinder::Hit& hit,
                                         Progress& done, Findings& out) const {
  const std::size_t word_end = hit.begin + words[hit.literal].text.size();
  for (const auto& [gate, behind] : gates_of_word[hit.literal]) {
    if (hit.begin + gate->reach < window.fresh_begin) continue;
    if (behind != nullptr && !behind->may_follow(window.text, word_end)) continue;
    if (!gate->gated.empty()) open_gate(*gate, window, hit, done, out);
    for (const PackRow* row : gate->sought) seek(*row, window, hit, done, out);
  }
}

namespace {

// Cheap, before the engine is asked.
bool may_open(const PackRow& pack_row, std::string_view text, std::size_t begin) {
  const DetectorRow& row = pack_row.row;
  if (row.at_gate != nullptr || pack_row.pattern.NumberOfCapturingGroups() > 0) return true;
  return begin >= row.lead &&
         border_holds(text, {begin - row.lead, text.size()}, row.left, Border::kNone);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; });
}

// Where a gate may announce a finding of the fresh part.
bool is_near(const Window& window, std::size_t pos) {
  return pos + kGateReach >= window.fresh_begin;
}

}  // namespace

// What the engine need not be asked for.
bool PatternDetector::Impl::may_open_at(const Gate& gate, std::string_view text, std::size_t word,
                                        const Progress& done) const {
  if (gate.before > 0) return true;
  const bool inside = word > 0 && is_word(static_cast<unsigned char>(text[word - 1]));
  if (inside && (gate.at_border || (gate.rows_at_border && inside_word(text, word)))) return false;
  const auto wanted = [&](const PackRow* row) {
    return word >= done[row->slot] && may_open(*row, text, word);
  };
  return std::any_of(gate.gated.begin(), gate.gated.end(), wanted) &&
         gate.run.may_begin(text, word);
}

void PatternDetector::Impl::open_gate(const Gate& gate, const Window& window,
                                      const LiteralFinder::Hit& hit, Progress& done,
                                      Findings& out) const {
  const std::string_view text = window.text;
  if (!may_open_at(gate, text, hit.begin, done)) return;
  if (gate.whole)
    return enter(gate, window, {hit.begin, hit.begin + words[hit.literal].text.size()}, done, out);
  const std::size_t from = hit.begin - std::min(hit.begin, gate.before);
  if (const std::size_t size = gate.in_ascii.bytes.size();
      size > 0 && is_ascii(text.substr(from, hit.begin - from + size))) {
    std::size_t begin = from;
    while (begin <= hit.begin && !gate.in_ascii.fits(text, begin)) ++begin;
    if (begin <= hit.begin) enter(gate, window, {begin, begin + size}, done, out);
    return;
  }
  if (gate.before == 0) {
    const Range match = match_at(gate, text, hit.begin);
    if (match.size() != 0) enter(gate, window, match, done, out);
    return;
  }
  re2::StringPiece match;
  const std::size_t limit = std::min(text.size(), hit.begin + gate.length + kAssertionReach);
  if (!gate.pattern->Match(piece(text), from, limit, RE2::UNANCHORED, &match, 1)) return;
  const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
  if (begin <= hit.begin) enter(gate, window, {begin, begin + match.size()}, done, out);
}

// The match of a gate that begins at `begin`; empty: there is none.
Range PatternDetector::Impl::match_at(const Gate& gate, std::string_view text, std::size_t begin) {
  const std::size_t limit = std::min(text.size(), begin + gate.length + kAssertionReach);
  const bool behind_word = begin > 0 && is_word(static_cast<unsigned char>(text[begin - 1]));
  if (const FirstBytes* ways = gate.ways[behind_word].get()) {
    const FirstBytes::Match known = ways->match_at(text.substr(0, limit), begin);
    if (known.refused) return {};
    if (known.end != 0) return {begin, known.end};
  }
  re2::StringPiece match;
  if (!gate.pattern->Match(piece(text), begin, limit, RE2::ANCHOR_START, &match, 1)) return {};
  return {begin, begin + match.size()};
}

// Each row of a gate that stands at `place`.
void PatternDetector::Impl::enter(const Gate& gate, const Window& window, Range place,
                                  Progress& done, Findings& out) const {
  for (const PackRow* row : gate.gated) {
    if (place.begin < done[row->slot]) continue;
    done[row->slot] = place.begin + 1;
    if (row->row.labelled)
      at_label(*row, window.text, place, out);
    else if (is_near(window, place.begin))
      done[row->slot] = std::max(place.begin + 1, find_at(*row, window, place, out));
  }
}

// Whether the gate stands at `begin`; its shape fits there.
bool PatternDetector::Impl::open_beside_digit(const Gate& gate, const Window& window,
                                              std::size_t begin, Progress& done,
                                              Findings& out) const {
  const std::string_view text = window.text;
  const bool wanted = std::any_of(gate.gated.begin(), gate.gated.end(), [&](const PackRow* row) {
    return begin >= done[row->slot] && may_open(*row, text, begin);
  });
  if (!wanted) return false;
  const Range match = match_at(gate, text, begin);
  if (match.size() == 0) return false;
  enter(gate, window, match, done, out);
  return true;
}

void PatternDetector::Impl::seek_beside_digit(const Gate& gate, const Window& window,
                                              std::size_t begin, Progress& done,
                                              Findings& out) const {
  const PackRow& row = *gate.sought.front();
  std::size_t& looked = done[row.slot];
  if (begin < looked || !may_open(row, window.text, begin)) return;
  const auto found = [&](const re2::StringPiece* parts) {
    judge_match(row, window.text, parts, out);
  };
  const std::size_t next = for_matches(row.pattern, row.span, window.text, begin, begin + 1, found);
  looked = std::max(looked, next);
}

void PatternDetector::Impl::scan_digit_gates(const Window& window, Range where,
                                             Findings& out) const {
  if (digit_gates.empty()) return;
  const std::string_view text = window.text;
  std::size_t pos = next_digit(text, where.begin, where.end);
  if (pos >= where.end) return;
  Progress done(slots);
  for (; pos < where.end; pos = next_digit(text, pos, where.end)) {
    digit_shapes.at_digit(text, pos, [&](std::size_t number, std::size_t begin) {
      const Gate& gate = *digit_gates[number];
      if (gate.first != nullptr && !gate.first->may_follow(text, begin)) return false;
      if (gate.sought.empty()) return open_beside_digit(gate, window, begin, done, out);
      seek_beside_digit(gate, window, begin, done, out);
      return false;
    });
    while (pos < text.size() && kAsciiDigits.has(text[pos])) ++pos;
    if (pos < text.size() && text[pos] == '\xEF')  // as wide digits begin
      for (FoldedChar c = char_at(text, pos); is_digit(c.value); c = char_at(text, pos))
        pos += c.size;
  }
}

// A match holds the word, or begins with it.
void PatternDetector::Impl::seek(const PackRow& pack_row, const Window& window,
                                 const LiteralFinder::Hit& hit, Progress& done,
                                 Findings& out) const {
  const std::size_t word_end = hit.begin + words[hit.literal].text.size();
  const bool begins = pack_row.row.literals.empty();
  const std::size_t from = begins ? hit.begin : word_end - std::min(word_end, pack_row.span);
  std::size_t& looked = done[pack_row.slot];
  const auto found = [&](const re2::StringPiece* parts) {
    judge_match(pack_row, window.text, parts, out);
  };
  const Range where{std::max(from, looked), hit.begin + 1};
  const std::size_t next = begins ? for_matches(pack_row.pattern, pack_row.span, window.text,
                                                where.begin, where.end, found)
                                  : seek_ahead(pack_row, window.text, where, looked > from,
                                               done.next_match(pack_row.slot), found);
  looked = std::max({looked, next, hit.begin + 1});
}

void PatternDetector::Impl::scan_words(const Window& window, Findings& out) const {
  std::vector<LiteralFinder::Hit> hits;
  const std::size_t begin = window.fresh_begin - std::min(window.fresh_begin, words_before);
  const std::size_t end = std::min(window.text.size(), window.fresh_end + words_after);
  // Labels farther before, whose columns reach into the fresh part.
  if (any_labelled && begin > 0) {
    for (const Range heading : headings_over(window.text, window.fresh_begin))
      if (heading.begin < begin)
        finder.find(window.text, {heading.begin, std::min(heading.end, begin)}, hits);
  }
  finder.find(window.text, {begin, end}, hits);
  if (hits.empty()) return;
  Progress done(slots);
  for (const LiteralFinder::Hit& hit : hits) look_at_word(window, hit, done, out);
}

void PatternDetector::Impl::scan_numbers(const Window& window, Findings& out) const {
  const std::size_t begin = window.fresh_begin - std::min(window.fresh_begin, kGateReach);
  const std::size_t end = std::min(window.text.size(), window.fresh_end + kGateReach);
  scan_digit_gates(window, {begin, end}, out);
  if (number_rows.empty()) return;
  DigitGroups numbers;
  read_digit_groups(window.text, {begin, end}, numbers);
  if (numbers.groups.empty()) return;
  for (const PackRow* row : number_rows) row->row.over_numbers(row->row, window.text, numbers, out);
}

}  // namespace sekisho::filters
