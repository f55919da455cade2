// Folding of widths and case, which look at sixteen bytes at a time.

#include "filters/width_fold.h"

#include <gtest/gtest.h>

#include <string>

namespace sekisho::filters {
namespace {

std::string folded_one_by_one(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const FoldedChar c = char_at(text, at);
    if (c.value < 0x80)
      out += static_cast<char>(c.value);
    else
      out += text.substr(at, c.size);
    at += c.size;
  }
  return out;
}

std::string lower_one_by_one(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
  return text;
}

TEST(WidthFold, IsTheSameWhereverACharacterStands) {
  for (const std::string what : {"Ａ", "　", "。", "〜", "ﾃﾞ", "￥", "Z", "[", "@", "\xEF",
                                 "\xEF\xBC", "\xE3", "\xE3\x80", "\xC1", "あ"}) {
    for (std::size_t before = 0; before < 36; ++before) {
      for (const std::size_t after : {0u, 1u, 2u, 15u, 16u, 17u, 33u}) {
        const std::string text = std::string(before, 'M') + what + std::string(after, 'n') + what;
        EXPECT_EQ(folded(text), folded_one_by_one(text)) << before << " " << after << " " << what;
        EXPECT_EQ(folded_lower(text), lower_one_by_one(folded_one_by_one(text))) << text;
      }
    }
  }
}

}  // namespace
}  // namespace sekisho::filters
