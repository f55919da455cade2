#pragma once

// Numbers whose groups or digits have anything between that is no part of a number: signs of
// several kinds, brackets around each, emoji, words ("4532 dash 0151", "上4桁は4532、次は0151"),
// or that stand in a column, a group a line. Only those are joined that prove themselves.

#include <cstddef>
#include <string_view>

#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"

namespace sekisho::filters {

// Asked for places of a text in order.
class LooseNumbers {
 public:
  LooseNumbers(std::string_view text, PulledApart out) : text_(text), out_(out) {}
  // From the digits [at, end) on; the end of the number when it was joined, 0 otherwise.
  std::size_t join(std::size_t at, std::size_t end) {
    // Cheap: most digits are a cell of a row, or a part of a time.
    const char sign = end < text_.size() ? text_[end] : '\0';
    const bool cell =
        (sign == ',' || sign == ':' || sign == '.' || sign == '\n') && digit_at(text_, end + 1) &&
        !(sign == '.' && end - at == 4 && digit_at(text_, end + 4) && !digit_at(text_, end + 5));
    return at < seen_ || cell ? 0 : join_from(at, end);
  }

 private:
  std::size_t join_from(std::size_t at, std::size_t end);

  std::string_view text_;
  PulledApart out_;
  std::size_t seen_ = 0;  // what begins before was read
};
// Cheap: whether a number may go on over the sign or word at `at`, which parts no usual groups.
bool may_part_digits(std::string_view text, std::size_t at);

// Asked for line ends in order.
class NumberColumns {
 public:
  NumberColumns(std::string_view text, PulledApart out) : text_(text), out_(out) {}
  // From the last digits of the line that ends at `end` on. Whether the line belongs to a number.
  bool join(std::size_t end) {
    // Cheap: most lines end with a word or a sign of code.
    static constexpr CharSet kEnds = kAsciiDigits | CharSet(" |\"',\r\\");
    return end < until_ || (end > 0 && kEnds.has(text_[end - 1]) && join_group(end));
  }

 private:
  bool join_group(std::size_t end);
  bool goes_on(std::size_t end);
  std::size_t join_from(Range first, std::size_t end);

  std::string_view text_;
  PulledApart out_;
  std::size_t newest_ = std::string_view::npos;  // the end of the newest line that ends with digits
  std::size_t until_ = 0;                        // the end of the last number
};

}  // namespace sekisho::filters
