#include "filters/pattern_detector.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "filters/byte_shape.h"
#include "filters/digit_groups.h"
#include "filters/literal_finder.h"
#include "filters/pattern_length.h"
#include "filters/pattern_prefixes.h"
#include "filters/shape_table.h"
#include "filters/table.h"
#include "filters/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// Text is looked through in blocks: long enough that a call of the set costs nothing, short enough
// that the spans sought after a hit stay few.
constexpr std::size_t kBlock = 16u << 10;
// After a hit the gates are located in pieces of a block.
constexpr std::size_t kPiece = 1u << 10;
// Of a single pattern; the sum of what one pattern's DFA may cache.
constexpr int kPatternMemory = 8 << 20;
// Word borders and line starts look at one character beside a match.
constexpr std::size_t kAssertionReach = 4;
constexpr std::size_t kFewBytes = 16;
// What a label names begins at most so many bytes after it.
constexpr std::size_t kLabelReach = 192;

re2::StringPiece piece(std::string_view text) {
  return {text.data(), text.size()};
}

RE2::Options quiet_options(std::size_t max_mem) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(static_cast<std::int64_t>(max_mem));
  return options;
}

// Whether some place of some text is matched without a character of it.
bool matches_nothing(const RE2& pattern) {
  for (const std::string_view probe : {"", "a", " ", "a b", "\n", "1", "あ"}) {
    re2::StringPiece match;
    if (pattern.Match(piece(probe), 0, probe.size(), RE2::UNANCHORED, &match, 1) && match.empty())
      return true;
  }
  return false;
}

// A finding of this confidence is what a rule looks at unless it says otherwise.
constexpr double kMedium = 0.60;

std::string any_literal(const std::vector<std::string>& literals) {
  std::string out = "(?i)";
  for (const std::string& literal : literals)
    out += (out.size() > 4 ? "|" : "") + RE2::QuoteMeta(piece(literal));
  return out;
}

// What announces a row, as a pattern.
std::string announcing(const DetectorRow& row) {
  if (!row.gate.empty()) return row.gate;
  if (!row.literals.empty()) return any_literal(row.literals);
  return row.over_numbers != nullptr ? std::string(kDigitRunGate) : row.pattern;
}

// A row with its compiled parts.
struct PackRow {
  PackRow(const DetectorRow& r, const RE2& g, std::size_t s, const RE2::Options& options)
      : row(r), gate(g), slot(s), pattern(r.pattern, options) {}

  // Sought all over a block that holds what announces it, not where a gate stands.
  bool sought() const {
    return row.gate.empty() && row.at_gate == nullptr && row.over_numbers == nullptr;
  }

  const DetectorRow& row;
  const RE2& gate;       // or whatever announces it
  std::size_t slot = 0;  // in Progress
  RE2 pattern;           // of an empty pattern: unused
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
  std::size_t slot = 0;  // in Progress
};

// Before which place each row has looked already: its findings do not overlap.
using Progress = std::vector<std::size_t>;

}  // namespace

struct PatternDetector::Impl {
  explicit Impl(std::size_t budget)
      : set(quiet_options(budget), RE2::UNANCHORED), memory_budget(budget) {}

  // What one gate announces. Where all that a gate matches begins with a few words, the words are
  // sought; else the gate is a member of the set.
  struct Gate {
    std::unique_ptr<const RE2> pattern;  // of rows
    bool announced = false;
    ByteShape shape;
    std::size_t before = 0;           // a match begins at most so many bytes before a word
    bool whole = false;               // the word is the match
    bool at_border = false;           // begins at the border of a word
    std::vector<std::string> longer;  // behind a word at its beginning: one of these stands there
    NeededByte needs;
    std::vector<const PackRow*> gated, sought;
    const CustomRow* custom = nullptr;
  };
  // Of the piece last looked at, read when the first row asks for them.
  struct Numbers {
    Range of;
    DigitGroups groups;
  };

  Gate& gate_of(const std::string& pattern);
  bool announce(PackRow& pack_row, Gate& gate, const std::string& announced, std::string& error);
  bool announce_sought(const PackRow& pack_row);
  bool announce_alternatives(const std::string& pattern, const PackRow& pack_row,
                             std::string& error);
  bool announce_in_set(Gate& gate, const std::string& pattern, std::string& error);
  void add_words(Gate& gate, const std::vector<std::string>& words, bool any_case);
  bool announce_custom();
  bool which(std::string_view text, Range range, std::vector<int>& hits,
             RE2::Set::ErrorInfo& error) const;

