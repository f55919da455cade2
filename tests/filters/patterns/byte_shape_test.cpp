#include "filters/patterns/byte_shape.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>

#include "filters/patterns/shape_table.h"

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
  EXPECT_EQ(places("ab(cd)e"), 5u);
  EXPECT_EQ(places("(?i)ab"), 2u);
  EXPECT_EQ(places("\\bab$"), 2u);
  EXPECT_EQ(places(R"(a\sb)"), 3u);
  EXPECT_EQ(places("(?:ab){2}c"), 5u);
}

TEST(ByteShape, EndsBeforeWhatVaries) {
  EXPECT_EQ(places("abc?d"), 2u);
  EXPECT_EQ(places("ab+c"), 2u);
  EXPECT_EQ(places("a[0-9]{2,5}z"), 3u);
  EXPECT_EQ(places("ab(c|d)"), 2u);
  EXPECT_EQ(places("ab(?:c|d)"), 2u);
  EXPECT_EQ(places("a(c)|d"), 0u);
  EXPECT_EQ(places("ab(c?d)e"), 2u);
  EXPECT_EQ(places("a(?:bc){2,3}d"), 5u);
  EXPECT_EQ(places("ab.d"), 2u);
  EXPECT_EQ(places("社a"), 0u);
  EXPECT_EQ(places("a|b"), 0u);
  EXPECT_EQ(places("[|]a"), 2u);
  EXPECT_EQ(places("(?i)ask"), 1u);  // U+017F
  EXPECT_EQ(places("a[^b]c"), 1u);
  EXPECT_EQ(places("a{2}?b"), 3u);
  EXPECT_EQ(places("a{x}"), 4u);
}

// What RE2 matches at a place fits there.
TEST(ByteShape, NeverRefusesAMatch) {
  const char* const patterns[] = {
      R"(a[b-d]{2}\.x)", "ab+c",   "[a-c]{1,3}b",      R"(\d{2}[ab]c)", "a{2}?b",         "a?b",
      "a{0,2}b",         "[]a-]b", "a[bc](?:d|(?i)A)", "(?i)A(b.)",     "\\b(?:ab){1,2}", "^a[^b]"};
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

TEST(ByteShape, OfAWholePatternInAscii) {
  const auto whole = [](std::string_view p) { return whole_ascii_shape(p).bytes.size(); };
  EXPECT_EQ(whole("[a-cＡ-Ｃ．_][@＠][0-9]"), 3u);
  EXPECT_EQ(whole("ab[0-9]{3}"), 5u);
  EXPECT_EQ(whole("(?i:k)(e)"), 2u);
  EXPECT_EQ(whole("a[^b]"), 2u);
  for (const char* varies : {"ab+", "ab?", "a{2,3}", "a|b", "社", "a.", "a[[:alpha:]]", "a\\pL",
                             "(?i)a[^b]", "[0-9]{50}", "a$", "^a", "\\bab", "a\\B"})
    EXPECT_EQ(whole(varies), 0u) << varies;
}

TEST(ByteShape, OfAWholePatternIsWhatRe2MatchesInAscii) {
  const char* const pattern = "[a-cＡ-Ｃ．_][@＠][0-9Ａ\\-]";
  const ByteShape shape = whole_ascii_shape(pattern);
  const RE2 re2(pattern);
  ASSERT_EQ(shape.bytes.size(), 3u);
  for (int a = 0; a < 128; ++a)
    for (int b : {'@', 'a', '-'})
      for (int c = 0; c < 128; ++c) {
        const std::string text{char(a), char(b), char(c)};
        EXPECT_EQ(shape.fits(text, 0), RE2::FullMatch(text, re2)) << text;
      }
}

std::string begins(const ShapeTable& table, std::string_view text, std::size_t digit) {
  std::string out;
  table.at_digit(text, digit, [&](std::size_t number, std::size_t begin) {
    out += std::to_string(number) + "@" + std::to_string(begin) + " ";
    return false;
  });
  return out;
}

TEST(ShapeTable, TellsTheShapesThatFitBesideADigit) {
  ShapeTable table;
  table.add(byte_shape("[A-Z]{2}[0-9]{3}"), 2, true);
  table.add(byte_shape("[0-9]{3}-[0-9]"), 0, true);
  table.add(byte_shape("[0-9]{2}"), 0, false);
  EXPECT_EQ(begins(table, "x AB123-4", 4), "0@2 2@4 ");
  EXPECT_EQ(begins(table, "xAB123-4", 3), "2@3 ");        // inside a word
  EXPECT_EQ(begins(table, "\\nAB123-4", 4), "0@2 2@4 ");  // an escape is no word
  EXPECT_EQ(begins(table, "12", 0), "2@0 ");
  EXPECT_EQ(begins(table, "1", 0), "");
}

TEST(ShapeTable, AsksNoFurtherForAShapeThatWasTaken) {
  ShapeTable table;
  table.add(byte_shape("[A-Z0-9][0-9]"), 1, false);
  int asked = 0;
  table.at_digit("A12", 1, [&](std::size_t, std::size_t) { return ++asked > 0; });
  EXPECT_EQ(asked, 1);
}

TEST(ShapeTable, HoldsMoreThanAWordOfBits) {
  ShapeTable table;
  for (int i = 0; i < 70; ++i) table.add(byte_shape(std::to_string(10 + i)), 0, false);
  EXPECT_EQ(begins(table, " 79 ", 1), "69@1 ");
  EXPECT_EQ(begins(table, " 12 ", 1), "2@1 ");
}

}  // namespace
}  // namespace sekisho::filters
