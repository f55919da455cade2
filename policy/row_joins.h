#pragma once

// Rows of a registered list whose cells stand in strings of their own, as a program passes them on:
// {"name": "…", "tel": "…"}. Short strings of a body are read together, one after the other, by the
// detectors of lists alone.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "filters/bodies/text_chunk.h"
#include "filters/detector_set.h"

namespace sekisho::policy {

class RowJoins {
 public:
  // Takes what was found in the text of one cell.
  using Found = std::function<void(const filters::TextChunk& cell, filters::Finding finding)>;

  RowJoins(const filters::DetectorSet& set, Found found);

  // Sees a string, number or form field of the body; strings that are no cells are left out.
  // kCouldNotDecide as the detectors say it.
  filters::ScanStatus see(const filters::TextChunk& chunk);
  // What was seen and not read yet.
  filters::ScanStatus finish();

 private:
  struct Cell {
    filters::TextChunk chunk;  // its text is that of joined_
    filters::Range range;      // in joined_
  };
  filters::ScanStatus read();
  void place(filters::Finding finding);
  void keep_last();

  std::vector<const filters::Detector*> lists_;
  Found found_;
  std::string joined_;
  std::vector<Cell> cells_;
};

}  // namespace sekisho::policy
