#include "filters/pattern_detector.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "filters/digit_groups.h"
#include "filters/pattern_length.h"
#include "filters/table.h"
#include "filters/validators.h"

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

// What runs in the set for a row.
std::string announcing(const DetectorRow& row) {
  if (!row.gate.empty()) return row.gate;
  if (!row.literals.empty()) return any_literal(row.literals);
  return row.over_numbers != nullptr ? std::string(kDigitRunGate) : row.pattern;
}

// A row with its compiled parts.
struct PackRow {
  PackRow(const DetectorRow& r, const RE2& g, const RE2::Options& options)
      : row(r), gate(g), pattern(r.pattern, options) {}

  // Sought all over a block that holds what announces it, not where a gate stands.
  bool sought() const {
    return row.gate.empty() && row.at_gate == nullptr && row.over_numbers == nullptr;
  }

  const DetectorRow& row;
  const RE2& gate;  // or whatever announces it
  RE2 pattern;      // of an empty pattern: unused
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

}  // namespace

struct PatternDetector::Impl {
  explicit Impl(std::size_t budget)
      : set(quiet_options(budget), RE2::UNANCHORED), memory_budget(budget) {}

  // What each pattern of the set announces; rows with the same gate share one.
  struct Member {
    std::unique_ptr<const RE2> gate;  // of rows
    std::vector<const PackRow*> gated, sought;
    const CustomRow* custom = nullptr;
  };
  // Of the piece last looked at, read when the first row asks for them.
  struct Numbers {
    Range of;
    DigitGroups groups;
  };

  // `here`: of the block looked at. `below`: of labels in it, which may head a column that goes on
  // for many blocks.
  struct Found {
    Findings &here, &below;
  };

  bool which(std::string_view text, Range range, std::vector<int>& hits,
             RE2::Set::ErrorInfo& error) const;
  ScanStatus scan_block(const Window& window, Range block, bool& hot, Found& found) const;
  ScanStatus locate(const Window& window, Range block, bool& seen, Found& found) const;
  ScanStatus scan_headings(const Window& window, Found& found) const;
  void find_gated(const Member& member, const Window& window, Range part, Range block,
                  Numbers& numbers, Found& found) const;
  void find_at_gates(const PackRow& pack_row, const Window& window, Range where,
                     Findings& out) const;
  void find_labelled(const PackRow& pack_row, std::string_view text, Range where,
                     Findings& out) const;
  void find_sought(const PackRow& pack_row, const Window& window, Range block, Findings& out) const;
  void find_custom(const CustomRow& custom, const Window& window, Range block, Findings& out) const;
  void add_sought(PackRow& pack_row, Member& member);

  RE2::Set set;
  std::size_t memory_budget;
  std::vector<Member> members;
  std::map<std::string, std::size_t, std::less<>> gates;  // to its member
  std::deque<PackRow> rows;
  std::deque<CustomRow> custom;
  std::vector<const DetectorRow*> over_text;
  const DetectorRow* last_row = nullptr;
  bool any_sought = false, any_labelled = false;
  std::size_t before = kAssertionReach,
              after = kAssertionReach;  // what the set must see around a block
  std::size_t max_span = kAssertionReach;
  std::size_t longest_gate = 0;
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

}  // namespace