  void scan_words(const Window& window, Findings& out) const;
  void look_at_word(const Window& window, const LiteralFinder::Hit& hit, Progress& done,
                    Findings& out) const;
  bool may_open_at(const Gate& gate, std::string_view text, std::size_t word,
                   const Progress& done) const;
  void open_gate(const Gate& gate, const Window& window, const LiteralFinder::Hit& hit,
                 Progress& done, Findings& out) const;
  void enter(const Gate& gate, const Window& window, Range place, Progress& done,
             Findings& out) const;
  void add_digit_gate(const Gate& gate);
  bool open_beside_digit(const Gate& gate, const Window& window, std::size_t begin, Progress& done,
                         Findings& out) const;
  void seek_beside_digit(const Gate& gate, const Window& window, std::size_t begin, Progress& done,
                         Findings& out) const;
  void scan_digit_gates(const Window& window, Range where, Findings& out) const;
  void seek(const PackRow& pack_row, const Window& window, const LiteralFinder::Hit& hit,
            Progress& done, Findings& out) const;
  void scan_numbers(const Window& window, Findings& out) const;
  // `here`: of the block looked at. `below`: of labels in it, which may head a column that goes on
  // for many blocks.
  struct Found {
    Findings &here, &below;
  };
  ScanStatus scan_set(const Window& window, Findings& out) const;
  ScanStatus scan_block(const Window& window, Range block, bool& hot, Found& found) const;
  ScanStatus locate(const Window& window, Range block, bool& seen, Found& found) const;
  ScanStatus scan_headings(const Window& window, Found& found) const;
  void find_gated(const Gate& gate, const Window& window, Range part, Range block, Numbers& numbers,
                  Found& found) const;
  void find_at_gates(const RE2& gate, const PackRow& pack_row, const Window& window, Range where,
                     Findings& out) const;
  void find_labelled(const RE2& gate, const PackRow& pack_row, std::string_view text, Range where,
                     Findings& out) const;
  void find_sought(const PackRow& pack_row, const Window& window, Range block, Findings& out) const;
  void find_custom(const CustomRow& custom, const Window& window, Range block, Findings& out) const;
  void add_sought(PackRow& pack_row);

  RE2::Set set;
  std::size_t memory_budget;
  std::vector<const Gate*> members;  // of the set
  LiteralFinder finder{{}};
  std::vector<LiteralFinder::Literal> words;
  std::vector<std::vector<const Gate*>> gates_of_word;
  std::map<std::pair<std::string, bool>, std::size_t> word_index;
  std::map<std::string, Gate, std::less<>> gates;  // of rows, by pattern
  std::deque<Gate> custom_gates, sought_gates;
  std::vector<const PackRow*> number_rows;
  // With digits in each match: looked for where digits begin.
  std::vector<const Gate*> digit_gates;
  ShapeTable digit_shapes;  // of them
  std::deque<PackRow> rows;
  std::deque<CustomRow> custom;
  std::size_t slots = 0;
  std::vector<const DetectorRow*> over_text;
  const DetectorRow* last_row = nullptr;
  bool any_sought = false, any_labelled = false, labelled_in_set = false;
  std::size_t before = kAssertionReach,
              after = kAssertionReach;  // what the set must see around a block
  std::size_t max_span = kAssertionReach;
  std::size_t longest_gate = 0;
  std::size_t words_before = kGateReach, words_after = kGateReach;  // of the fresh part
};

namespace {

bool is_allowed(const PackRow& pack_row, std::string_view value) {
  return std::any_of(pack_row.allow.begin(), pack_row.allow.end(), [value](const auto& pattern) {
    return pattern->Match(piece(value), 0, value.size(), RE2::UNANCHORED, nullptr, 0);
  });
}

// Appends what a match of a row's pattern stands for. `parts`: the match, and its first group.
void judge_match(const PackRow& pack_row, std::string_view text, const re2::StringPiece parts[2],
                 Findings& out) {
  const DetectorRow& row = pack_row.row;
  const re2::StringPiece value = parts[1].data() != nullptr ? parts[1] : parts[0];
  const std::size_t begin = static_cast<std::size_t>(value.data() - text.data());
  TokenMatch match{text, {begin, begin + value.size()}};
  if (match.range.size() == 0 || !border_holds(text, match.range, row.left, row.right)) return;
  double confidence = row.confidence.shape;
  if (row.check != nullptr) {
    // A shape that says nothing by itself may still pass its check, beside a context word.
    confidence = row.check(match, confidence > 0 ? confidence : row.confidence.context);
    if (confidence <= 0) return;
    if (row.confidence.shape <= 0) confidence = 0;
  }
  if (row.min_entropy > 0 && shannon_entropy(match.value()) < row.min_entropy) return;
  if (is_allowed(pack_row, match.value())) return;
  std::string_view why;
  confidence = weigh(row, confidence, text, match.range, why);
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, match.range, std::string(match.value()), why));
}

// Appends what a token row finds where its gate stands; the end of the finding, or of the gate
// where there is none.
std::size_t match_token(const PackRow& pack_row, std::string_view text, Range gate, Findings& out) {
  const DetectorRow& row = pack_row.row;
  const int groups = std::min(1, pack_row.pattern.NumberOfCapturingGroups());
  if (gate.begin < row.lead) return gate.end;
  const std::size_t begin = gate.begin - row.lead;
  // Cheap, and keeps a long run of gates from being matched at each of them.
  if (groups == 0 && !border_holds(text, {begin, gate.end}, row.left, Border::kNone))
    return gate.end;
  re2::StringPiece parts[2];
  const std::size_t limit = std::min(text.size(), begin + pack_row.span);
  if (!pack_row.pattern.Match(piece(text), begin, limit, RE2::ANCHOR_START, parts, groups + 1))
    return gate.end;
  const std::size_t before = out.size();
  judge_match(pack_row, text, parts, out);
  return out.size() == before ? gate.end : std::max(gate.end, out.back().range.end);
}

