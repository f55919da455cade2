#pragma once

// Looks at a text in every other way it may be read, and tells findings by where they stand in the
// text itself. Views are made of windows that lie on the scanner's grid, so that splitting a text
// changes nothing.

#include <cstddef>
#include <memory>
#include <string_view>

#include "filters/detector.h"
#include "filters/finding.h"

namespace sekisho::filters {

class DetectorSet;
class ViewText;

// Of a text that is a view: only what touches the view's patches is new, and ways of reading that
// come before or at `after` were tried on it before.
struct ViewFocus {
  const ViewText* view = nullptr;
  int after = -1;
};

// What may be made of one text, all views together. Grows with what was read: hostile input costs
// linear time.
class ViewBudget {
 public:
  static constexpr std::size_t kFactor = 8;            // bytes made for each byte read
  static constexpr std::size_t kFree = 256u << 10;     // and these
  static constexpr std::size_t kInflated = 32u << 20;  // out of compressed blobs

  void read(std::size_t bytes) { given_ += kFactor * bytes; }
  // False when it is spent.
  bool take(std::size_t bytes);
  bool inflate(std::size_t bytes);
  std::size_t used() const { return used_; }

 private:
  std::size_t given_ = kFree, used_ = 0, inflated_ = 0;
};

// So many encodings within one another are undone.
inline constexpr int kMostLayers = 6;

class ViewScan {
 public:
  // `layers` = encodings undone to get at the text; `budget` of the outermost text, nullptr = this
  // is it.
  ViewScan(const DetectorSet& set, int layers, int views, ViewBudget* budget);
  ~ViewScan();

  void begin(ViewFocus focus);
  // Appends the findings that begin in the fresh part of the window, and those of longer encodings
  // that end there; absolute offsets. kCouldNotDecide: the budget is spent, or more is wrapped up
  // than may be undone.
  ScanStatus scan(const Window& window, Findings& out);
  ScanStatus finish(Findings& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::filters
