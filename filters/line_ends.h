#pragma once

// Ends of lines, sought backwards as fast as forwards: std::string_view::rfind looks at each byte.

#include <cstring>
#include <string_view>

namespace sekisho::filters {

// Where the last of `c` stands in `text`, npos: nowhere.
inline std::size_t last_of(std::string_view text, char c) {
  if (text.empty()) return std::string_view::npos;
#if defined(__GLIBC__)
  const void* found = memrchr(text.data(), c, text.size());
  if (found == nullptr) return std::string_view::npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
#else
  return text.rfind(c);
#endif
}

inline std::size_t last_line_end(std::string_view text) {
  return last_of(text, '\n');
}

}  // namespace sekisho::filters
