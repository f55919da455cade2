#include "filters/literal_finder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sekisho::filters {
namespace {

using Hit = LiteralFinder::Hit;
using Literal = LiteralFinder::Literal;
using Hits = std::vector<Hit>;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

Hits naive(const std::vector<Literal>& literals, std::string_view text, Range where) {
  Hits out;
  for (std::size_t pos = where.begin; pos < where.end; ++pos) {
    for (std::uint32_t i = 0; i < literals.size(); ++i) {
      std::string there(text.substr(pos, literals[i].text.size()));
      if (literals[i].any_case) std::transform(there.begin(), there.end(), there.begin(), lower);
      if (there == literals[i].text) out.push_back({pos, i});
    }
  }
  return out;
}

Hits found(const std::vector<Literal>& literals, std::string_view text, Range where) {
  Hits out;
  LiteralFinder(literals).find(text, where, out);
  return out;
}

TEST(LiteralFinder, FindsOverlappingOnes) {
  EXPECT_EQ(found({{"aba"}, {"ab"}, {"b"}}, "ababa", {0, 5}),
            (Hits{{0, 0}, {0, 1}, {1, 2}, {2, 0}, {2, 1}, {3, 2}}));
}

TEST(LiteralFinder, LooksPastTheStretchButBeginsInIt) {
  EXPECT_EQ(found({{"secret"}}, "xsecretsecret", {1, 7}), (Hits{{1, 0}}));
  EXPECT_EQ(found({{"secret"}}, "xsecretsecret", {2, 8}), (Hits{{7, 0}}));
  EXPECT_EQ(found({{"secret"}}, "xsecre", {0, 6}), Hits{});
}

TEST(LiteralFinder, AnyCaseIsOfAsciiLetters) {
  EXPECT_EQ(found({{"key_1", true}, {"key_1", false}}, "KEY_1 Key_1 key_1", {0, 17}),
            (Hits{{0, 0}, {6, 0}, {12, 0}, {12, 1}}));
}

TEST(LiteralFinder, FindsJapanese) {
  EXPECT_EQ(found({{"社外秘"}, {"極秘"}}, "これは社外秘、極秘", {0, 27}), (Hits{{9, 0}, {21, 1}}));
}

TEST(LiteralFinder, NothingIsInAnEmptyText) {
  EXPECT_EQ(found({{"abc"}, {"a"}}, "", {0, 0}), Hits{});
  EXPECT_EQ(found({}, "abc", {0, 3}), Hits{});
}

// Small alphabets make what is rare in prompts common: overlaps, ends, equal beginnings.
TEST(LiteralFinder, FindsWhatAComparisonAtEveryPlaceFinds) {
  std::mt19937 random(3);
  const auto word = [&random](std::size_t longest) {
    std::string out;
    for (std::size_t n = 1 + random() % longest; n > 0; --n) out += "aAbB\xE3\x81_"[random() % 7];
    return out;
  };
  for (int round = 0; round < 400; ++round) {
    std::vector<Literal> literals;
    for (std::size_t n = 1 + random() % 12; n > 0; --n) {
      Literal literal{word(7), random() % 2 == 0};
      if (literal.any_case)
        std::transform(literal.text.begin(), literal.text.end(), literal.text.begin(), lower);
      literals.push_back(literal);
    }
    std::string text;
    while (text.size() < 60) text += word(9);
    const std::size_t begin = random() % 8, end = text.size() - random() % 8;
    const Hits expected = naive(literals, text, {begin, end});
    ASSERT_EQ(found(literals, text, {begin, end}), expected) << text;
    Hits plainly;
    LiteralFinder(literals).find_plainly(text, {begin, end}, plainly);
    ASSERT_EQ(plainly, expected) << text;
  }
}

}  // namespace
}  // namespace sekisho::filters
