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

// How many valid numbers there are, and how many others.
struct NumberCounts {
  std::size_t such = 0, others = 0;

  void add(bool valid) { ++(valid ? such : others); }
  NumberCounts since(const NumberCounts& earlier) const {
    return {such - earlier.such, others - earlier.others};
  }
};

// "64, 62457, 3882566555772711, 1143417388, 5": numbers of a line that commas part, each checked
// once however many of them are asked about.
class RowOfNumbers {
 public:
  explicit RowOfNumbers(NumberCheck valid) : valid_(valid) {}
  // Whether `part`, of one line, is of such numbers only, and most of them are no valid ones.
  bool are_others(std::string_view text, Range part);

 private:
  struct Cell {
    std::size_t end;      // its comma, or the end of what was read
    NumberCounts counts;  // of the cells up to it
  };
  void read(std::string_view text, Range where);
  void count(std::string_view cell, NumberCounts& counts) const;

  NumberCheck valid_;
  Range read_;  // nothing else stands there
  std::vector<Cell> cells_;
};

// Of the numbers of a text that consist of `groups` groups of one size. Where many are asked about
// in order, what stands around them is read once.
class OtherNumbers {
 public:
  OtherNumbers(std::string_view text, std::size_t groups, NumberCheck valid)
      : text_(text), groups_(groups), valid_(valid), row_(valid) {}
  // Whether those of the form of `number` that stand near, or those of its column, are mostly no
  // valid ones.
  bool are_around(Range number);

 private:
  bool stand_around(Range number);
  void read(Range near);
  bool has_form(std::size_t at, std::size_t own) const;
  bool holds(std::size_t at);
  bool begins_moment(std::size_t at) const;
  // Of single groups of `digits` digits.
  const std::vector<NumberCounts>& counts_of(std::size_t digits);

  std::string_view text_;
  std::size_t groups_;
  NumberCheck valid_;
  Range read_;
  DigitGroups all_;  // there
  enum class Verdict : char { kUnknown, kValid, kOther };
  std::vector<Verdict> verdicts_;     // of the number that each of them begins
  std::vector<NumberCounts> counts_;  // of those before each of them, and of all
  std::size_t counted_digits_ = 0;    // of each
  RowOfNumbers row_;
};

// "支払番号：", "payment no", "orderId" before a number or above its column: the name of a number,
// without a word of the row's context and not just "番号".
bool names_other_number(const DetectorRow& row, std::string_view text, Range number);

}  // namespace sekisho::filters
