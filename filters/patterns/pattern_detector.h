#pragma once

// The engine: one pass for words and one for digits say where a row may begin, one for anchors
// where a pattern of the policy may; what none of them announces is a member of one RE2::Set. Only
// there are spans sought.

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "filters/detector.h"
#include "filters/detector_set.h"
#include "filters/pack.h"

namespace sekisho::filters {

class PatternDetector : public Detector {
 public:
  // A pattern sought without a gate finds matches up to its own bound, or up to so many bytes where
  // it has none or a greater one.
  static constexpr std::size_t kDefaultSpan = 2u << 10;
  static constexpr std::size_t kLongestSpan = 16u << 10;

  explicit PatternDetector(std::size_t memory_budget);
  ~PatternDetector() override;

  // `row` must live as long as the detector. False and `error` filled when it does not compile.
  bool add_row(const DetectorRow& row, std::string& error);
  // Whether the row added last, alone, finds its type in `text` as surely as rules ask for unless
  // they say otherwise (or as surely as it ever is, where that is less).
  bool last_row_finds(std::string_view text) const;
  // False and `error` filled when it does not compile or matches the empty text. `type` and
  // `category` must outlive the detector.
  bool add_custom(const CustomPattern& custom, std::string_view type, std::string_view category,
                  std::string& error);
  // False when the set does not fit the memory budget. No row can be added afterwards.
  bool compile();

  // Whether custom pattern `index` (in order of adding) is found in `text`.
  bool custom_matches(std::size_t index, std::string_view text) const;

  Footprint footprint() const;

  std::string_view name() const override { return "patterns"; }
  std::size_t max_span() const override;
  ScanStatus scan(const Window& window, Findings& out) const override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::filters
