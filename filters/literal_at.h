#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace sekisho::filters {

// The character at `at`; NUL behind the end.
inline char at_or_nul(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

// Whether `what` stands in `text` at `pos`. A literal's size is known to the compiler, which
// compares it at once; text.substr(pos, n) == what calls memcmp for each.
template <std::size_t kSize>
[[gnu::always_inline]] inline bool literal_at(std::string_view text, std::size_t pos,
                                              const char (&what)[kSize]) {
  return pos < text.size() && text[pos] == what[0] && text.size() - pos >= kSize - 1 &&
         std::memcmp(text.data() + pos, what, kSize - 1) == 0;
}

// The same of a short word of a table: most differ in a byte or two.
inline bool begins_at(std::string_view text, std::size_t pos, std::string_view what) {
  if (pos > text.size() || text.size() - pos < what.size()) return false;
  const char* const here = text.data() + pos;
  for (std::size_t i = 0; i < what.size(); ++i)
    if (here[i] != what[i]) return false;
  return true;
}

}  // namespace sekisho::filters
