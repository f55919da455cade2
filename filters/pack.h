#pragma once

// A pack is a list of detector rows: what to look for, what must stand around it, who checks it,
// how sure we are. Packs are data (config/detectors/*.yaml): adding a type is adding a row there.
// The engine (PatternDetector) knows no type by name.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

struct DigitGroups;
class NearWords;

// What must not stand directly beside a match. An escape such as "\n" or "%3D" before a match is no
// neighbour.
enum class Border {
  kNone,
  kWord,   // [A-Za-z0-9_]
  kToken,  // [A-Za-z0-9_-]
  kBase64  // [A-Za-z0-9+/=]
};

// A match of a row's pattern. `text` is all that may be looked at; `range` may be narrowed by the
// check.
struct TokenMatch {
  std::string_view text;
  Range range;
  std::string_view value() const { return text.substr(range.begin, range.size()); }
};

// Words near a value; bytes around it that are looked at. Words are folded to lower case; ASCII
// words count whole, Japanese ones anywhere (Surroundings).
struct ContextWords {
  std::vector<std::string> words;
  std::size_t before = 120, after = 45;
  std::vector<std::uint16_t> marks = {};  // of words (Surroundings); made when the row is loaded
  bool operator==(const ContextWords&) const = default;
};
inline constexpr std::size_t kWidestContext = 1u << 10;

// How sure we are of a value that passed its check, 0..1. `shape`: nothing but its form speaks for
// it; `grouped`: written in the customary groups (0 = no difference); `context`: a context word
// stands near (0 = no difference); `against`: subtracted where an `against` word does.
struct ConfidenceModel {
  double shape = 0, grouped = 0, context = 0, against = 0;
  double highest() const;
  bool operator==(const ConfidenceModel&) const = default;
};

struct DetectorRow {
  // Both 0..1: how sure the shape alone makes us; 0 = nothing found.
  using Check = double (*)(TokenMatch& match, double confidence);
  // Looks around one match of the gate and appends findings, ranges in `text`.
  using AtGate = void (*)(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
  // Looks at all numbers of a stretch that holds the gate somewhere.
  using OverNumbers = void (*)(const DetectorRow& row, std::string_view text,
                               const DigitGroups& numbers, Findings& out);
  // Looks at all text, without a gate, and appends findings that begin in `where`; never farther
  // than kGateReach around.
  using OverText = void (*)(const DetectorRow& row, std::string_view text, Range where,
                            Findings& out);

  std::string type;
  std::string category;
  // RE2, short and bounded: runs in the one set over all text. A finding begins within kGateReach
  // bytes of it. Empty, without literals: the pattern itself runs in the set.
  std::string gate;
  // Instead of a gate: one of these stands in every match (ASCII letters of either case). The
  // pattern is then sought all around.
  std::vector<std::string> literals;
  // RE2, matched where the gate stands (or `lead` bytes before); group 1 is the value if there is
  // one. Empty: one of the functions does the work.
  std::string pattern;
  // The gate is a label ("生年月日"): the pattern is matched at the start of what follows it, and
  // of each cell below it where it heads a column.
  bool labelled = false;
  std::size_t lead = 0;  // bytes by which the pattern begins before the gate, at most kGateReach
  ConfidenceModel confidence;
  ContextWords context, against;
  std::shared_ptr<const NearWords> near;  // of both; made when the row is loaded
  Border left = Border::kWord;
  Border right = Border::kWord;
  std::size_t max_span = 0;  // bytes a match may cover; 0 = the pattern's own bound, else 2 KiB
  double min_entropy = 0;    // bits a character of the value; 0 = not asked
  std::vector<std::string> allow;  // RE2, anywhere in the value: such values are harmless
  // Of two overlapping findings of one category the more specific one stays, whatever their
  // confidence: a vendor's token wins over "something secret after a key word".
  int specificity = kUsualSpecificity;
  Check check = nullptr;
  AtGate at_gate = nullptr;
  OverNumbers over_numbers = nullptr;
  OverText over_text = nullptr;
  std::string second_type;  // what the row's function may call a finding instead
  // Texts in which the row alone must, or must not, find its type; run when the pack is loaded.
  std::vector<std::string> match, no_match;
  bool operator==(const DetectorRow&) const = default;

  static constexpr int kUsualSpecificity = 5, kHighestSpecificity = 9;
};

// A finding begins at most so many bytes before or after the gate that announces it.
inline constexpr std::size_t kGateReach = 320;
// The longest shipped finding (a private key of 16,384 bits), and what may be looked at around one.
inline constexpr std::size_t kShippedSpan = 16u << 10;

struct Pack {
  std::string name;
  std::vector<DetectorRow> rows;
  bool operator==(const Pack&) const = default;
};

// Whether a match at `range` stands free of its neighbours.
bool border_holds(std::string_view text, Range range, Border left, Border right);

// A finding of the row's type with `confidence` (clamped to 0..1, rounded to hundredths).
Finding make_finding(const DetectorRow& row, double confidence, Range range, std::string normalised,
                     std::string_view why = {});

// How sure the row is of a value whose check gave `shape` (0 = none): its context and against words
// are looked for around it. `why` says what decided.
double weigh(const DetectorRow& row, double shape, std::string_view text, Range value,
             std::string_view& why);

}  // namespace sekisho::filters
