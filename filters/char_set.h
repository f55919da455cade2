#pragma once

// A set of bytes, asked once for each byte of a text.

#include <array>
#include <cstddef>
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

// Signs as an argument of a template: first_of<"\"'">(text).
template <std::size_t kSize>
struct Signs {
  char bytes[kSize]{};
  // Implicit: a literal stands for it.
  constexpr Signs(const char (&signs)[kSize]) {
    for (std::size_t i = 0; i < kSize; ++i) bytes[i] = signs[i];
  }
  constexpr CharSet set() const { return CharSet(std::string_view(bytes, kSize - 1)); }
};

// As the members of std::string_view of like names, which look each byte of the text up in the
// signs byte by byte.
template <Signs kSigns>
std::size_t first_of(std::string_view text, std::size_t at = 0) {
  static constexpr CharSet kSet = kSigns.set();
  for (; at < text.size(); ++at)
    if (kSet.has(text[at])) return at;
  return std::string_view::npos;
}
template <Signs kSigns>
std::size_t first_not_of(std::string_view text, std::size_t at = 0) {
  static constexpr CharSet kSet = kSigns.set();
  for (; at < text.size(); ++at)
    if (!kSet.has(text[at])) return at;
  return std::string_view::npos;
}
template <Signs kSigns>
std::size_t last_of(std::string_view text) {
  static constexpr CharSet kSet = kSigns.set();
  for (std::size_t at = text.size(); at > 0; --at)
    if (kSet.has(text[at - 1])) return at - 1;
  return std::string_view::npos;
}
template <Signs kSigns>
std::size_t last_not_of(std::string_view text) {
  static constexpr CharSet kSet = kSigns.set();
  for (std::size_t at = text.size(); at > 0; --at)
    if (!kSet.has(text[at - 1])) return at - 1;
  return std::string_view::npos;
}

inline constexpr CharSet kAsciiDigits{"0123456789"};
inline constexpr CharSet kAsciiLetters{"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"};
inline constexpr CharSet kAsciiAlnum = kAsciiDigits | kAsciiLetters;
inline constexpr CharSet kAsciiWord = kAsciiAlnum | CharSet("_");

}  // namespace sekisho::filters