void keep_beginning_in(Range where, std::size_t from, Findings& found) {
  const auto outside = [where](const Finding& f) {
    return f.range.begin < where.begin || f.range.begin >= where.end;
  };
  found.erase(
      std::remove_if(found.begin() + static_cast<std::ptrdiff_t>(from), found.end(), outside),
      found.end());
}

// At one gate; where the row may go on.
std::size_t find_at(const PackRow& pack_row, const Window& window, Range gate, Findings& out) {
  if (pack_row.row.at_gate == nullptr) return match_token(pack_row, window.text, gate, out);
  pack_row.row.at_gate(pack_row.row, window.text, gate, out);
  return gate.end;
}

}  // namespace

// Gates that begin in `where`, which may lie outside the block whose findings are wanted.
void PatternDetector::Impl::find_at_gates(const RE2& sought, const PackRow& pack_row,
                                          const Window& window, Range where, Findings& out) const {
  const std::size_t limit =
      std::min(window.text.size(), where.end + longest_gate + kAssertionReach);
  std::size_t pos = where.begin;
  re2::StringPiece gate;
  while (pos < where.end &&
         sought.Match(piece(window.text), pos, limit, RE2::UNANCHORED, &gate, 1)) {
    const std::size_t begin = static_cast<std::size_t>(gate.data() - window.text.data());
    if (begin >= where.end) break;
    pos = find_at(pack_row, window, {begin, begin + gate.size()}, out);
  }
}

namespace {

// What stands at the start of `place` under a label.
void match_labelled(const PackRow& pack_row, std::string_view text, Range place, Findings& out) {
  const int groups = std::min(1, pack_row.pattern.NumberOfCapturingGroups());
  re2::StringPiece parts[2];
  const std::string_view value = text.substr(place.begin, place.size());
  if (pack_row.pattern.Match(piece(value), 0, value.size(), RE2::ANCHOR_START, parts, groups + 1))
    judge_match(pack_row, text, parts, out);
}

// Behind a label, and in the column that it heads.
void at_label(const PackRow& pack_row, std::string_view text, Range label, Findings& out) {
  const std::vector<Range> cells = cells_below(text, label);
  std::size_t stop = std::min(text.size(), label.end + kLabelReach);
  // Under a heading the next line begins with another column.
  if (!cells.empty()) stop = std::min(stop, text.find('\n', label.end));
  match_labelled(pack_row, text, {label.end, stop}, out);
  for (const Range cell : cells) match_labelled(pack_row, text, cell, out);
}

}  // namespace

// Labels that begin in `where`. They may overlap, so that none depends on where one began to look.
void PatternDetector::Impl::find_labelled(const RE2& sought, const PackRow& pack_row,
                                          std::string_view text, Range where, Findings& out) const {
  const std::size_t limit = std::min(text.size(), where.end + longest_gate + kAssertionReach);
  re2::StringPiece label;
  for (std::size_t pos = where.begin; pos < where.end;) {
    if (!sought.Match(piece(text), pos, limit, RE2::UNANCHORED, &label, 1)) return;
    const std::size_t begin = static_cast<std::size_t>(label.data() - text.data());
    if (begin >= where.end) return;
    at_label(pack_row, text, {begin, begin + label.size()}, out);
    pos = begin + 1;
  }
}

namespace {

// The match of `pattern` that begins first at or after `pos` and before `end`, at most `span` long.
// Empty parts: none. What is found must not depend on where the text at hand ends.
void next_match(const RE2& pattern, std::size_t span, std::string_view text, std::size_t pos,
                std::size_t end, re2::StringPiece parts[2]) {
  const std::size_t limit = std::min(text.size(), end + span + kAssertionReach);
  const int groups = 1 + std::min(1, pattern.NumberOfCapturingGroups());
  const auto anchor = end == pos + 1 ? RE2::ANCHOR_START : RE2::UNANCHORED;
  while (pos < end) {
    parts[0] = parts[1] = {};
    if (!pattern.Match(piece(text.substr(0, limit)), pos, limit, anchor, parts, groups)) break;
    const std::size_t begin = static_cast<std::size_t>(parts[0].data() - text.data());
    if (begin >= end) break;
    pos = begin + 1;
    const std::size_t cut = begin + span;
    if (parts[0].size() > span &&
        !pattern.Match(piece(text.substr(0, cut)), begin, cut, RE2::ANCHOR_START, parts, groups))
      continue;
    if (!parts[0].empty()) return;
  }
  parts[0] = parts[1] = {};
}

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

// One that began before the block may reach into it.
std::size_t before_block(Range block, std::size_t span) {
  return block.begin > span ? block.begin - span : 0;
}

Finding custom_finding(const CustomRow& row, std::string_view text, const re2::StringPiece& match) {
  const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
  return {row.type,          row.category,           row.confidence, {begin, begin + match.size()},
          match.as_string(), "pattern of the policy"};
}

}  // namespace

