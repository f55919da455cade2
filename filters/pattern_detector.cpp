#include "filters/pattern_detector.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>

#include "filters/digit_groups.h"
#include "filters/pattern_length.h"

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

// A shipped row with its compiled parts.
struct ShippedRow {
  ShippedRow(const DetectorRow& r, const RE2::Options& options)
      : row(r), gate(std::string(r.gate), options), pattern(std::string(r.pattern), options) {}

  const DetectorRow& row;
  RE2 gate;
  RE2 pattern;  // of an empty pattern: unused
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
  explicit Impl(std::size_t memory_budget) : set(quiet_options(memory_budget), RE2::UNANCHORED) {}

  // What each pattern of the set announces; rows with the same gate share one.
  struct Member {
    std::vector<const ShippedRow*> shipped;
    const CustomRow* custom = nullptr;
  };
  // Of the piece last looked at, read when the first row asks for them.
  struct Numbers {
    Range of;
    DigitGroups groups;
  };

  bool which(std::string_view text, Range range, std::vector<int>& hits,
             RE2::Set::ErrorInfo& error) const;
  ScanStatus scan_block(const Window& window, Range block, bool& hot, Findings& out) const;
  ScanStatus locate(const Window& window, Range block, bool& seen, Findings& out) const;
  void find_shipped(const Member& member, const Window& window, Range part, Numbers& numbers,
                    Findings& out) const;
  void find_at_gates(const ShippedRow& shipped, const Window& window, Range where,
                     Findings& out) const;
  void find_custom(const CustomRow& custom, const Window& window, Range block, Findings& out) const;

  RE2::Set set;
  std::vector<Member> members;
  std::map<std::string, std::size_t, std::less<>> gates;  // to its member
  std::deque<ShippedRow> shipped;
  std::deque<CustomRow> custom;
  std::size_t before = kAssertionReach,
              after = kAssertionReach;  // what the set must see around a block
  std::size_t max_span = kAssertionReach;
  std::size_t longest_gate = 0;
};

