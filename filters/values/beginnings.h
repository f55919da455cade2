#pragma once

// What a text begins or ends with, of a few words.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace sekisho::filters {

using Words = std::span<const std::string_view>;

// The byte that differs most often is looked at first.
inline bool starts_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && text[word.size() - 1] == word.back() &&
         text.starts_with(word);
}
inline bool ends_with(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && text.back() == word.back() && text.ends_with(word);
}

inline bool starts_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return starts_with(text, w); });
}

// Words of three bytes and more, with a mark for the three that each begins with: cheap to ask what
// begins with none of them.
class Beginnings {
 public:
  constexpr explicit Beginnings(Words words) : words_(words) {
    for (const std::string_view word : words) marks_[mark_of(word)] = true;
  }
  bool begin(std::string_view text) const {
    return text.size() >= 3 && marks_[mark_of(text)] && starts_with_any(text, words_);
  }

 private:
  static constexpr std::size_t kMarks = 512;
  static constexpr std::size_t mark_of(std::string_view text) {
    const auto byte = [text](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(text[i]));
    };
    return (byte(0) ^ byte(1) << 1 ^ byte(2) << 3) % kMarks;
  }

  Words words_;
  std::array<bool, kMarks> marks_{};
};

inline bool ends_with_any(std::string_view text, Words words) {
  return std::any_of(words.begin(), words.end(),
                     [text](std::string_view w) { return ends_with(text, w); });
}

}  // namespace sekisho::filters
