#include "policy/row_joins.h"

#include <algorithm>
#include <utility>

namespace sekisho::policy {
namespace {

using filters::Finding;
using filters::Range;
using filters::ScanStatus;
using filters::TextChunk;

constexpr std::size_t kShortest = 2, kLongest = 256;  // bytes of a cell
constexpr std::size_t kTogether = 8u << 10;           // bytes read at once
// Cells of a row lie within 300 characters, of four bytes at most.
constexpr std::size_t kOverlap = 1200 + 2 * kLongest;
constexpr char kBorder = '\n';

// Of the body itself alone: cells outlive the layers that lie between (a part of a multipart body).
bool is_cell(const TextChunk& chunk) {
  const bool field = chunk.coding == filters::Coding::kForm;
  return chunk.place == filters::Place::kBody && chunk.outer == nullptr &&
         (chunk.root_json || field) && !chunk.is_key && !chunk.again && !chunk.holds_json &&
         chunk.text.size() >= kShortest && chunk.text.size() <= kLongest;
}

}  // namespace

RowJoins::RowJoins(const filters::DetectorSet& set, Found found)
    : lists_(set.detectors_of("dataset:")), found_(std::move(found)) {}

ScanStatus RowJoins::see(const TextChunk& chunk) {
  if (lists_.empty() || !is_cell(chunk)) return ScanStatus::kDone;
  Cell& cell = cells_.emplace_back(Cell{chunk, {joined_.size(), joined_.size()}});
  joined_ += chunk.text;
  cell.range.end = joined_.size();
  cell.chunk.text = {};
  joined_ += kBorder;
  if (joined_.size() < kTogether) return ScanStatus::kDone;
  const ScanStatus status = read();
  keep_last();
  return status;
}

ScanStatus RowJoins::finish() {
  const ScanStatus status = cells_.size() < 2 ? ScanStatus::kDone : read();
  cells_.clear();
  joined_.clear();
  return status;
}

ScanStatus RowJoins::read() {
  filters::Window window;
  window.text = joined_;
  window.fresh_end = joined_.size();
  window.begins_text = window.ends_text = true;
  ScanStatus status = ScanStatus::kDone;
  filters::Findings found;
  for (const filters::Detector* list : lists_)
    if (list->scan(window, found) == ScanStatus::kCouldNotDecide)
      status = ScanStatus::kCouldNotDecide;
  for (Finding& finding : found) place(std::move(finding));
  return status;
}

// A value over more than one cell is told in each of them.
void RowJoins::place(Finding finding) {
  const Range whole = finding.range;
  auto cell = std::partition_point(cells_.begin(), cells_.end(),
                                   [whole](const Cell& c) { return c.range.end <= whole.begin; });
  for (; cell != cells_.end() && cell->range.begin < whole.end; ++cell) {
    const std::size_t begin = std::max(cell->range.begin, whole.begin);
    const std::size_t end = std::min(cell->range.end, whole.end);
    if (begin >= end) continue;
    Finding part = finding;
    part.range = {begin - cell->range.begin, end - cell->range.begin};
    cell->chunk.text = std::string_view(joined_).substr(cell->range.begin, cell->range.size());
    found_(cell->chunk, std::move(part));
  }
}

// The last cells are read again with those that follow.
void RowJoins::keep_last() {
  const std::size_t from = joined_.size() - std::min(joined_.size(), kOverlap);
  const auto first = std::partition_point(cells_.begin(), cells_.end(),
                                          [from](const Cell& c) { return c.range.begin < from; });
  const std::size_t cut = first == cells_.end() ? joined_.size() : first->range.begin;
  cells_.erase(cells_.begin(), first);
  joined_.erase(0, cut);
  for (Cell& cell : cells_) cell.range = {cell.range.begin - cut, cell.range.end - cut};
}

}  // namespace sekisho::policy