namespace {

// Appends what a token row finds where its gate stands; the end of the match, or of the gate where
// there is none.
std::size_t match_token(const ShippedRow& shipped, std::string_view text, Range gate,
                        Findings& out) {
  const DetectorRow& row = shipped.row;
  // Cheap, and keeps a long run of gates from being matched at each of them.
  if (!border_holds(text, gate, row.left, Border::kNone)) return gate.end;
  re2::StringPiece parts[2];
  const int groups = std::min(1, shipped.pattern.NumberOfCapturingGroups());
  const std::size_t limit = std::min(text.size(), gate.begin + kShippedSpan);
  if (!shipped.pattern.Match(piece(text), gate.begin, limit, RE2::ANCHOR_START, parts, groups + 1))
    return gate.end;
  const re2::StringPiece value = groups > 0 && parts[1].data() != nullptr ? parts[1] : parts[0];
  const std::size_t begin = static_cast<std::size_t>(value.data() - text.data());
  TokenMatch match{text, {begin, begin + value.size()}};
  if (!border_holds(text, match.range, row.left, row.right)) return gate.end;
  const double confidence =
      row.check != nullptr ? row.check(match, row.confidence) : row.confidence;
  if (confidence <= 0) return gate.end;
  out.push_back(make_finding(row, confidence, match.range, std::string(match.value())));
  return std::max(gate.end, match.range.end);
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
void PatternDetector::Impl::find_at_gates(const ShippedRow& found_row, const Window& window,
                                          Range where, Findings& out) const {
  const std::size_t limit =
      std::min(window.text.size(), where.end + longest_gate + kAssertionReach);
  std::size_t pos = where.begin;
  re2::StringPiece gate;
  while (pos < where.end &&
         found_row.gate.Match(piece(window.text), pos, limit, RE2::UNANCHORED, &gate, 1)) {
    const std::size_t begin = static_cast<std::size_t>(gate.data() - window.text.data());
    if (begin >= where.end) break;
    const Range place{begin, begin + gate.size()};
    if (found_row.row.at_gate != nullptr) {
      found_row.row.at_gate(found_row.row, window.text, place, out);
      pos = place.end;
    } else {
      pos = match_token(found_row, window.text, place, out);
    }
  }
}

void PatternDetector::Impl::find_custom(const CustomRow& custom_row, const Window& window,
                                        Range block, Findings& out) const {
  const std::string_view text = window.text;
  const std::size_t first = out.size();
  const std::size_t limit = std::min(text.size(), block.end + custom_row.span + kAssertionReach);
  // Matches do not overlap, so one that began before the block may reach into it.
  std::size_t pos = block.begin > custom_row.span ? block.begin - custom_row.span : 0;
  while (pos < block.end) {
    re2::StringPiece match;
    if (!custom_row.pattern.Match(piece(text.substr(0, limit)), pos, limit, RE2::UNANCHORED, &match,
                                  1))
      break;
    const std::size_t begin = static_cast<std::size_t>(match.data() - text.data());
    if (begin >= block.end) break;
    if (match.size() > custom_row.span) {
      // What the pattern finds within its span must not depend on where the block ends.
      const std::size_t cut = begin + custom_row.span;
      if (!custom_row.pattern.Match(piece(text.substr(0, cut)), begin, cut, RE2::ANCHOR_START,
                                    &match, 1) ||
          match.empty()) {
        pos = begin + 1;
        continue;
      }
    }
    if (match.empty()) {
      pos = begin + 1;
      continue;
    }
    const Range range{begin, begin + match.size()};
    out.push_back(
        {custom_row.type, custom_row.category, custom_row.confidence, range, match.as_string()});
    pos = range.end;
  }
  keep_beginning_in(block, first, out);
}

PatternDetector::PatternDetector(std::size_t memory_budget)
    : impl_(std::make_unique<Impl>(memory_budget)) {}
PatternDetector::~PatternDetector() = default;

bool PatternDetector::add_row(const DetectorRow& row, std::string& error) {
  const std::string gate(row.gate);
  const auto [known, added] = impl_->gates.try_emplace(gate, impl_->members.size());
  if (added) {
    if (impl_->set.Add(gate, &error) < 0) return false;
    impl_->members.emplace_back();
  }
  impl_->shipped.emplace_back(row, quiet_options(kPatternMemory));
  const RE2& pattern = impl_->shipped.back().pattern;
  if (!pattern.ok()) {
    error = pattern.error();
    return false;
  }
  const std::size_t gate_length = longest_match(row.gate).value_or(kGateReach);
  impl_->members[known->second].shipped.push_back(&impl_->shipped.back());
  impl_->longest_gate = std::max(impl_->longest_gate, gate_length);
  impl_->before = std::max(impl_->before, kGateReach);
  impl_->after = std::max(impl_->after, kGateReach + gate_length + kAssertionReach);
  impl_->max_span =
      std::max(impl_->max_span, kShippedSpan + kGateReach + gate_length + kAssertionReach);
  return true;
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

void PatternDetector::Impl::find_shipped(const Member& member, const Window& window, Range part,
                                         Numbers& numbers, Findings& out) const {
  for (const ShippedRow* shipped_row : member.shipped) {
    if (shipped_row->row.over_numbers == nullptr) {
      find_at_gates(*shipped_row, window, part, out);
      continue;
    }
    if (numbers.of != part) read_digit_groups(window.text, part, numbers.groups);
    numbers.of = part;
    shipped_row->row.over_numbers(shipped_row->row, window.text, numbers.groups, out);
  }
}

// Looks for gates piece by piece. `seen` tells whether there was any.
ScanStatus PatternDetector::Impl::locate(const Window& window, Range block, bool& seen,
                                         Findings& out) const {
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
      find_shipped(members[static_cast<std::size_t>(hit)], window, part, numbers, out);
  }
  return ScanStatus::kDone;
}

// Admin's patterns are sought over the whole block, gates in its pieces.
ScanStatus PatternDetector::Impl::scan_block(const Window& window, Range block, bool& hot,
                                             Findings& out) const {
  if (hot && custom.empty()) return locate(window, block, hot, out);
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
    any_gate = any_gate || !member.shipped.empty();
    if (member.custom != nullptr) find_custom(*member.custom, window, block, out);
  }
  return any_gate ? locate(window, block, hot, out) : ScanStatus::kDone;
}

ScanStatus PatternDetector::scan(const Window& window, Findings& out) const {
  if (impl_->members.empty()) return ScanStatus::kDone;
  bool hot = false;  // the last block held gates: the next one probably does
  for (std::size_t begin = window.fresh_begin; begin < window.fresh_end; begin += kBlock) {
    const Range block{begin, std::min(window.fresh_end, begin + kBlock)};
    const std::size_t first = out.size();
    const ScanStatus status = impl_->scan_block(window, block, hot, out);
    keep_beginning_in(block, first, out);
    if (status == ScanStatus::kCouldNotDecide) return status;
  }
  return ScanStatus::kDone;
}

}  // namespace sekisho::filters
