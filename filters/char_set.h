#pragma once

// A set of bytes, asked once for each byte of a text.

#include <array>
#include <string_view>

namespace sekisho::filters {

class CharSet {
 public:
  constexpr explicit CharSet(std::string_view bytes) {
    for (const char c : bytes) has_[static_cast<unsigned char>(c)] = true;
  }
  constexpr CharSet operator|(const CharSet& other) const {
    CharSet out = *this;
    for (std::size_t i = 0; i < has_.size(); ++i) out.has_[i] = has_[i] || other.has_[i];
    return out;
  }
  constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }

 private:
  std::array<bool, 256> has_{};
};

inline constexpr CharSet kAsciiDigits{"0123456789"};
inline constexpr CharSet kAsciiLetters{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"};
inline constexpr CharSet kAsciiAlnum = kAsciiDigits | kAsciiLetters;
inline constexpr CharSet kAsciiWord = kAsciiAlnum | CharSet("_");

}  // namespace sekisho::filters
