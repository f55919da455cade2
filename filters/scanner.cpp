#include "filters/scanner.h"

#include <algorithm>

#include "filters/overlap.h"
#include "filters/views/hidden_text.h"
#include "filters/views/view_scan.h"

namespace sekisho::filters {
namespace {

// Windows lie on a fixed grid of the whole text, so that pieces of any size give the same windows
// and findings.
constexpr std::size_t kStep = 128u << 10;

}  // namespace

Scanner::Scanner(const DetectorSet& set)
    : set_(set), views_(std::make_unique<ViewScan>(set, 0, 0, nullptr)) {}

Scanner::Scanner(const DetectorSet& set, int layers, int views, ViewBudget& budget)
    : set_(set), views_(std::make_unique<ViewScan>(set, layers, views, &budget)) {}

Scanner::~Scanner() = default;

void Scanner::begin() {
  begin_with({});
}

void Scanner::begin_with(const ViewFocus& focus) {
  views_->begin(focus);
  held_.clear();
  held_offset_ = 0;
  decided_ = 0;
  failed_ = false;
  pending_.clear();
}

// Scans [decided_, end) of the whole text, of which `held` is what is at hand, beginning at
// `offset`.
ScanStatus Scanner::scan_window(std::string_view held, std::size_t offset, std::size_t end,
                                bool ends_text, Findings& out) {
  const std::size_t reach = set_.max_span();
  const std::size_t from = std::max(offset, decided_ > reach ? decided_ - reach : 0);
  const std::size_t to = std::min(offset + held.size(), end + reach);
  Window window;
  window.text = held.substr(from - offset, to - from);
  window.offset = from;
  window.fresh_begin = decided_ - from;
  window.fresh_end = end - from;
  window.begins_text = from == 0;
  window.ends_text = ends_text && to == offset + held.size();
  const std::size_t first = pending_.size();
  for (const Detector* detector : set_.detectors()) {
    if (detector->scan(window, pending_) == ScanStatus::kCouldNotDecide) failed_ = true;
  }
  for (std::size_t i = first; i < pending_.size(); ++i) {
    pending_[i].range.begin += from;
    pending_[i].range.end += from;
  }
  if (views_->scan(window, pending_) == ScanStatus::kCouldNotDecide) failed_ = true;
  decided_ = end;
  release(end, out);
  return failed_ ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

// Gives out what no later finding can overlap.
void Scanner::release(std::size_t decided, Findings& out) {
  if (pending_.empty()) return;
  resolve_overlaps(pending_, [this](const Finding& f) {
    return f.type == kHiddenTextType || set_.is_custom(f.type);
  });
  const auto open =
      std::stable_partition(pending_.begin(), pending_.end(),
                            [decided](const Finding& f) { return f.range.end <= decided; });
  for (auto it = pending_.begin(); it != open; ++it) {
    if (!set_.allowed_value(it->normalised)) out.push_back(std::move(*it));
  }
  pending_.erase(pending_.begin(), open);
}

ScanStatus Scanner::push(std::string_view piece, Findings& out) {
  held_.append(piece);
  const std::size_t reach = set_.max_span();
  while (held_offset_ + held_.size() >= decided_ + kStep + reach)
    scan_window(held_, held_offset_, decided_ + kStep, false, out);
  const std::size_t keep_from = decided_ > reach ? decided_ - reach : 0;
  if (keep_from > held_offset_ && keep_from - held_offset_ >= kStep) {
    held_.erase(0, keep_from - held_offset_);
    held_offset_ = keep_from;
  }
  return failed_ ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

ScanStatus Scanner::finish(Findings& out) {
  return finish_with(held_, held_offset_, out);
}

ScanStatus Scanner::finish_with(std::string_view held, std::size_t offset, Findings& out) {
  const std::size_t size = offset + held.size();
  while (decided_ < size) scan_window(held, offset, std::min(size, decided_ + kStep), true, out);
  if (views_->finish(pending_) == ScanStatus::kCouldNotDecide) failed_ = true;
  release(size, out);
  return failed_ ? ScanStatus::kCouldNotDecide : ScanStatus::kDone;
}

ScanStatus Scanner::scan(std::string_view text, Findings& out) {
  return scan(text, out, {});
}

ScanStatus Scanner::scan(std::string_view text, Findings& out, const ViewFocus& focus) {
  begin_with(focus);
  return finish_with(text, 0, out);
}

}  // namespace sekisho::filters