void PatternDetector::Impl::find_sought(const PackRow& pack_row, const Window& window, Range block,
                                        Findings& out) const {
  const std::size_t first = out.size();
  for_matches(
      pack_row.pattern, pack_row.span, window.text, before_block(block, pack_row.span), block.end,
      [&](const re2::StringPiece* parts) { judge_match(pack_row, window.text, parts, out); });
  keep_beginning_in(block, first, out);
}

void PatternDetector::Impl::find_custom(const CustomRow& custom_row, const Window& window,
                                        Range block, Findings& out) const {
  const std::size_t first = out.size();
  for_matches(custom_row.pattern, custom_row.span, window.text,
              before_block(block, custom_row.span), block.end, [&](const re2::StringPiece* parts) {
                out.push_back(custom_finding(custom_row, window.text, parts[0]));
              });
  keep_beginning_in(block, first, out);
}

PatternDetector::PatternDetector(std::size_t memory_budget)
    : impl_(std::make_unique<Impl>(memory_budget)) {}
PatternDetector::~PatternDetector() = default;

PatternDetector::Impl::Gate& PatternDetector::Impl::gate_of(const std::string& pattern) {
  const auto [place, added] = gates.try_emplace(pattern);
  Gate& gate = place->second;
  if (!added) return gate;
  gate.pattern = std::make_unique<const RE2>(pattern, quiet_options(kPatternMemory));
  gate.shape = byte_shape(pattern);
  gate.needs = pattern_needs(pattern);
  gate.at_border = pattern.compare(0, 2, "\\b") == 0 || pattern.compare(0, 6, "(?i:\\b") == 0;
  return gate;
}

void PatternDetector::Impl::add_words(Gate& gate, const std::vector<std::string>& given,
                                      bool any_case) {
  for (const std::string& word : given) {
    const auto [place, added] = word_index.try_emplace({word, any_case}, words.size());
    if (added) {
      words.push_back({word, any_case});
      gates_of_word.emplace_back();
    }
    gates_of_word[place->second].push_back(&gate);
  }
}

namespace {

bool is_alnum_byte(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool same_mark_begins(const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& w) { return w[0] == words[0][0]; }) &&
         !is_alnum_byte(words[0][0]);
}

// Two bytes are common: where few may follow them, with each of these.
std::vector<std::string> longer(const std::vector<std::string>& words, const ByteShape& shape) {
  std::vector<std::string> out;
  for (const std::string& word : words) {
    if (word.size() != 2 || shape.bytes.size() < 3 || shape.bytes[2].count() > kFewBytes) {
      out.push_back(word);
      continue;
    }
    for (int c = 0; c < 256; ++c)
      if (shape.bytes[2][static_cast<std::size_t>(c)]) out.push_back(word + static_cast<char>(c));
  }
  return out;
}

// What to look for so that no match of a gate is missed; nothing: what there is stands everywhere.
PatternWords words_for(const std::string& pattern, const ByteShape& shape) {
  PatternWords out = pattern_prefixes(pattern, 1);
  if (out.words.empty()) return pattern_inner_words(pattern);
  if (out.words.size() > kFewBytes && same_mark_begins(out.words) && shape.bytes.size() > 5)
    out.words = {out.words[0].substr(0, 1)};  // the shape refuses the most of them
  if (!out.any_case) out.words = longer(out.words, shape);
  const bool telling = std::all_of(out.words.begin(), out.words.end(), [](const std::string& w) {
    return w.find_first_not_of("0123456789") != std::string::npos &&
           (w.size() > 1 || !is_alnum_byte(w[0]));
  });
  return telling ? out : pattern_inner_words(pattern);
}

}  // namespace

// Each alternative of a gate is one for itself: found by words where it has some, else in the set.
bool PatternDetector::Impl::announce_alternatives(const std::string& pattern,
                                                  const PackRow& pack_row, std::string& error) {
  for (const std::string& alternative : pattern_alternatives(pattern)) {
    Gate& gate = gate_of(alternative);
    gate.gated.push_back(&pack_row);
    if (gate.announced) continue;
    const PatternWords found = words_for(alternative, gate.shape);
    const std::optional<std::size_t> digits = pattern_digit_reach(alternative);
    if (found.words.empty() && digits && !gate.shape.bytes.empty()) {
      gate.announced = true;
      gate.before = *digits;
      add_digit_gate(gate);
      continue;
    }
    if (found.words.empty()) {
      labelled_in_set = labelled_in_set || pack_row.row.labelled;
      if (!announce_in_set(gate, alternative, error)) return false;
      continue;
    }
    gate.announced = true;
    gate.before = found.before;
    gate.whole = found.whole;
    if (found.before == 0) gate.longer = found.longer;
    add_words(gate, found.words, found.any_case);
  }
  return true;
}

bool PatternDetector::Impl::announce_in_set(Gate& gate, const std::string& pattern,
                                            std::string& error) {
  if (gate.announced) return true;
  if (set.Add(pattern, &error) < 0) return false;
  gate.announced = true;
  members.push_back(&gate);
  return true;
}

