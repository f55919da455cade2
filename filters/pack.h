#pragma once

// A pack is a table of detector rows: what to look for, what must stand around it, who checks it,
// how sure we are. Adding a type is adding a row; the engine (PatternDetector) knows no type by
// name.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

struct DigitGroups;

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

struct DetectorRow {
  // Both 0..1: how sure the shape alone makes us; 0 = nothing found.
  using Check = double (*)(TokenMatch& match, double confidence);
  // Looks around one match of the gate and appends findings, ranges in `text`.
  using AtGate = void (*)(const DetectorRow& row, std::string_view text, Range gate, Findings& out);
  // Looks at all numbers of a stretch that holds the gate somewhere.
  using OverNumbers = void (*)(const DetectorRow& row, std::string_view text,
                               const DigitGroups& numbers, Findings& out);

  std::string_view type;
  std::string_view category;
  // RE2, short and bounded: runs in the one set over all text. A finding begins within kGateReach
  // bytes of it.
  std::string_view gate;
  // RE2, matched where the gate stands; group 1 is the value if there is one. Empty: one of the
  // functions does the work.
  std::string_view pattern = {};
  double confidence = 0;
  Border left = Border::kWord;
  Border right = Border::kWord;
  Check check = nullptr;
  AtGate at_gate = nullptr;
  OverNumbers over_numbers = nullptr;
  std::string_view second_type = {};  // what the row's function may call a finding instead
};

// A finding begins at most so many bytes before or after the gate that announces it.
inline constexpr std::size_t kGateReach = 320;
// The longest shipped finding (a private key of 16,384 bits), and what may be looked at around one.
inline constexpr std::size_t kShippedSpan = 16u << 10;

struct Pack {
  std::string_view name;
  std::span<const DetectorRow> rows;
};

std::span<const Pack> shipped_packs();

// The rows of each pack, in the file of its name.
std::span<const DetectorRow> pack_secrets();
std::span<const DetectorRow> pack_personal();
std::span<const DetectorRow> pack_personal_jp();
std::span<const DetectorRow> pack_labels();

// Whether a match at `range` stands free of its neighbours.
bool border_holds(std::string_view text, Range range, Border left, Border right);

// A finding of the row's type with `confidence` (clamped to 0..1, rounded to hundredths).
Finding make_finding(const DetectorRow& row, double confidence, Range range,
                     std::string normalised);

}  // namespace sekisho::filters