// Gates that begin in `where`, which may lie outside the block whose findings are wanted.
void PatternDetector::Impl::find_at_gates(const PackRow& pack_row, const Window& window,
                                          Range where, Findings& out) const {
  const std::size_t limit =
      std::min(window.text.size(), where.end + longest_gate + kAssertionReach);
  std::size_t pos = where.begin;
  re2::StringPiece gate;
  while (pos < where.end &&
         pack_row.gate.Match(piece(window.text), pos, limit, RE2::UNANCHORED, &gate, 1)) {
    const std::size_t begin = static_cast<std::size_t>(gate.data() - window.text.data());
    if (begin >= where.end) break;
    const Range place{begin, begin + gate.size()};
    if (pack_row.row.at_gate != nullptr) {
      pack_row.row.at_gate(pack_row.row, window.text, place, out);
      pos = place.end;
    } else {
      pos = match_token(pack_row, window.text, place, out);
    }
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

}  // namespace

// Labels that begin in `where`. They may overlap, so that none depends on where one began to look.
void PatternDetector::Impl::find_labelled(const PackRow& pack_row, std::string_view text,
                                          Range where, Findings& out) const {
  const std::size_t limit = std::min(text.size(), where.end + longest_gate + kAssertionReach);
  re2::StringPiece label;
  for (std::size_t pos = where.begin; pos < where.end;) {
    if (!pack_row.gate.Match(piece(text), pos, limit, RE2::UNANCHORED, &label, 1)) return;
    const std::size_t begin = static_cast<std::size_t>(label.data() - text.data());
    if (begin >= where.end) return;
    const std::size_t end = begin + label.size();
    const std::vector<Range> cells = cells_below(text, {begin, end});
    std::size_t stop = std::min(text.size(), end + kLabelReach);
    // Under a heading the next line begins with another column.
    if (!cells.empty()) stop = std::min(stop, text.find('\n', end));
    match_labelled(pack_row, text, {end, stop}, out);
    for (const Range cell : cells) match_labelled(pack_row, text, cell, out);
    pos = begin + 1;
  }
}

namespace {

// Calls `found` for every match of `pattern` that begins before the end of `block`, none longer
// than `span`. Matches do not overlap, so one that began before the block may reach into it.
template <class Found>
void for_matches(const RE2& pattern, std::size_t span, std::string_view text, Range block,
                 Found found) {
  const std::size_t limit = std::min(text.size(), block.end + span + kAssertionReach);
  const int groups = std::min(1, pattern.NumberOfCapturingGroups());
  std::size_t pos = block.begin > span ? block.begin - span : 0;
  while (pos < block.end) {
    re2::StringPiece parts[2];
    if (!pattern.Match(piece(text.substr(0, limit)), pos, limit, RE2::UNANCHORED, parts,
                       groups + 1))
      return;
    const std::size_t begin = static_cast<std::size_t>(parts[0].data() - text.data());
    if (begin >= block.end) return;
    pos = begin + 1;
    if (parts[0].size() > span) {
      // What the pattern finds within its span must not depend on where the block ends.
      const std::size_t cut = begin + span;
      if (!pattern.Match(piece(text.substr(0, cut)), begin, cut, RE2::ANCHOR_START, parts,
                         groups + 1))
        continue;
    }
    if (parts[0].empty()) continue;
    pos = begin + parts[0].size();
    found(parts);
  }
}

}  // namespace

void PatternDetector::Impl::find_sought(const PackRow& pack_row, const Window& window, Range block,
                                        Findings& out) const {
  const std::size_t first = out.size();
  for_matches(
      pack_row.pattern, pack_row.span, window.text, block,
      [&](const re2::StringPiece* parts) { judge_match(pack_row, window.text, parts, out); });
  keep_beginning_in(block, first, out);
}

void PatternDetector::Impl::find_custom(const CustomRow& custom_row, const Window& window,
                                        Range block, Findings& out) const {
  const std::size_t first = out.size();
  for_matches(
      custom_row.pattern, custom_row.span, window.text, block, [&](const re2::StringPiece* parts) {
        const std::size_t begin = static_cast<std::size_t>(parts[0].data() - window.text.data());
        out.push_back({custom_row.type,
                       custom_row.category,
                       custom_row.confidence,
                       {begin, begin + parts[0].size()},
                       parts[0].as_string(),
                       "pattern of the policy"});
      });
  keep_beginning_in(block, first, out);
}

PatternDetector::PatternDetector(std::size_t memory_budget)
    : impl_(std::make_unique<Impl>(memory_budget)) {}
PatternDetector::~PatternDetector() = default;

bool PatternDetector::add_row(const DetectorRow& row, std::string& error) {
  impl_->last_row = &row;
  if (row.over_text != nullptr) {
    impl_->over_text.push_back(&row);
    impl_->max_span = std::max(impl_->max_span, 2 * kGateReach);
    return true;
  }
  const std::string gate = announcing(row);
  const auto [known, added] = impl_->gates.try_emplace(gate, impl_->members.size());
  if (added) {
    if (impl_->set.Add(gate, &error) < 0) {
      impl_->gates.erase(known);
      return false;
    }
    impl_->members.emplace_back().gate =
        std::make_unique<const RE2>(gate, quiet_options(kPatternMemory));
  }
  Impl::Member& member = impl_->members[known->second];
  PackRow& pack_row = impl_->rows.emplace_back(row, *member.gate, quiet_options(kPatternMemory));
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
  const std::size_t gate_length = longest_match(gate).value_or(kGateReach);
  if (pack_row.sought()) {
    impl_->add_sought(pack_row, member);
  } else {
    if (row.max_span > 0) pack_row.span = std::min(row.max_span, kShippedSpan);
    member.gated.push_back(&pack_row);
    impl_->any_labelled = impl_->any_labelled || row.labelled;
    impl_->longest_gate = std::max(impl_->longest_gate, gate_length);
    impl_->before = std::max(impl_->before, kGateReach);
    impl_->after = std::max(impl_->after, kGateReach + gate_length + kAssertionReach);
    impl_->max_span = std::max(impl_->max_span, kShippedSpan + kWidestContext + kGateReach +
                                                    gate_length + kAssertionReach);
  }
  return true;
}

void PatternDetector::Impl::add_sought(PackRow& pack_row, Member& member) {
  const std::size_t bound = longest_match(pack_row.row.pattern).value_or(kDefaultSpan);
  pack_row.span = std::min(pack_row.row.max_span > 0 ? pack_row.row.max_span : bound, kLongestSpan);
  member.sought.push_back(&pack_row);
  any_sought = true;
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
    impl_->find_labelled(pack_row, text, whole, found);
  } else if (pack_row.row.over_numbers != nullptr) {
    DigitGroups numbers;
    read_digit_groups(text, whole, numbers);
    pack_row.row.over_numbers(pack_row.row, text, numbers, found);
  } else {
    impl_->find_at_gates(pack_row, window, whole, found);
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
  if (impl_->set.Add(custom.pattern, &error) < 0) return false;
  row.span = std::min(longest_match(custom.pattern).value_or(kDefaultSpan), kLongestSpan);
  impl_->members.emplace_back().custom = &row;
  impl_->after = std::max(impl_->after, row.span + kAssertionReach);
  impl_->max_span = std::max(impl_->max_span, 2 * (row.span + kAssertionReach));
  return true;
}

bool PatternDetector::compile() {
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
  out.gates = impl_->members.size();
  out.memory_budget = impl_->memory_budget;
  const auto size = [](const RE2& re) { return static_cast<std::size_t>(re.ProgramSize()); };
  // A gate is compiled twice: into the set, and to be located.
  for (const Impl::Member& member : impl_->members)
    if (member.gate != nullptr) out.instructions += 2 * size(*member.gate);
  for (const PackRow& row : impl_->rows)
    if (!row.row.pattern.empty()) out.instructions += size(row.pattern);
  for (const CustomRow& row : impl_->custom) out.instructions += 2 * size(row.pattern);
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

void PatternDetector::Impl::find_gated(const Member& member, const Window& window, Range part,
                                       Range block, Numbers& numbers, Found& found) const {
  Findings& out = found.here;
  for (const PackRow* pack_row : member.gated) {
    if (pack_row->row.labelled) {
      const Range labels{std::max(part.begin, block.begin), std::min(part.end, block.end)};
      if (labels.begin < labels.end) find_labelled(*pack_row, window.text, labels, found.below);
      continue;
    }
    if (pack_row->row.over_numbers == nullptr) {
      find_at_gates(*pack_row, window, part, out);
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
      find_gated(members[static_cast<std::size_t>(hit)], window, part, block, numbers, found);
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
    const Member& member = members[static_cast<std::size_t>(hit)];
    any_gate = any_gate || !member.gated.empty();
    for (const PackRow* pack_row : member.sought) find_sought(*pack_row, window, block, found.here);
    if (member.custom != nullptr) find_custom(*member.custom, window, block, found.here);
  }
  return any_gate ? locate(window, block, hot, found) : ScanStatus::kDone;
}

// Labels before the fresh part whose columns may reach into it.
ScanStatus PatternDetector::Impl::scan_headings(const Window& window, Found& found) const {
  if (!any_labelled || window.fresh_begin == 0) return ScanStatus::kDone;
  const std::size_t from =
      window.fresh_begin > kColumnReach ? window.fresh_begin - kColumnReach : 0;
  Findings elsewhere;
  Found only_below{elsewhere, found.below};
  bool hot = false;
  return scan_block(window, {from, window.fresh_begin}, hot, only_below);
}

ScanStatus PatternDetector::scan(const Window& window, Findings& out) const {
  const Range fresh{window.fresh_begin, window.fresh_end};
  for (const DetectorRow* row : impl_->over_text) row->over_text(*row, window.text, fresh, out);
  if (impl_->members.empty()) return ScanStatus::kDone;
  Findings below;
  Impl::Found found{out, below};
  if (impl_->scan_headings(window, found) == ScanStatus::kCouldNotDecide)
    return ScanStatus::kCouldNotDecide;
  bool hot = false;  // the last block held gates: the next one probably does
  for (std::size_t begin = window.fresh_begin; begin < window.fresh_end; begin += kBlock) {
    const Range block{begin, std::min(window.fresh_end, begin + kBlock)};
    const std::size_t first = out.size();
    const ScanStatus status = impl_->scan_block(window, block, hot, found);
    keep_beginning_in(block, first, out);
    if (status == ScanStatus::kCouldNotDecide) return status;
  }
  keep_beginning_in(fresh, 0, below);
  std::move(below.begin(), below.end(), std::back_inserter(out));
  return ScanStatus::kDone;
}

}  // namespace sekisho::filters
