#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>
#include <vector>

namespace sekisho::filters {

// Which bytes may stand at the first places of a match: what a pattern says without alternatives.
// A place that does not fit needs no engine to be refused.
struct ByteShape {
  std::vector<std::bitset<256>> bytes;

  bool fits(std::string_view text, std::size_t pos) const {
    if (text.size() - pos < bytes.size()) return false;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      if (!bytes[i][static_cast<unsigned char>(text[pos + i])]) return false;
    return true;
  }
};

// Of a pattern that is a row of characters and classes and nothing else: what matches it in a text
// of ASCII, byte by byte. Empty for every other pattern, which must compile as RE2.
ByteShape whole_ascii_shape(std::string_view pattern);

// The pattern must compile as RE2. Empty where it begins with what cannot be said byte by byte.
ByteShape byte_shape(std::string_view pattern);

}  // namespace sekisho::filters