// One pass for all of them: as words where each begins with some, else in the set, which costs the
// same for one and for many.
bool PatternDetector::Impl::announce_custom() {
  std::vector<PatternWords> all;
  for (const Gate& gate : custom_gates)
    all.push_back(pattern_prefixes(gate.custom->pattern.pattern(), 2));
  const bool words_do =
      members.empty() &&
      std::none_of(all.begin(), all.end(), [](const PatternWords& p) { return p.words.empty(); });
  std::string error;
  for (std::size_t i = 0; i < all.size(); ++i) {
    Gate& gate = custom_gates[i];
    if (words_do) {
      add_words(gate, all[i].words, all[i].any_case);
    } else if (set.Add(gate.custom->pattern.pattern(), &error) < 0) {
      return false;
    } else {
      members.push_back(&gate);
    }
  }
  return true;
}

bool PatternDetector::add_row(const DetectorRow& row, std::string& error) {
  impl_->last_row = &row;
  if (row.over_text != nullptr) {
    impl_->over_text.push_back(&row);
    impl_->max_span = std::max(impl_->max_span, 2 * kGateReach);
    return true;
  }
  const std::string announced = announcing(row);
  Impl::Gate& gate = impl_->gate_of(announced);
  if (!gate.pattern->ok()) {
    error = gate.pattern->error();
    return false;
  }
  PackRow& pack_row =
      impl_->rows.emplace_back(row, *gate.pattern, impl_->slots++, quiet_options(kPatternMemory));
  if (!pack_row.pattern.ok()) {
    error = pack_row.pattern.error();
    return false;
  }
  if (!row.pattern.empty() && matches_nothing(pack_row.pattern)) {
    error = "the pattern matches the empty text, so it would match everywhere";
    return false;
  }
  for (const std::string& allow : row.allow) {
    pack_row.allow.push_back(std::make_unique<const RE2>(allow, quiet_options(kPatternMemory)));
    if (pack_row.allow.back()->ok()) continue;
    error = "`allow`: " + pack_row.allow.back()->error();
    return false;
  }
  return impl_->announce(pack_row, gate, announced, error);
}

bool PatternDetector::Impl::announce(PackRow& pack_row, Gate& gate, const std::string& announced,
                                     std::string& error) {
  const DetectorRow& row = pack_row.row;
  if (pack_row.sought()) {
    add_sought(pack_row);
    if (row.literals.empty() && announce_sought(pack_row)) return true;
    gate.sought.push_back(&pack_row);
    any_sought = true;
    if (row.literals.empty()) return announce_in_set(gate, announced, error);
    std::vector<std::string> lower;
    for (const std::string& literal : row.literals) lower.push_back(folded_lower(literal));
    if (!std::exchange(gate.announced, true)) add_words(gate, lower, true);
    return true;
  }
  const std::size_t gate_length = longest_match(announced).value_or(kGateReach);
  if (row.max_span > 0) pack_row.span = std::min(row.max_span, kShippedSpan);
  longest_gate = std::max(longest_gate, gate_length);
  before = std::max(before, kGateReach);
  after = std::max(after, kGateReach + gate_length + kAssertionReach);
  max_span = std::max(max_span,
                      kShippedSpan + kWidestContext + kGateReach + gate_length + kAssertionReach);
  if (row.gate.empty() && row.literals.empty() && row.over_numbers != nullptr) {
    number_rows.push_back(&pack_row);
    return true;
  }
  any_labelled = any_labelled || row.labelled;
  return announce_alternatives(announced, pack_row, error);
}

// Where each alternative of a pattern begins with words, or has digits at hand, they say where to
// match it. False: it is for the set.
bool PatternDetector::Impl::announce_sought(const PackRow& pack_row) {
  struct Beginning {
    PatternWords words;
    std::optional<std::size_t> digits;
    ByteShape shape;
  };
  std::vector<Beginning> all;
  for (const std::string& alternative : pattern_alternatives(pack_row.row.pattern)) {
    Beginning b{pattern_prefixes(alternative), pattern_digit_reach(alternative),
                byte_shape(alternative)};
    // The border before keeps a match out of the middle of a run of digits.
    const bool at_run =
        b.digits && !b.shape.bytes.empty() && (*b.digits > 0 || pack_row.row.left != Border::kNone);
    if (!at_run) b.digits.reset();
    if (!at_run && b.words.words.empty()) return false;
    all.push_back(std::move(b));
  }
  for (Beginning& b : all) {
    Gate& gate = sought_gates.emplace_back();
    gate.sought.push_back(&pack_row);
    gate.shape = std::move(b.shape);
    gate.before = b.digits.value_or(0);
    if (b.digits)
      add_digit_gate(gate);
    else
      add_words(gate, b.words.words, b.words.any_case);
  }
  return !all.empty();
}

void PatternDetector::Impl::add_sought(PackRow& pack_row) {
  const std::size_t bound = longest_match(pack_row.row.pattern).value_or(kDefaultSpan);
  pack_row.span = std::min(pack_row.row.max_span > 0 ? pack_row.row.max_span : bound, kLongestSpan);
  words_before = std::max(words_before, pack_row.span);
  words_after = std::max(words_after, pack_row.span);
  after = std::max(after, pack_row.span + kAssertionReach);
  max_span = std::max(max_span, 2 * (pack_row.span + kAssertionReach) + kWidestContext);
}

