#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>

namespace sekisho::filters {

// A pattern that ends with characters of one kind, "…[a-z0-9]{16,200}" or a group of them. The
// engine tells groups at some hundred times the price of a match, for each time that a character
// may repeat: it is asked for the least of them, the rest is what goes on alike.
struct PatternTail {
  // "(?:A|B)([…]{16})": A with the group, which the engine is sooner done with and which goes
  // before B; empty: there are no alternatives.
  std::string first;
  std::string pattern;     // with the least number of characters; the whole where `more` is 0
  std::bitset<256> bytes;  // that go on
  std::size_t more = 0;    // at most so many

  // The end of the group that ends at `end` so far, within `text`.
  std::size_t end_of(std::string_view text, std::size_t end) const {
    const std::size_t most = text.size() - end > more ? end + more : text.size();
    while (end < most && bytes[static_cast<unsigned char>(text[end])]) ++end;
    return end;
  }
};

// Of a pattern that is matched from its beginning on. It must compile as RE2.
PatternTail pattern_tail(const std::string& pattern);

}  // namespace sekisho::filters
