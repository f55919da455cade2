#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>

namespace sekisho::filters {

// What a match consists of: no less than `least` bytes, each of them one of `bytes`. A place where
// a blank stands too early needs no engine to be refused.
struct PatternRun {
  std::bitset<256> bytes;
  std::size_t least = 0;          // 0: nothing can be said
  std::size_t most = kAnyNumber;  // characters, of a match that ends where the text ends

  static constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

  bool may_begin(std::string_view text, std::size_t pos) const {
    if (least == 0) return true;
    if (text.size() - pos < least) return false;
    for (std::size_t i = 0; i < least; ++i)
      if (!bytes[static_cast<unsigned char>(text[pos + i])]) return false;
    return true;
  }
  // Whether a match may begin with `text`, of which there is no more.
  bool may_begin_all(std::string_view text) const {
    if (!may_begin(text, 0)) return false;
    return text.size() <= most || characters(text) <= most;
  }

  static std::size_t characters(std::string_view text);
};

// The pattern must compile as RE2.
PatternRun pattern_run(std::string_view pattern);

}  // namespace sekisho::filters
