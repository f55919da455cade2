#pragma once

// Runs a DetectorSet over one text given in any pieces. Laws, each a test: findings are equal for
// every way of splitting the text; each finding once, absolute offsets; memory bounded by max_span
// + one piece.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "filters/detector_set.h"

namespace sekisho::filters {

class ViewBudget;
struct ViewFocus;
class ViewScan;

class Scanner {
 public:
  explicit Scanner(const DetectorSet& set);
  // Of a text that was made from another one: `layers` encodings deep, the `views`th way of reading
  // it. The budget is the outermost text's.
  Scanner(const DetectorSet& set, int layers, int views, ViewBudget& budget);
  ~Scanner();

  // Starts a new text (state of the last one is dropped).
  void begin();
  // Appends findings that are final so far. Pieces of at most 256 KiB keep a caller's turn short.
  ScanStatus push(std::string_view piece, Findings& out);
  ScanStatus finish(Findings& out);

  // The whole text at once, no copy made: begin + push + finish.
  ScanStatus scan(std::string_view text, Findings& out);
  // The same of a view.
  ScanStatus scan(std::string_view text, Findings& out, const ViewFocus& focus);

 private:
  ScanStatus scan_window(std::string_view held, std::size_t offset, std::size_t end, bool ends_text,
                         Findings& out);
  ScanStatus finish_with(std::string_view held, std::size_t offset, Findings& out);
  void begin_with(const ViewFocus& focus);
  void release(std::size_t decided, Findings& out);

  const DetectorSet& set_;
  std::unique_ptr<ViewScan> views_;
  std::string held_;  // context and look-ahead
  std::size_t held_offset_ = 0;
  std::size_t decided_ = 0;  // findings beginning before this offset are out
  bool failed_ = false;
  Findings pending_;  // reach past decided_: a later one may overlap them
};

}  // namespace sekisho::filters
