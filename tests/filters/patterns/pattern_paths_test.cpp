#include "filters/patterns/pattern_paths.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <cctype>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "filters/patterns/pattern_prefixes.h"

namespace sekisho::filters {
namespace {

using Words = std::vector<std::string>;

bool begins(std::string_view pattern, std::string_view text) {
  auto paths = PatternPaths::of(pattern);
  EXPECT_TRUE(paths) << pattern;
  return paths && paths->first()->may_follow(text, 0);
}

// Whether `text` may stand behind the word.
bool follows(std::string_view pattern, std::string_view word, std::string_view text,
             bool any_case = false) {
  auto paths = PatternPaths::of(pattern);
  EXPECT_TRUE(paths) << pattern;
  return paths && paths->behind(word, any_case, true)->may_follow(text, 0);
}

TEST(PatternPaths, SayWhatStandsAtEachPlace) {
  EXPECT_TRUE(begins("gh[pousr]_[a-z]{3}", "gho_abc"));
  EXPECT_FALSE(begins("gh[pousr]_[a-z]{3}", "ghx_abc"));
  EXPECT_FALSE(begins("gh[pousr]_[a-z]{3}", "ghp_abC"));
  EXPECT_TRUE(begins("gh[pousr]_[a-z]{3}", "ghp_abcC"));
  EXPECT_FALSE(begins("[0-9]{1,3}\\.[0-9]", "1234"));
  EXPECT_FALSE(begins("[0-9]{1,3}\\.[0-9]", "12.x"));
  EXPECT_TRUE(begins("[0-9]{1,3}\\.[0-9]", "123.4"));
  EXPECT_FALSE(begins("(?:ab|cd)e", "abf"));
  EXPECT_FALSE(begins("(?:社外秘|機密)の", "社外にの"));
}

TEST(PatternPaths, LeaveToTheEngineWhereTheTextEnds) {
  EXPECT_TRUE(begins("abcd", "ab"));
  EXPECT_FALSE(begins("abcd", "ax"));
}

TEST(PatternPaths, SayNothingBehindTheEndOfAMatch) {
  EXPECT_TRUE(begins("ab[0-9]?", "abxyz"));
  EXPECT_TRUE(begins("ab", "abxyz"));
}

TEST(PatternPaths, KnowWhatStandsBehindAWord) {
  constexpr std::string_view kHeading = R"((?i:token|secret) ?(?:[,|\t]|(?m:$)))";
  EXPECT_TRUE(follows(kHeading, "token", ",x", true));
  EXPECT_TRUE(follows(kHeading, "secret", " |x", true));
  EXPECT_TRUE(follows(kHeading, "secret", "\nabc", true));
  EXPECT_TRUE(follows(kHeading, "secret", " \nabc", true));
  EXPECT_TRUE(follows(kHeading, "secret", "", true));
  EXPECT_FALSE(follows(kHeading, "secret", " policy", true));
  EXPECT_FALSE(follows(kHeading, "token", "ised", true));
  EXPECT_FALSE(follows("(?:key|token) [\"']?[A-Za-z0-9]{9}", "key", " of a door"));
}

TEST(PatternPaths, KnowWhatMustStandSomewhereBehindAWord) {
  constexpr std::string_view kAssigned = "key[a-z ]{0,9}[:=][a-z]";
  EXPECT_TRUE(follows(kAssigned, "key", " of :x"));
  EXPECT_FALSE(follows(kAssigned, "key", " of the house :=x"));
  EXPECT_FALSE(follows(kAssigned, "key", "s, and others"));
}

TEST(PatternPaths, KnowThatAWordEndsAtItsBorder) {
  EXPECT_FALSE(follows(R"(\baccount\b)", "account", "s"));
  EXPECT_TRUE(follows(R"(\baccount\b)", "account", " s"));
  EXPECT_TRUE(follows(R"(\baccount\b)", "account", "社"));
  EXPECT_FALSE(begins(R"([0-9]{2}\b)", "123"));
  EXPECT_TRUE(begins(R"([0-9a-]{2}\b)", "1-3"));
}

TEST(PatternPaths, FindAWordInTheMiddle) {
  auto paths = PatternPaths::of("[a-z]{1,9}県[あ-ん]市");
  ASSERT_TRUE(paths);
  const auto behind = paths->behind("県", false, false);
  EXPECT_TRUE(behind->may_follow("x県の市", 4));
  EXPECT_FALSE(behind->may_follow("x県の町", 4));
}

TEST(PatternPaths, SayNothingOfAWordThatThePatternDoesNotHold) {
  auto paths = PatternPaths::of("ab[0-9]{4}");
  ASSERT_TRUE(paths);
  EXPECT_TRUE(paths->behind("x", false, true)->says_nothing());
}

TEST(PatternPaths, RefuseWhatIsNotRead) {
  EXPECT_FALSE(PatternPaths::of("\\Qa.b\\E"));
  EXPECT_FALSE(PatternPaths::of("\\C"));
  EXPECT_FALSE(PatternPaths::of("\\101"));
}

TEST(PatternPaths, AreBoundedForHugeCounts) {
  EXPECT_TRUE(begins("(?:a{900}b){0,900}c", "aaaa"));
  EXPECT_FALSE(PatternPaths::of("(?:(?:[a-c社]{40}x){40}y){40}"));
}

const Words kPatterns = {"a(?:b|cd?)+e",  "(?i)ks{2}",         "(?i:K)[a-c]",    "[^a]b{2}",
                         "a.c",           "\\d\\w\\s",         "[\\d-]{2}x",     "\\bab\\b",
                         "(?:ab|c){2,3}", "[社a-c]{2}",        "[a-社]{2}",      "\\x{793e}a",
                         "a{2}?b",        "(a|b)?c(?P<n>d)",   "[]a-]b",         "a[\\w-]{3}",
                         "\\p{Han}a",     "社者?a?",           "(?i:社K?ſ)b?",   "社{2}",
                         "[^\\s-]{2,}$",  "[^a-c\\]]+社?$",    "(?i)[^k]{2,9}$", "(?:a|b|c)*社?.$",
                         "a|[bc]+$",      "[^\\p{Han}1]{3,}$", "[^\\x61\\w]+$",  "a{x}",
                         "a|b|(?:cd|e)f", "[\\]a]b",           "\\Ba",           "(?m)^a$\n?b?",
                         "[[:alpha:]]-",  "[^[:alpha:]]-?",    "(?i)[^ſ]a",      "(?i)Ꙁ[ꙁ-ꙃ]?a",
                         "(?i)[Ａ-Ｃ]é",  "\\W\\D\\S",         "(?:a|)b\\b[- ]", "a\\b|a\\B.",
                         "(?:\\b|a)b"};
const Words kPieces = {"a", "b", "c", "d",  "e",  "k", "K", "s",  "ſ", "K", "1",  " ",  "-", "]",
                       "x", "{", "}", "社", "者", "f", "_", "\n", "Ꙁ", "ꙁ", "ａ", "Ｂ", "É"};

std::string text_by_chance(std::mt19937& random) {
  std::string text;
  for (int i = 0; i < 6; ++i) text += kPieces[random() % kPieces.size()];
  return text;
}

// The words of `pattern`, each behind its own place in a match.
TEST(PatternPaths, NeverRefuseAMatch) {
  std::mt19937 random(7);
  int matches = 0, refused = 0;
  for (const std::string& pattern : kPatterns) {
    auto paths = PatternPaths::of(pattern);
    ASSERT_TRUE(paths) << pattern;
    const auto first = paths->first();
    const PatternWords words = pattern_prefixes(pattern, 1);
    const RE2 re2(pattern);
    ASSERT_TRUE(re2.ok()) << pattern;
    for (int round = 0; round < 4000; ++round) {
      const std::string text = text_by_chance(random);
      const std::size_t at = random() % 2 == 0 ? 0 : random() % text.size();
      re2::StringPiece match;
      if (!re2.Match(text, at, text.size(), RE2::ANCHOR_START, &match, 1)) {
        refused += first->may_follow(text, at) ? 0 : 1;
        continue;
      }
      ++matches;
      EXPECT_TRUE(first->may_follow(text, at)) << pattern << " in " << text << " at " << at;
      for (const std::string& word : words.words) {
        std::string head = text.substr(at, word.size());
        for (char& c : head)
          if (words.any_case && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 0x20);
        if (head != word) continue;
        EXPECT_TRUE(paths->behind(word, words.any_case, true)->may_follow(text, at + word.size()))
            << pattern << " behind " << word << " in " << text;
        EXPECT_TRUE(paths->behind(word, words.any_case, false)->may_follow(text, at + word.size()))
            << pattern << " behind any " << word << " in " << text;
      }
    }
  }
  EXPECT_GT(matches, 4000);
  EXPECT_GT(refused, 4000);
}

TEST(PatternPaths, EndAMatchWhereTheEngineDoes) {
  std::mt19937 random(9);
  int ended = 0, refused = 0;
  for (const std::string& pattern : kPatterns) {
    auto paths = PatternPaths::of(pattern);
    ASSERT_TRUE(paths) << pattern;
    const std::shared_ptr<const FirstBytes> ways[] = {paths->whole(false), paths->whole(true)};
    if (ways[0] == nullptr) continue;
    const RE2 re2(pattern);
    for (int round = 0; round < 20000; ++round) {
      const std::string text = text_by_chance(random);
      const std::size_t at = random() % 2 == 0 ? 0 : random() % text.size();
      const bool behind_word =
          at > 0 &&
          (std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0 || text[at - 1] == '_');
      const FirstBytes::Match known = ways[behind_word]->match_at(text, at);
      if (!known.refused && known.end == 0) continue;
      re2::StringPiece match;
      const bool found = re2.Match(text, at, text.size(), RE2::ANCHOR_START, &match, 1);
      EXPECT_EQ(found, !known.refused) << pattern << " in " << text << " at " << at;
      if (found) {
        EXPECT_EQ(at + match.size(), known.end) << pattern << " in " << text << " at " << at;
      }
      ++(found ? ended : refused);
    }
  }
  EXPECT_GT(ended, 2000);
  EXPECT_GT(refused, 4000);
}

TEST(PatternPaths, KnowNoEndWhereAWayIsMoreThanThePatterns) {
  for (const char* pattern : {"\\Ba", "[a-社]b", "\\p{Han}a", "a{2,90}b"})
    EXPECT_EQ(PatternPaths::of(pattern)->whole(false), nullptr) << pattern;
}

TEST(PatternPaths, LeaveTheEndToTheEngineWhereWaysDiffer) {
  const auto end = [](std::string_view pattern, std::string_view text) {
    return PatternPaths::of(pattern)->whole(false)->match_at(text, 0).end;
  };
  EXPECT_EQ(end("ab?", "ab"), 0u);
  EXPECT_EQ(end("a(?m:$)", "a\n"), 0u);
  EXPECT_EQ(end("a\\b", "a-"), 0u);
  EXPECT_EQ(end("ab|ac", "ac-"), 2u);
  EXPECT_EQ(end("(?:ab)?c", "c"), 1u);
}

}  // namespace
}  // namespace sekisho::filters
