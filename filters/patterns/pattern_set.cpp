// Rows and patterns that the set finds, block by block.

#include <algorithm>
#include <iterator>

#include "filters/patterns/pattern_detector_impl.h"
#include "filters/table.h"

namespace sekisho::filters {
namespace {

// Text is looked through in blocks: long enough that a call of the set costs nothing, short enough
// that the spans sought after a hit stay few.
constexpr std::size_t kBlock = 16u << 10;
// After a hit the gates are located in pieces of a block.
constexpr std::size_t kPiece = 1u << 10;

// One that began before the block may reach into it.
std::size_t before_block(Range block, std::size_t span) {
  return block.begin > span ? block.begin - span : 0;
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
  const std::size_t near = window.fresh_begin - std::min(window.fresh_begin, kGateReach);
  std::vector<Range> parts = headings_over(window.text, window.fresh_begin);
  for (Range& part : parts) part.end = std::min(part.end, near);
  parts.push_back({near, window.fresh_begin});
  Findings elsewhere;
  Found only_below{elsewhere, found.below};
  for (const Range part : parts) {
    bool hot = false;
    if (part.begin < part.end &&
        scan_block(window, part, hot, only_below) == ScanStatus::kCouldNotDecide)
      return ScanStatus::kCouldNotDecide;
  }
  return ScanStatus::kDone;
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

}  // namespace sekisho::filters
