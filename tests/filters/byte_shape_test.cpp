#include "filters/byte_shape.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>

namespace sekisho::filters {
namespace {

std::size_t places(std::string_view pattern) {
  return byte_shape(pattern).bytes.size();
}

TEST(ByteShape, IsOfCharactersAndClassesWithFixedCounts) {
  EXPECT_EQ(places(R"(\.[A-Za-z0-9_\-]{6}\.[a-z])"), 9u);
  EXPECT_EQ(places("hf_[A-Za-z]{4}"), 7u);
  EXPECT_EQ(places(R"(\d{3}-x)"), 5u);
  EXPECT_EQ(places("[]a]b"), 2u);
}

TEST(ByteShape, EndsBeforeWhatVaries) {
  EXPECT_EQ(places("abc?d"), 2u);
  EXPECT_EQ(places("ab+c"), 2u);
  EXPECT_EQ(places("a[0-9]{2,5}z"), 3u);
  EXPECT_EQ(places("ab(c|d)"), 2u);
  EXPECT_EQ(places("ab(?:c|d)"), 2u);
  EXPECT_EQ(places("a(c)|d"), 0u);
  EXPECT_EQ(places("ab(cd)e"), 2u);
  EXPECT_EQ(places("ab.d"), 2u);
  EXPECT_EQ(places("社a"), 0u);
  EXPECT_EQ(places("a|b"), 0u);
  EXPECT_EQ(places("[|]a"), 2u);
  EXPECT_EQ(places("(?i)ab"), 0u);
  EXPECT_EQ(places("a[^b]c"), 1u);
  EXPECT_EQ(places(R"(a\sb)"), 1u);
  EXPECT_EQ(places("a{2}?b"), 2u);
  EXPECT_EQ(places("a{x}"), 1u);
}

// What RE2 matches at a place fits there.
TEST(ByteShape, NeverRefusesAMatch) {
  const char* const patterns[] = {R"(a[b-d]{2}\.x)", "ab+c", "[a-c]{1,3}b", R"(\d{2}[ab]c)",
                                  "a{2}?b",          "a?b",  "a{0,2}b",     "[]a-]b",
                                  "a[bc](?:d|(?i)A)"};
  std::mt19937 random(5);
  int matches = 0;
  for (const char* pattern : patterns) {
    const ByteShape shape = byte_shape(pattern);
    const RE2 re2(pattern);
    for (int round = 0; round < 3000; ++round) {
      std::string text;
      for (int i = 0; i < 7; ++i) text += "abcd.x1]-"[random() % 9];
      if (!re2.Match(text, 0, text.size(), RE2::ANCHOR_START, nullptr, 0)) continue;
      ++matches;
      EXPECT_TRUE(shape.fits(text, 0)) << pattern << " in " << text;
    }
  }
  EXPECT_GT(matches, 500);
}

}  // namespace
}  // namespace sekisho::filters
