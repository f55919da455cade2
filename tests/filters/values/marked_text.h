#pragma once

// Texts whose values are marked: "電話 ⟦03-1234-5678⟧". A test says what must be found by writing
// it.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {

struct MarkedText {
  std::string text;
  std::vector<std::string> values;
};

inline MarkedText unmarked(std::string_view marked) {
  constexpr std::string_view kOpen = "⟦", kClose = "⟧";
  MarkedText out;
  while (true) {
    const std::size_t open = marked.find(kOpen);
    out.text += marked.substr(0, open);
    if (open == std::string_view::npos) return out;
    marked.remove_prefix(open + kOpen.size());
    const std::size_t close = marked.find(kClose);
    out.values.emplace_back(marked.substr(0, close));
    out.text += out.values.back();
    marked.remove_prefix(close + kClose.size());
  }
}

// What of `type` is found at medium confidence.
inline std::vector<std::string> values_of(std::string_view type, std::string_view text) {
  std::vector<std::string> values;
  for (const Finding& f : scan_text(shipped_set(), text)) {
    if (f.type == type && f.confidence >= 0.60)
      values.emplace_back(text.substr(f.range.begin, f.range.size()));
  }
  return values;
}

inline void expect_marked(std::string_view type, std::initializer_list<const char*> texts) {
  for (const char* marked : texts) {
    const MarkedText expected = unmarked(marked);
    EXPECT_EQ(values_of(type, expected.text), expected.values) << expected.text;
  }
}

// Nothing of `type` in any of `texts`.
inline void expect_none(std::string_view type, std::initializer_list<const char*> texts) {
  for (const char* text : texts)
    EXPECT_EQ(values_of(type, text), std::vector<std::string>{}) << text;
}

}  // namespace sekisho::filters