namespace {

// Whether a row's findings would be looked at.
bool any_sure(const DetectorRow& row, const Findings& found) {
  const double highest = row.confidence.highest();
  const double enough = highest > 0 ? std::min(kMedium, highest) : kMedium;
  return std::any_of(found.begin(), found.end(),
                     [enough](const Finding& f) { return f.confidence >= enough; });
}

}  // namespace

bool PatternDetector::last_row_finds(std::string_view text) const {
  const Window window{text, 0, 0, text.size(), true, true};
  const Range whole{0, text.size()};
  Findings found;
  if (impl_->last_row->over_text != nullptr) {
    impl_->last_row->over_text(*impl_->last_row, text, whole, found);
    return any_sure(*impl_->last_row, found);
  }
  const PackRow& pack_row = impl_->rows.back();
  if (!pack_row.gate.Match(piece(text), 0, text.size(), RE2::UNANCHORED, nullptr, 0)) return false;
  if (pack_row.sought()) {
    impl_->find_sought(pack_row, window, whole, found);
  } else if (pack_row.row.labelled) {
    impl_->find_labelled(pack_row.gate, pack_row, text, whole, found);
  } else if (pack_row.row.over_numbers != nullptr) {
    DigitGroups numbers;
    read_digit_groups(text, whole, numbers);
    pack_row.row.over_numbers(pack_row.row, text, numbers, found);
  } else {
    impl_->find_at_gates(pack_row.gate, pack_row, window, whole, found);
  }
  return any_sure(pack_row.row, found);
}

bool PatternDetector::add_custom(const CustomPattern& custom, std::string_view type,
                                 std::string_view category, std::string& error) {
  impl_->custom.emplace_back(custom, type, category);
  CustomRow& row = impl_->custom.back();
  if (!row.pattern.ok()) {
    error = row.pattern.error();
    return false;
  }
  if (matches_nothing(row.pattern)) {
    error = "the pattern matches the empty text, so it would match everywhere";
    return false;
  }
  impl_->custom_gates.emplace_back().custom = &row;
  row.span = std::min(longest_match(custom.pattern).value_or(kDefaultSpan), kLongestSpan);
  row.slot = impl_->slots++;
  impl_->words_before = std::max(impl_->words_before, row.span);
  impl_->after = std::max(impl_->after, row.span + kAssertionReach);
  impl_->max_span = std::max(impl_->max_span, 2 * (row.span + kAssertionReach));
  return true;
}

bool PatternDetector::compile() {
  if (!impl_->announce_custom()) return false;
  impl_->finder = LiteralFinder(impl_->words);
  return impl_->members.empty() || impl_->set.Compile();
}

bool PatternDetector::custom_matches(std::size_t index, std::string_view text) const {
  Findings found;
  const Window window{text, 0, 0, text.size(), true, true};
  impl_->find_custom(impl_->custom[index], window, {0, text.size()}, found);
  return !found.empty();
}

Footprint PatternDetector::footprint() const {
  Footprint out;
  out.rows = impl_->rows.size() + impl_->over_text.size() + impl_->custom.size();
  out.gates = impl_->gates.size() + impl_->custom_gates.size();
  out.memory_budget = impl_->memory_budget;
  const auto size = [](const RE2& re) { return static_cast<std::size_t>(re.ProgramSize()); };
  for (const auto& [pattern, gate] : impl_->gates) out.instructions += size(*gate.pattern);
  for (const Impl::Gate* member : impl_->members)  // compiled once more into the set
    out.instructions +=
        size(member->custom != nullptr ? member->custom->pattern : *member->pattern);
  for (const PackRow& row : impl_->rows)
    if (!row.row.pattern.empty()) out.instructions += size(row.pattern);
  for (const CustomRow& row : impl_->custom) out.instructions += size(row.pattern);
  return out;
}

std::size_t PatternDetector::max_span() const {
  return impl_->max_span;
}

// Which members of the set occur in `range`; false when none does or when the set gave up (`error`
// says which).
bool PatternDetector::Impl::which(std::string_view text, Range range, std::vector<int>& hits,
                                  RE2::Set::ErrorInfo& error) const {
  error.kind = RE2::Set::kNoError;
  return set.Match(piece(text.substr(range.begin, range.size())), &hits, &error);
}

void PatternDetector::Impl::find_gated(const Gate& gate, const Window& window, Range part,
                                       Range block, Numbers& numbers, Found& found) const {
  Findings& out = found.here;
  for (const PackRow* pack_row : gate.gated) {
    if (pack_row->row.labelled) {
      const Range labels{std::max(part.begin, block.begin), std::min(part.end, block.end)};
      if (labels.begin < labels.end)
        find_labelled(*gate.pattern, *pack_row, window.text, labels, found.below);
      continue;
    }
    if (pack_row->row.over_numbers == nullptr) {
      find_at_gates(*gate.pattern, *pack_row, window, part, out);
      continue;
    }
    if (numbers.of != part) read_digit_groups(window.text, part, numbers.groups);
    numbers.of = part;
    pack_row->row.over_numbers(pack_row->row, window.text, numbers.groups, out);
  }
}

