#pragma once

// Rows of packs and patterns of the policy with what is compiled of them, and what one of them
// finds at a place. For the files of PatternDetector alone.

#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/detector_set.h"
#include "filters/pack.h"
#include "filters/patterns/pattern_group.h"
#include "filters/patterns/pattern_run.h"
#include "filters/patterns/pattern_tail.h"

namespace sekisho::filters {

// Of a single pattern; the sum of what one pattern's DFA may cache.
inline constexpr int kPatternMemory = 8 << 20;
// Word borders and line starts look at one character beside a match.
inline constexpr std::size_t kAssertionReach = 4;

inline re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}
RE2::Options quiet_options(std::size_t max_mem);
// Whether some place of some text is matched without a character of it.
bool matches_nothing(const RE2& pattern);

// A row with its compiled parts.
struct PackRow {
  PackRow(const DetectorRow& r, const RE2& g, std::size_t s, const RE2::Options& options)
      : row(r),
        gate(g),
        slot(s),
        tail(sought() ? PatternTail{{}, r.pattern, {}, 0} : pattern_tail(r.pattern)),
        pattern(tail.pattern, options),
        run(pattern_run(r.pattern)) {
    if (pattern.NumberOfCapturingGroups() == 1 && !tail.first.empty())
      first = std::make_unique<const RE2>(tail.first, options);
    else if (pattern.ok())
      group = PatternGroup::at_end(tail.pattern);
  }

  // Sought all over a block that holds what announces it, not where a gate stands.
  bool sought() const {
    return row.gate.empty() && row.at_gate == nullptr && row.over_numbers == nullptr;
  }

  const DetectorRow& row;
  const RE2& gate;                    // or whatever announces it
  std::size_t slot = 0;               // in Progress
  PatternTail tail;                   // of a pattern that is matched where a gate or label stands
  RE2 pattern;                        // up to the tail; of an empty pattern: unused
  std::unique_ptr<const RE2> first;   // the first alternative of it
  std::optional<PatternGroup> group;  // of `pattern`, which need not be asked for
  PatternRun run;                     // of a match of `pattern`
  std::vector<std::unique_ptr<const RE2>> allow;
  std::size_t span = kShippedSpan;  // bytes a match is sought in
};

struct CustomRow {
  CustomRow(const CustomPattern& custom, std::string_view type_name, std::string_view category_name)
      : type(type_name),
        category(category_name),
        confidence(custom.confidence),
        pattern(custom.pattern, quiet_options(kPatternMemory)) {}

  std::string_view type, category;
  double confidence;
  RE2 pattern;
  std::size_t span = 0;  // bytes; matches are sought in so many from where they begin
};

// Before which place each row has looked already: its findings do not overlap.
class Progress {
 public:
  explicit Progress(std::size_t slots) : looked_(slots), next_(slots) {}
  std::size_t& operator[](std::size_t slot) { return looked_[slot]; }
  std::size_t operator[](std::size_t slot) const { return looked_[slot]; }
  // No match of the row begins between where it has looked and here.
  std::size_t& next_match(std::size_t slot) { return next_[slot]; }

 private:
  std::vector<std::size_t> looked_, next_;
};

// Appends what a match of a row's pattern stands for. `parts`: the match, and its first group.
void judge_match(const PackRow& row, std::string_view text, const re2::StringPiece parts[2],
                 Findings& out);
// Appends what a row finds where its gate stands; where the row may go on.
std::size_t find_at(const PackRow& row, const Window& window, Range gate, Findings& out);
// Behind a label, and in the column that it heads.
void at_label(const PackRow& row, std::string_view text, Range label, Findings& out);
Finding custom_finding(const CustomRow& row, std::string_view text, const re2::StringPiece& match);

// Takes away what of found[from, …) begins elsewhere.
void keep_beginning_in(Range where, std::size_t from, Findings& found);

// The match of `pattern` that begins first at or after `pos` and before `end`, at most `span` long.
// Empty parts: none. What is found must not depend on where the text at hand ends.
void next_match(const RE2& pattern, std::size_t span, std::string_view text, std::size_t pos,
                std::size_t end, re2::StringPiece parts[2]);

// Calls `found` for every match of `pattern` that begins in [pos, end), none longer than `span`;
// they do not overlap. Where it may go on.
template <class Found>
std::size_t for_matches(const RE2& pattern, std::size_t span, std::string_view text,
                        std::size_t pos, std::size_t end, Found found) {
  while (pos < end) {
    re2::StringPiece parts[2];
    next_match(pattern, span, text, pos, end, parts);
    if (parts[0].empty()) break;
    pos = static_cast<std::size_t>(parts[0].data() - text.data()) + parts[0].size();
    found(parts);
  }
  return pos;
}

// The same of matches that begin in `where`, of which none begins before `free`. Where words stand
// `close` to each other, the engine looks far ahead, once for many of them: each match is as long
// as `span` at most, so it would read the same bytes again for every word.
template <class Found>
std::size_t seek_ahead(const PackRow& row, std::string_view text, Range where, bool close,
                       std::size_t& free, Found found) {
  constexpr std::size_t kSpansAhead = 4;
  const std::size_t far = close ? where.end + kSpansAhead * row.span : where.end;
  std::size_t pos = std::max(where.begin, free);
  while (pos < where.end) {
    re2::StringPiece parts[2];
    next_match(row.pattern, row.span, text, pos, far, parts);
    free = parts[0].empty() ? far : static_cast<std::size_t>(parts[0].data() - text.data());
    if (free >= where.end) return where.end;
    pos = free + parts[0].size();
    found(parts);
  }
  return pos;
}

}  // namespace sekisho::filters
