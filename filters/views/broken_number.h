#pragma once

// Numbers that are broken at line ends: the groups before and behind say what stood there.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "filters/views/pieces.h"

namespace sekisho::filters {

inline bool is_number_char(char c) {
  return kAsciiDigits.has(c) || c == ' ' || c == '-' || c == '.';
}

// "4443" … "0003-2424-1683", "4485 0768 5406" … "8273": the sign between the groups of a number
// that is broken between two of them, which stood there as well; "": it is none of those.
std::string_view sign_at_break(std::string_view number, std::string_view next);

// The number that is broken at line ends: what of it was seen, and where it goes on.
class BrokenNumber {
 public:
  explicit BrokenNumber(std::string_view text) : text_(text) {}

  // Takes what ends at `end`, behind what was broken off before or alone; how many digits it has.
  std::size_t take(std::size_t end) {
    constexpr std::size_t kLongest = 24;
    const bool goes_on = next_ < end && end - next_ < kLongest && all_of_number(next_, end);
    std::size_t begin = goes_on ? next_ : end;
    if (!goes_on) {
      seen_.clear();
      digits_ = 0;
      while (begin > 0 && end - begin < kLongest && is_number_char(text_[begin - 1])) --begin;
    }
    if (end > begin) seen_.append(text_.data() + begin, end - begin);
    digits_ += digits_in(text_.substr(begin, end - begin));
    // No number is longer; a column of figures would be counted again at each of its lines.
    constexpr std::size_t kMostSeen = 64;
    if (seen_.size() > kMostSeen) seen_.erase(0, seen_.size() - kMostSeen);
    return digits_;
  }
  // It goes on at `next`, with `sign` before.
  void break_off(std::size_t next, std::string_view sign) {
    next_ = next;
    seen_ += sign;
  }
  std::string_view seen() const { return seen_; }
  // A hyphen stands between two of its digits.
  bool has_hyphen() const {
    for (std::size_t i = 1; i + 1 < seen_.size(); ++i)
      if (seen_[i] == '-' && digit_at(seen_, i - 1) && digit_at(seen_, i + 1)) return true;
    return false;
  }

 private:
  bool all_of_number(std::size_t begin, std::size_t end) const {
    const std::string_view piece = text_.substr(begin, end - begin);
    return std::all_of(piece.begin(), piece.end(), is_number_char);
  }
  static std::size_t digits_in(std::string_view piece) {
    return static_cast<std::size_t>(
        std::count_if(piece.begin(), piece.end(), [](char c) { return kAsciiDigits.has(c); }));
  }

  std::string_view text_;
  std::string seen_;
  std::size_t digits_ = 0;
  std::size_t next_ = std::string_view::npos;
};

}  // namespace sekisho::filters
