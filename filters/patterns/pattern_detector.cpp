#include "filters/patterns/pattern_detector.h"

#include <algorithm>

#include "filters/evidence.h"
#include "filters/patterns/pattern_detector_impl.h"
#include "filters/table.h"
#include "filters/values/assignment.h"
#include "filters/values/label_line.h"

namespace sekisho::filters {
namespace {

// A finding of this confidence is what a rule looks at unless it says otherwise.
constexpr double kMedium = 0.60;

// Whether a row's findings would be looked at.
bool any_sure(const DetectorRow& row, const Findings& found) {
  const double highest = row.confidence.highest();
  const double enough = highest > 0 ? std::min(kMedium, highest) : kMedium;
  return std::any_of(found.begin(), found.end(),
                     [enough](const Finding& f) { return f.confidence >= enough; });
}

}  // namespace

PatternDetector::PatternDetector(std::size_t memory_budget)
    : impl_(std::make_unique<Impl>(memory_budget)) {}
PatternDetector::~PatternDetector() = default;

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

// Of labels to the last cell below them, of matches to where the next may begin.
std::size_t PatternDetector::Impl::reach_of(const Gate& gate) {
  std::size_t reach = 0;
  for (const PackRow* row : gate.gated)
    reach = std::max(reach, row->row.labelled ? kColumnReach : kGateReach);
  for (const PackRow* row : gate.sought) reach = std::max(reach, row->span);
  return reach;
}

bool PatternDetector::compile() {
  if (!impl_->announce_custom()) return false;
  for (auto& [pattern, gate] : impl_->gates) {
    gate.reach = Impl::reach_of(gate);
    gate.rows_at_border = Impl::all_begin_at_border(gate);
  }
  for (Impl::Gate& gate : impl_->sought_gates) gate.reach = Impl::reach_of(gate);
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
  out.gates = impl_->gates.size() + impl_->custom_anchors.size() + impl_->custom_gates.size();
  out.memory_budget = impl_->memory_budget;
  out.unannounced = impl_->members.size();
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

ScanStatus PatternDetector::scan(const Window& window, Findings& out) const {
  const TableMemo tables;
  const LabelLines labels;
  const EvidenceMemo evidence;
  const ValueRuns values;
  const Range fresh{window.fresh_begin, window.fresh_end};
  const std::size_t first = out.size();
  for (const DetectorRow* row : impl_->over_text) row->over_text(*row, window.text, fresh, out);
  impl_->scan_words(window, out);
  impl_->scan_numbers(window, out);
  impl_->scan_custom(window, out);
  keep_beginning_in(fresh, first, out);
  return impl_->members.empty() ? ScanStatus::kDone : impl_->scan_set(window, out);
}

}  // namespace sekisho::filters
