#include "filters/patterns/pattern.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "filters/patterns/pattern_choice.h"
#include "filters/patterns/pattern_length.h"

namespace sekisho::filters {
namespace {

Pattern compiled(const std::string& text) {
  std::string error;
  std::optional<Pattern> pattern = Pattern::compile(text, error);
  EXPECT_TRUE(pattern) << error;
  return *pattern;
}

TEST(Pattern, SearchesUnanchored) {
  const Pattern pattern = compiled("b+c");
  EXPECT_TRUE(pattern.search("abbbc"));
  EXPECT_FALSE(pattern.search("abbb"));
  EXPECT_FALSE(pattern.search(""));
}

TEST(Pattern, TellsWhyItDoesNotCompile) {
  std::string error;
  EXPECT_FALSE(Pattern::compile("a(", error));
  EXPECT_FALSE(error.empty());
}

TEST(Pattern, GivesTheNamedGroup) {
  const Pattern pattern = compiled(R"(^bedrock-runtime\.(?P<region>[a-z0-9-]+)\.amazonaws\.com$)");
  EXPECT_EQ(pattern.group("bedrock-runtime.ap-northeast-1.amazonaws.com", "region"),
            "ap-northeast-1");
  EXPECT_EQ(pattern.group("bedrock-runtime.ap-northeast-1.amazonaws.com", "country"), std::nullopt);
  EXPECT_EQ(pattern.group("example.jp", "region"), std::nullopt);
}

TEST(Pattern, AGroupThatTookNoPartIsNone) {
  EXPECT_EQ(compiled("a(?:-(?P<x>b))?").group("a then a-b", "x"), std::nullopt);
}

TEST(Pattern, GivesEveryMatchUpToALimit) {
  const Pattern pattern = compiled("r=(?P<r>[a-z]*)");
  EXPECT_EQ(pattern.groups("r=a r=b r= r=c", "r"), (std::vector<std::string>{"a", "b", "", "c"}));
  EXPECT_EQ(pattern.groups("r=a r=b r=c", "r", 2), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(compiled("x*").groups("abc", "r").empty());
}

TEST(Pattern, ThreadsShareOne) {
  const Pattern pattern = compiled("(?P<n>[0-9]+)");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([pattern] {
      for (int n = 0; n < 200; ++n)
        EXPECT_EQ(pattern.group("x" + std::to_string(n) + "y", "n"), std::to_string(n));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(PatternChoice, LeavesOutNoPatternThatMatches) {
  const std::vector<std::string> patterns = {"(^|[/.:_-])deepseek",
                                             "^hunyuan-(turbo|t1)",
                                             "(^|/)(step-?[0-9]|yi-)",
                                             "o[134](-|$)",
                                             "[a-z]{3}[0-9]$",
                                             "(?i)CLAUDE",
                                             "x*",
                                             "q"};
  std::vector<Pattern> all;
  for (const std::string& p : patterns) all.push_back(compiled(p));
  const PatternChoice choice(all);
  for (const char* text :
       {"", "deepseek-chat", "my.deepseek", "xdeepseek", "hunyuan-t1", "a-hunyuan-t1", "step3",
        "a/step-9", "yi-large", "o1", "gpt-o4-mini", "abc7", "Claude-3", "q", "nothing of these"}) {
    std::vector<std::size_t> match, kept;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].search(text)) match.push_back(i);
    for (const std::size_t i : choice.candidates(text))
      if (choice[i].search(text)) kept.push_back(i);
    EXPECT_EQ(kept, match) << text;
  }
  EXPECT_EQ(PatternChoice({compiled("deepseek"), compiled("^qwen")}).candidates("gpt-4o"),
            std::vector<std::size_t>{});
}

TEST(PatternLength, BoundsWhatIsBounded) {
  EXPECT_EQ(longest_match("abc"), 3U);
  EXPECT_EQ(longest_match("a|bcd|ef"), 3U);
  EXPECT_EQ(longest_match("PRJ-[0-9]{4}"), 8U);
  EXPECT_EQ(longest_match("a?b{2,5}"), 6U);
  EXPECT_EQ(longest_match("(?:ab){3}(cd)?"), 8U);
  EXPECT_EQ(longest_match("(?i:ab)(?:cd)?"), 4U);
  EXPECT_EQ(longest_match("(?i:ask)"), 6U);  // k and s have longer forms
  EXPECT_EQ(longest_match("(?i)[a-z]{2}"), 6U);
  EXPECT_EQ(longest_match(R"(\bAKIA\b)"), 4U);
  EXPECT_EQ(longest_match("社外秘"), 9U);
  EXPECT_EQ(longest_match(R"([\]x]{2}\d\.)"), 4U);
  EXPECT_EQ(longest_match("[^a][é][\\d]"), 7U);
  EXPECT_EQ(longest_match("[[:alpha:]]"), 4U);
  EXPECT_EQ(longest_match("[]a]"), 1U);
}

TEST(PatternLength, SaysSoWhereThereIsNone) {
  for (const char* pattern :
       {"a*", "a+b", "[^x]+", "(ab)*", "a{3,}", ".+", "(?:x|y+)", R"(\Qa*\E)"}) {
    EXPECT_EQ(longest_match(pattern), std::nullopt) << pattern;
  }
}

}  // namespace
}  // namespace sekisho::filters
