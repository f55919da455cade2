#pragma once

// Whether a number that passes a check digit belongs to other ones: ids, lots, orders, of which one
// in ten passes by chance.

#include <cstddef>
#include <string_view>
#include <vector>

#include "filters/digit_groups.h"
#include "filters/finding.h"
#include "filters/pack.h"

namespace sekisho::filters {

using NumberCheck = bool (*)(std::string_view digits);

// Of the numbers of a text that consist of `groups` groups of one size. Where many are asked about
// in order, what stands around them is read once.
class OtherNumbers {
 public:
  OtherNumbers(std::string_view text, std::size_t groups, NumberCheck valid)
      : text_(text), groups_(groups), valid_(valid) {}
  // Whether those of the form of `number` that stand near, or those of its column, are mostly no
  // valid ones.
  bool are_around(Range number);

 private:
  bool stand_around(Range number);
  void read(Range near);
  bool has_form(std::size_t at, std::size_t own) const;
  bool holds(std::size_t at);

  std::string_view text_;
  std::size_t groups_;
  NumberCheck valid_;
  Range read_;
  DigitGroups all_;  // there
  enum class Verdict : char { kUnknown, kValid, kOther };
  std::vector<Verdict> verdicts_;  // of the number that each of them begins
};

// "支払番号：", "payment no", "orderId" before a number or above its column: the name of a number,
// without a word of the row's context and not just "番号".
bool names_other_number(const DetectorRow& row, std::string_view text, Range number);

}  // namespace sekisho::filters