// Looks for gates piece by piece. `seen` tells whether there was any.
ScanStatus PatternDetector::Impl::locate(const Window& window, Range block, bool& seen,
                                         Found& found) const {
  const std::size_t begin = block.begin > before ? block.begin - before : 0;
  const std::size_t end = std::min(window.text.size(), block.end + kGateReach);
  std::vector<int> hits;
  Numbers numbers;
  RE2::Set::ErrorInfo error{};
  seen = false;
  for (std::size_t from = begin; from < end; from += kPiece) {
    const Range part{from, std::min(end, from + kPiece)};
    const std::size_t seen_from = part.begin > kAssertionReach ? part.begin - kAssertionReach : 0;
    const std::size_t seen_to =
        std::min(window.text.size(), part.end + longest_gate + kAssertionReach);
    if (!which(window.text, {seen_from, seen_to}, hits, error)) {
      if (error.kind != RE2::Set::kNoError) return ScanStatus::kCouldNotDecide;
      continue;
    }
    seen = true;
    std::sort(hits.begin(), hits.end());
    for (const int hit : hits)
      find_gated(*members[static_cast<std::size_t>(hit)], window, part, block, numbers, found);
  }
  return ScanStatus::kDone;
}

// Patterns without a gate are sought over the whole block, gates in its pieces.
ScanStatus PatternDetector::Impl::scan_block(const Window& window, Range block, bool& hot,
                                             Found& found) const {
  if (hot && custom.empty() && !any_sought) return locate(window, block, hot, found);
  hot = false;
  const std::size_t from = block.begin > before ? block.begin - before : 0;
  const std::size_t to = std::min(window.text.size(), block.end + after);
  std::vector<int> hits;
  RE2::Set::ErrorInfo error{};
  if (!which(window.text, {from, to}, hits, error)) {
    return error.kind == RE2::Set::kNoError ? ScanStatus::kDone : ScanStatus::kCouldNotDecide;
  }
  std::sort(hits.begin(), hits.end());
  bool any_gate = false;
  for (const int hit : hits) {
    const Gate& member = *members[static_cast<std::size_t>(hit)];
    any_gate = any_gate || !member.gated.empty();
    for (const PackRow* pack_row : member.sought) find_sought(*pack_row, window, block, found.here);
    if (member.custom != nullptr) find_custom(*member.custom, window, block, found.here);
  }
  return any_gate ? locate(window, block, hot, found) : ScanStatus::kDone;
}

// Labels before the fresh part whose columns may reach into it.
ScanStatus PatternDetector::Impl::scan_headings(const Window& window, Found& found) const {
  if (!labelled_in_set || window.fresh_begin == 0) return ScanStatus::kDone;
  const std::size_t from =
      window.fresh_begin > kColumnReach ? window.fresh_begin - kColumnReach : 0;
  Findings elsewhere;
  Found only_below{elsewhere, found.below};
  bool hot = false;
  return scan_block(window, {from, window.fresh_begin}, hot, only_below);
}

ScanStatus PatternDetector::Impl::scan_set(const Window& window, Findings& out) const {
  const Range fresh{window.fresh_begin, window.fresh_end};
  Findings below;
  Found found{out, below};
  if (scan_headings(window, found) == ScanStatus::kCouldNotDecide)
    return ScanStatus::kCouldNotDecide;
  bool hot = false;  // the last block held gates: the next one probably does
  for (std::size_t begin = window.fresh_begin; begin < window.fresh_end; begin += kBlock) {
    const Range block{begin, std::min(window.fresh_end, begin + kBlock)};
    const std::size_t first = out.size();
    const ScanStatus status = scan_block(window, block, hot, found);
    keep_beginning_in(block, first, out);
    if (status == ScanStatus::kCouldNotDecide) return status;
  }
  keep_beginning_in(fresh, 0, below);
  std::move(below.begin(), below.end(), std::back_inserter(out));
  return ScanStatus::kDone;
}

void PatternDetector::Impl::look_at_word(const Window& window, const LiteralFinder::Hit& hit,
                                         Progress& done, Findings& out) const {
  for (const Gate* gate : gates_of_word[hit.literal]) {
    if (!gate->gated.empty()) open_gate(*gate, window, hit, done, out);
    for (const PackRow* row : gate->sought) seek(*row, window, hit, done, out);
    const CustomRow* custom_row = gate->custom;
    if (custom_row == nullptr || hit.begin < done[custom_row->slot]) continue;
    done[custom_row->slot] =
        for_matches(custom_row->pattern, custom_row->span, window.text, hit.begin, hit.begin + 1,
                    [&](const re2::StringPiece* parts) {
                      out.push_back(custom_finding(*custom_row, window.text, parts[0]));
                    });
  }
}

namespace {

// Whether what a row finds begins where its gate does, at the border of a word.
bool begins_at_border(const PackRow& pack_row) {
  const DetectorRow& row = pack_row.row;
  return row.at_gate == nullptr && row.lead == 0 && row.left != Border::kNone && !row.labelled &&
         pack_row.pattern.NumberOfCapturingGroups() == 0;
}

// Cheap, before the engine is asked.
bool may_open(const PackRow& pack_row, std::string_view text, std::size_t begin) {
  const DetectorRow& row = pack_row.row;
  if (row.at_gate != nullptr || pack_row.pattern.NumberOfCapturingGroups() > 0) return true;
  return begin >= row.lead &&
         border_holds(text, {begin - row.lead, text.size()}, row.left, Border::kNone);
}

}  // namespace

