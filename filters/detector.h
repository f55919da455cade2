#pragma once

#include <cstddef>
#include <string_view>

#include "filters/finding.h"

namespace sekisho::filters {

enum class ScanStatus { kDone, kCouldNotDecide };

// A piece of a longer text. Offsets of findings are absolute: `offset` + position in `text`.
struct Window {
  std::string_view text;                       // context before, fresh text, look-ahead after
  std::size_t offset = 0;                      // of text[0] in the whole text
  std::size_t fresh_begin = 0, fresh_end = 0;  // in `text`
  bool begins_text = false;                    // text[0] is the first byte of the whole text
  bool ends_text = false;                      // text ends with the whole text
};

// Immutable, shared by all threads.
class Detector {
 public:
  virtual ~Detector() = default;
  virtual std::string_view name() const = 0;
  // Bytes; the longest text one finding may cover, with the context it looks at on each side.
  virtual std::size_t max_span() const = 0;
  // Appends the findings that BEGIN inside the fresh part (each then belongs to exactly one window
  // of any partition). kCouldNotDecide (memory budget spent, …) must be treated as a finding.
  virtual ScanStatus scan(const Window& window, Findings& out) const = 0;
};

}  // namespace sekisho::filters
