#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// The findings of a list by where they stand, so that those beside a place are found without a look
// at each: a dense text has thousands in a window. Only [begin, end) of the text is asked about.
class Places {
 public:
  void begin(Range of) {
    of_ = of;
    known_ = 0;
    entries_.clear();
    newest_.assign(of.size() / kCell + 1, kNone);
  }
  // Learns of those before `count`.
  void learn(const Findings& findings, std::size_t count) {
    for (; known_ < count; ++known_) {
      const Range r = findings[known_].range;
      if (r.begin >= of_.end || r.end <= of_.begin) continue;
      const std::size_t last = last_cell({r.begin, std::min(r.end, of_.end)});
      for (std::size_t i = cell_of(std::max(r.begin, of_.begin)); i <= last; ++i) {
        entries_.push_back({known_, newest_[i]});
        newest_[i] = entries_.size() - 1;
      }
    }
  }
  // Whether `holds` of one that overlaps `r`.
  template <class Holds>
  bool any(const Findings& findings, Range r, Holds holds) const {
    for (std::size_t i = cell_of(r.begin); i <= last_cell(r); ++i)
      for (std::size_t at = newest_[i]; at != kNone; at = entries_[at].older) {
        const Finding& f = findings[entries_[at].finding];
        if (f.range.begin < r.end && r.begin < f.range.end && holds(f)) return true;
      }
    return false;
  }

 private:
  static constexpr std::size_t kCell = 64;  // bytes
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t cell_of(std::size_t at) const { return (at - of_.begin) / kCell; }
  std::size_t last_cell(Range r) const { return cell_of(std::max(r.begin + 1, r.end) - 1); }

  struct Entry {
    std::size_t finding, older;  // the one before it in its cell
  };
  Range of_;
  std::size_t known_ = 0;
  std::vector<std::size_t> newest_;  // entry of each cell
  std::vector<Entry> entries_;
};

}  // namespace sekisho::filters