namespace {

// Where a gate may announce a finding of the fresh part.
bool is_near(const Window& window, std::size_t pos) {
  return pos + kGateReach >= window.fresh_begin;
}

}  // namespace

namespace {

// `words` are in lower case, the text in either: what is told apart by case is left to the engine.
bool any_stands_at(const std::vector<std::string>& words, std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const auto same = [](char want, char is) {
    return want == is || want == (is >= 'A' && is <= 'Z' ? is + 0x20 : is);
  };
  // They begin alike: from the last byte on.
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return rest.size() >= word.size() && same(word.back(), rest[word.size() - 1]) &&
           std::equal(word.begin(), word.end(), rest.begin(), same);
  });
}

}  // namespace

// What the engine need not be asked for.
bool PatternDetector::Impl::may_open_at(const Gate& gate, std::string_view text, std::size_t word,
                                        const Progress& done) const {
  if (gate.before > 0) return true;
  const bool inside = word > 0 && is_word(static_cast<unsigned char>(text[word - 1]));
  if (gate.at_border && inside) return false;
  if (gate.needs.reach > 0 && !gate.needs.stands(text, word)) return false;
  if (!gate.longer.empty() && !any_stands_at(gate.longer, text, word)) return false;
  return gate.shape.fits(text, word) &&
         std::any_of(gate.gated.begin(), gate.gated.end(), [&](const PackRow* row) {
           return word >= done[row->slot] && may_open(*row, text, word);
         });
}

void PatternDetector::Impl::open_gate(const Gate& gate, const Window& window,
                                      const LiteralFinder::Hit& hit, Progress& done,
                                      Findings& out) const {
  const std::string_view text = window.text;
  if (!may_open_at(gate, text, hit.begin, done)) return;
  if (gate.whole)
    return enter(gate, window, {hit.begin, hit.begin + words[hit.literal].text.size()}, done, out);
  re2::StringPiece match;
  const std::size_t from = hit.begin - std::min(hit.begin, gate.before);
  const std::size_t limit = std::min(text.size(), hit.begin + longest_gate + kAssertionReach);
  const auto anchor = gate.before > 0 ? RE2::UNANCHORED : RE2::ANCHOR_START;
  if (!gate.pattern->Match(piece(text), from, limit, anchor, &match, 1)) return;
  const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
  if (begin <= hit.begin) enter(gate, window, {begin, begin + match.size()}, done, out);
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

void PatternDetector::Impl::add_digit_gate(const Gate& gate) {
  digit_gates.push_back(&gate);
  const auto bordered = [](const PackRow* row) { return begins_at_border(*row); };
  const bool at_border = std::all_of(gate.gated.begin(), gate.gated.end(), bordered) &&
                         std::all_of(gate.sought.begin(), gate.sought.end(), bordered);
  digit_shapes.add(gate.shape, gate.before, at_border);
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
  re2::StringPiece match;
  const std::size_t limit = std::min(text.size(), begin + longest_gate + kAssertionReach);
  if (!gate.pattern->Match(piece(text), begin, limit, RE2::ANCHOR_START, &match, 1)) return false;
  enter(gate, window, {begin, begin + match.size()}, done, out);
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
  Progress done;
  const std::string_view text = window.text;
  for (std::size_t pos = where.begin; (pos = next_digit(text, pos, where.end)) < where.end;) {
    if (done.empty()) done.resize(slots);
    digit_shapes.at_digit(text, pos, [&](std::size_t number, std::size_t begin) {
      const Gate& gate = *digit_gates[number];
      if (gate.sought.empty()) return open_beside_digit(gate, window, begin, done, out);
      seek_beside_digit(gate, window, begin, done, out);
      return false;
    });
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
  const std::size_t next = for_matches(
      pack_row.pattern, pack_row.span, window.text, std::max(from, looked), hit.begin + 1,
      [&](const re2::StringPiece* parts) { judge_match(pack_row, window.text, parts, out); });
  looked = std::max({looked, next, hit.begin + 1});
}

void PatternDetector::Impl::scan_words(const Window& window, Findings& out) const {
  std::vector<LiteralFinder::Hit> hits;
  const std::size_t reach = std::max(words_before, any_labelled ? kColumnReach : 0);
  const std::size_t begin = window.fresh_begin - std::min(window.fresh_begin, reach);
  const std::size_t end = std::min(window.text.size(), window.fresh_end + words_after);
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

ScanStatus PatternDetector::scan(const Window& window, Findings& out) const {
  const Range fresh{window.fresh_begin, window.fresh_end};
  const std::size_t first = out.size();
  for (const DetectorRow* row : impl_->over_text) row->over_text(*row, window.text, fresh, out);
  impl_->scan_words(window, out);
  impl_->scan_numbers(window, out);
  keep_beginning_in(fresh, first, out);
  return impl_->members.empty() ? ScanStatus::kDone : impl_->scan_set(window, out);
}

}  // namespace sekisho::filters
