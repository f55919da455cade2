#pragma once

// One quick look over a text: where is anything that a view might undo? Everything else is never
// looked at again, so that clean text pays for this pass alone.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// What a block of 64 bytes may hold.
enum SurveyFlag : std::uint16_t {
  kOddCharacter = 1,  // one that is normalised away, deleted, or stands for an ASCII one
  kEscape = 2,        // \u0041 %41 &#65; =41 0<b>9</b>0 <~…
  kQuotes = 4,        // a literal that is joined to the next one
  kSingles = 8,       // characters that stand apart: "4 5 3 2"
  kManyDigits = 16,   // many digits
  kKanjiDigits = 32,  // two of 〇一二三… side by side
  kLongRun = 64,      // kLongRunSize or more letters and digits without a break
  kCells = 128,       // "|", or punctuation squeezed between values
  kLineEnd = 256,     // a line end or tab after what may be part of a token
};

class Survey {
 public:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kLongRunSize = 12;

  void read(std::string_view text);
  // Of all blocks together.
  std::uint16_t any() const { return any_; }
  // Neighbouring blocks with one of `flags`, each range widened by a block on both sides.
  std::vector<Range> ranges(std::uint16_t flags) const;
  // Where the characters of kOddCharacter stand.
  const std::vector<Range>& odd() const { return odd_; }

  // Whether this processor does 32 bytes at a time.
  static bool fast();
  // The same without, for comparison.
  void read_plainly(std::string_view text);

 private:
  void read_with(std::string_view text, bool fast);

  std::vector<std::uint16_t> flags_;
  std::vector<Range> odd_;
  std::size_t size_ = 0;
  std::uint16_t any_ = 0;
};

}  // namespace sekisho::filters
