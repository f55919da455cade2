#include "filters/patterns/pattern_prefixes.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <random>

#include "filters/patterns/pattern_alternatives.h"
#include "filters/patterns/pattern_counts.h"
#include "filters/patterns/pattern_group.h"
#include "filters/patterns/pattern_run.h"
#include "filters/patterns/pattern_tail.h"

namespace sekisho::filters {
namespace {

using Words = std::vector<std::string>;

Words prefixes(std::string_view pattern, std::size_t shortest = 1) {
  Words words = pattern_prefixes(pattern, shortest).words;
  std::sort(words.begin(), words.end());
  return words;
}

TEST(PatternPrefixes, OfALiteralIsTheLiteral) {
  EXPECT_EQ(prefixes("AKIA"), (Words{"AKIA"}));
  EXPECT_EQ(prefixes(R"(\b社外秘\b)"), (Words{"社外秘"}));
  EXPECT_EQ(prefixes(R"(hooks\.slack\.com/)"), (Words{"hooks.slack.com/"}));
  EXPECT_EQ(prefixes(R"(\x41\x{793E}\n)"), (Words{"A社\n"}));
}

TEST(PatternPrefixes, FollowsAlternativesAndSmallClasses) {
  EXPECT_EQ(prefixes("gh[pou]_[A-Za-z0-9]{36}"), (Words{"gho_", "ghp_", "ghu_"}));
  EXPECT_EQ(prefixes("(?:AKIA|ASIA)[A-Z2-7]{16}"), (Words{"AKIA", "ASIA"}));
  EXPECT_EQ(prefixes("sk-(?:proj|admin)-"), (Words{"sk-admin-", "sk-proj-"}));
  EXPECT_EQ(prefixes("xox[a-c]"), (Words{"xoxa", "xoxb", "xoxc"}));
  EXPECT_EQ(prefixes(R"([\s(]秘|\d)").size(), 16u);
  EXPECT_EQ(prefixes("key['\"]{0,2}[:=]?x|token"),
            (Words{"key\"", "key'", "key:x", "key=x", "keyx", "token"}));
}

TEST(PatternPrefixes, KnowsWhatMayBeMissing) {
  EXPECT_EQ(prefixes("ab?c"), (Words{"abc", "ac"}));
  EXPECT_EQ(prefixes("ab*c"), (Words{"ab", "ac"}));
  EXPECT_EQ(prefixes("ab+c"), (Words{"ab"}));
  EXPECT_EQ(prefixes("a{2}b"), (Words{"aab"}));
  EXPECT_EQ(prefixes("a{2,3}b"), (Words{"aa"}));
  EXPECT_EQ(prefixes("a{0,3}b"), (Words{"a", "b"}));
  EXPECT_EQ(prefixes("ab{,3}"), (Words{"ab{,3}"}));
  EXPECT_EQ(prefixes("ab??c"), (Words{"abc", "ac"}));
}

TEST(PatternPrefixes, SaysNothingWhereAnythingMayStand) {
  EXPECT_EQ(prefixes(".abc"), Words{});
  EXPECT_EQ(prefixes("[a-z]+@", 2), Words{});
  EXPECT_EQ(prefixes("[a-zA-Z0-9@._-]+@"), Words{});
  EXPECT_EQ(prefixes(R"(\w{3})", 2), Words{});
  EXPECT_EQ(prefixes(R"(\p{Han}x)"), Words{});
  EXPECT_EQ(prefixes("[^a]bc"), Words{});
  EXPECT_EQ(prefixes("abc|.x"), Words{});
  EXPECT_EQ(prefixes("abc|"), Words{});
  EXPECT_EQ(prefixes(R"(\Qa.b\E)"), Words{});
  EXPECT_EQ(prefixes("ab", 3), Words{});
}

TEST(PatternPrefixes, StopsBeforeWordsBecomeMany) {
  EXPECT_EQ(prefixes("ab[0-9][0-9]"),
            (Words{"ab0", "ab1", "ab2", "ab3", "ab4", "ab5", "ab6", "ab7", "ab8", "ab9"}));
  EXPECT_EQ(prefixes("abc[0-9A-Z]"), (Words{"abc"}));
  EXPECT_EQ(prefixes("ab[0-9A-Z]").size(), 36u);
  EXPECT_EQ(prefixes("a[0-9A-Z][0-9A-Z]").size(), 36u);
  EXPECT_EQ(prefixes("abcde[0-9]"), (Words{"abcde"}));
  EXPECT_EQ(prefixes("(?i)oss_access_key_secret"),
            (Words{"oss_acce", "os\u017F_acce", "o\u017Fs_acce", "o\u017F\u017F_acce"}));
}

// RE2 takes U+212A for a k and U+017F for an s when case does not matter.
TEST(PatternPrefixes, FoldsAsRe2Folds) {
  const PatternWords folded = pattern_prefixes("(?i)Key");
  EXPECT_TRUE(folded.any_case);
  EXPECT_EQ(folded.words, (Words{"key", "\u212Aey"}));
  EXPECT_EQ(prefixes("(?i:as)X"), (Words{"asx", "a\u017Fx"}));
  EXPECT_FALSE(pattern_prefixes("Key").any_case);
  EXPECT_EQ(prefixes("(?i)é"), Words{});
}

TEST(PatternPrefixes, InnerWordsStandSoFarBehindTheBeginning) {
  PatternWords inner = pattern_inner_words("[0-9]{8,10}:AA[a-z]{4}");
  EXPECT_EQ(inner.words, (Words{":AA"}));
  EXPECT_EQ(inner.before, 10u);
  inner = pattern_inner_words("[a-z]@[a-z]");
  EXPECT_EQ(inner.words, (Words{"@"}));
  EXPECT_EQ(inner.before, 1u);
  EXPECT_TRUE(pattern_inner_words("[a-z]+:AA").words.empty());
  EXPECT_TRUE(pattern_inner_words("[a-z]ab").words.empty());
  EXPECT_TRUE(pattern_inner_words("[a-z]:AA|x").words.empty());
  EXPECT_TRUE(pattern_inner_words("[0-9]{70}:AA").words.empty());
  inner = pattern_inner_words("[a-z](?i:-ab)");
  EXPECT_EQ(inner.words, (Words{"-ab"}));
  EXPECT_TRUE(inner.any_case);
}

TEST(PatternDigits, BeginSoFarBehindTheMatch) {
  EXPECT_EQ(pattern_digit_reach("[0-9]{3}-[0-9]{2}"), 0u);
  EXPECT_EQ(pattern_digit_reach("[A-Z]{2}[ -]?[0-9]{7}"), 3u);
  EXPECT_EQ(pattern_digit_reach("0[0-9]{4}"), 0u);
  EXPECT_EQ(pattern_digit_reach(R"(\bA(?:bc)?(\d{2}))"), 3u);
  EXPECT_EQ(pattern_digit_reach("[A-Z0-9]{2}[0-9]{7}"), std::nullopt);
  EXPECT_EQ(pattern_digit_reach("[A-Z]+[0-9]{7}"), std::nullopt);
  EXPECT_EQ(pattern_digit_reach("[0-9]?x[0-9]"), std::nullopt);
  EXPECT_EQ(pattern_digit_reach("ab"), std::nullopt);
  EXPECT_EQ(pattern_digit_reach("a|[0-9]"), std::nullopt);
}

TEST(PatternAlternatives, AreThoseOfTheHighestLevel) {
  EXPECT_EQ(pattern_alternatives("a|b(c|d)|[|]e|f\\|"), (Words{"a", "b(c|d)", "[|]e", "f\\|"}));
  EXPECT_EQ(pattern_alternatives("(?i)a|b"), (Words{"(?i)a|b"}));
  EXPECT_EQ(pattern_alternatives("(?i:a)|b"), (Words{"(?i:a)", "b"}));
  EXPECT_EQ(pattern_alternatives("(?i:a|b(c|d))|(?:e|f)"),
            (Words{"(?i:a)", "(?i:b(c|d))", "e", "f"}));
  EXPECT_EQ(pattern_alternatives("(?:a|b)(?:c|d)"), (Words{"(?:a|b)(?:c|d)"}));
  EXPECT_EQ(pattern_alternatives("a[:=]|b"), (Words{"a[:=]", "b"}));
  EXPECT_EQ(pattern_alternatives("[[:alpha:]]|b"), (Words{"[[:alpha:]]|b"}));
}

TEST(PatternPrefixes, AFewWordsThatSayAllAreWhole) {
  const PatternWords two = pattern_prefixes("pardon(?:ed)?me");
  EXPECT_TRUE(two.whole);
  EXPECT_EQ(two.words, (Words{"pardonedme", "pardonme"}));
  // Which one stands there is for the engine where one begins the other, or where more follows.
  EXPECT_FALSE(pattern_prefixes("passw(?:ord)?").whole);
  EXPECT_FALSE(pattern_prefixes("passw(?:or)?d[0-9]*").whole);
  EXPECT_FALSE(pattern_prefixes("passw(?:or)?d\\b").whole);
  EXPECT_FALSE(pattern_prefixes("secret[a-z][a-z]").whole);
}

// Whatever the pattern, a match begins with one of the words.
TEST(PatternPrefixes, AreTrueOfWhatRe2Finds) {
  const Words patterns = {R"(\bgh[pousr]_[A-Za-z0-9]{3}\b)",
                          "(?i)aws.{0,5}(?:secret|key)",
                          "a(?:b|cd?)+e",
                          "(?:x(?i:y)z|w)",
                          "[ab][cd]{2,3}e",
                          "(a|b)?c(?P<n>d|e)f",
                          "(?i)(pass|pwd)(word)?[:=]",
                          "-----BEGIN[ A-Z]{0,9}KEY",
                          R"(T\.LP:(?:RED|AMBER))"};
  const Words texts = {"ghp_abc gho_x12 ghz_abc",
                       "AWS xx Secret awskey aws-KEY",
                       "abe acdbe acce",
                       "xyz xYz w",
                       "acde bcccd bdcde adde",
                       "acdf bcef cdf",
                       "PASSWORD= pwd: Pwdword=",
                       "-----BEGIN RSA KEY",
                       "T.LP:RED"};
  int matches = 0;
  for (const std::string& pattern : patterns) {
    const PatternWords p = pattern_prefixes(pattern, 1);
    ASSERT_FALSE(p.words.empty()) << pattern;
    const RE2 re2(pattern);
    for (const std::string& text : texts) {
      for (std::size_t pos = 0; pos < text.size(); ++pos) {
        re2::StringPiece match;
        if (!re2.Match(text, pos, text.size(), RE2::ANCHOR_START, &match, 1)) continue;
        std::string found = match.as_string();
        if (p.any_case) std::transform(found.begin(), found.end(), found.begin(), ::tolower);
        EXPECT_TRUE(
            std::any_of(p.words.begin(), p.words.end(),
                        [&](const std::string& w) { return found.substr(0, w.size()) == w; }))
            << pattern << " found " << found;
        ++matches;
      }
    }
  }
  EXPECT_GT(matches, 25);
}

TEST(PatternRun, IsAsLongAsTheShortestMatchAndOfItsBytes) {
  const PatternRun run = pattern_run("ab(?:[0-9]{4,9}|-{2}x?)[c-e]+");
  EXPECT_EQ(run.least, 5u);
  EXPECT_TRUE(run.may_begin("ab--c", 0));
  EXPECT_TRUE(run.may_begin(".ab123456", 1));
  EXPECT_FALSE(run.may_begin("ab- c", 0));
  EXPECT_FALSE(run.may_begin("ab--", 0));
  EXPECT_TRUE(pattern_run("a b+").may_begin("a  bc", 0));  // no more than the first bytes
}

TEST(PatternRun, SaysNothingOfWhatItDoesNotRead) {
  for (const char* pattern : {"\\Qa+b\\E", "\\101bc", "a?b*", ""})
    EXPECT_EQ(pattern_run(pattern).least, 0u) << pattern;
}

TEST(PatternRun, OfAPatternThatEndsWithTheTextIsAllOfIt) {
  const PatternRun run = pattern_run(R"([ \t]{0,3}([^\s,;"]{4,9})[ ]?$)");
  EXPECT_TRUE(run.may_begin_all(" abcd "));
  EXPECT_TRUE(run.may_begin_all("\t\t abcdefghi "));
  EXPECT_FALSE(run.may_begin_all("\t\t abcdefghij  "));
  EXPECT_TRUE(run.may_begin_all("社社社社社社社社社"));
  EXPECT_FALSE(run.may_begin_all("abcdefgh, and so on"));
  for (const char* pattern :
       {"abc", "abc|abd$", "ab(?:c$|x)", "(?m)abc$", R"([a-c$]{3}\$)", "abc$?", "a$bc", "ab+c*$"})
    EXPECT_TRUE(pattern_run(pattern).may_begin_all("abc$ and so on")) << pattern;
}

TEST(PatternRun, NeverRefusesAMatch) {
  const Words patterns = {
      "a(?:b|cd?)+e",      "(?i)ks{2}",      "(?i:K)[a-c]",    "[^a]b{2}",        "a.c",
      "\\d\\w\\s",         "[\\d-]{2}x",     "\\bab\\b",       "(?:ab|c){2,3}",   "[社a-c]{2}",
      "[a-社]{2}",         "\\x{793e}a",     "a{2}?b",         "(a|b)?c(?P<n>d)", "[]a-]b",
      "a[\\w-]{3}",        "\\p{Han}a",      "社者?a?",        "(?i:社K?ſ)b?",    "社{2}",
      "[^\\s-]{2,}$",      "[^a-c\\]]+社?$", "(?i)[^k]{2,9}$", "(?:a|b|c)*社?.$", "a|[bc]+$",
      "[^\\p{Han}1]{3,}$", "[^\\x61\\w]+$",  "a{x}",           "a|b|(?:cd|e)f",   "[\\]a]b"};
  const Words pieces = {"a", "b", "c", "d", "e", "k", "K",  "s",  "ſ", "K", "1",
                        " ", "-", "]", "x", "{", "}", "社", "者", "f", "_", "\n"};
  std::mt19937 random(7);
  int matches = 0;
  for (const std::string& pattern : patterns) {
    const PatternRun run = pattern_run(pattern);
    const RE2 re2(pattern);
    ASSERT_TRUE(re2.ok()) << pattern;
    for (int round = 0; round < 6000; ++round) {
      std::string text;
      for (int i = 0; i < 5; ++i) text += pieces[random() % pieces.size()];
      if (!re2.Match(text, 0, text.size(), RE2::ANCHOR_START, nullptr, 0)) continue;
      ++matches;
      EXPECT_TRUE(run.may_begin_all(text)) << pattern << " in " << text;
    }
  }
  EXPECT_GT(matches, 2000);
}

TEST(PatternCounts, AreReadAsRe2ReadsThem) {
  const auto counts = [](std::string_view pattern) {
    std::size_t pos = 1;
    const auto found = take_counts(pattern, pos);
    if (!found) return std::string("none at ") + std::to_string(pos);
    return std::to_string(found->least) +
           (found->bounded ? "-" + std::to_string(found->most) : "-") + " then " +
           std::string(pattern.substr(pos));
  };
  EXPECT_EQ(counts("a{3}b"), "3-3 then b");
  EXPECT_EQ(counts("a{2,5}?"), "2-5 then ?");
  EXPECT_EQ(counts("a{2,}"), "2- then ");
  for (const char* literal : {"a{", "a{}", "a{,3}", "a{x}", "a{1,2,3}", "a{1", "ab", "a"})
    EXPECT_EQ(counts(literal), "none at 1") << literal;
}

TEST(PatternTail, IsTheRestOfAGroupOfOneKindOfCharacters) {
  const PatternTail tail = pattern_tail("key ?: ?([a-z0-9]{4,10})");
  EXPECT_EQ(tail.pattern, "key ?: ?([a-z0-9]{4})");
  EXPECT_EQ(tail.more, 6u);
  EXPECT_EQ(tail.end_of("key:abcd", 8), 8u);
  EXPECT_EQ(tail.end_of("key:abcdef-", 8), 10u);
  EXPECT_EQ(tail.end_of("key:abcdefghijklm", 8), 14u) << "so many and no more";
}

TEST(PatternTail, NeedsNoGroup) {
  const PatternTail tail = pattern_tail("gh[ps]_[a-z0-9]{36,99}");
  EXPECT_EQ(tail.pattern, "gh[ps]_[a-z0-9]{36}");
  EXPECT_EQ(tail.more, 63u);
}

TEST(PatternTail, TellsTheFirstOfAlternatives) {
  EXPECT_EQ(pattern_tail("(?: ?|[|]:)([a-z]{4,9})").first, " ?([a-z]{4})");
  EXPECT_EQ(pattern_tail("(?:a|b)c([a-z]{4,9})").first, "");
  EXPECT_EQ(pattern_tail("(?:a|b)?([a-z]{4,9})").first, "");
  EXPECT_EQ(pattern_tail(" ?([a-z]{4,9})").first, "");
}

TEST(PatternTail, IsNoneOfOtherPatterns) {
  for (const std::string pattern :
       {"[a-z]{4}", "([a-z]{4})", "([a-z]{4,})", "([a-z]{0,4})", "([a-zあ]{4,10})", "([^a]{4,10})",
        "([a-z]{4,10})x", "([a-z]{4,10}?)", "a|([a-z]{4,10})", "(a|[b]{4,10})",
        "(?:[a-z]{4,10}){2,3}", "(\\{4,10})"}) {
    EXPECT_EQ(pattern_tail(pattern).pattern, pattern);
    EXPECT_EQ(pattern_tail(pattern).more, 0u) << pattern;
  }
}

TEST(PatternTail, GivesTheGroupThatTheWholePatternGives) {
  for (const std::string pattern : {"(?:[ab]{0,3}|[a-c]{0,4}:)([a-d]{3,7})", "a{0,2}?([ab]{2,5})",
                                    "(?i:A|b:)([A-C]{1,4})", "A?[a-d]{2,7}"}) {
    const PatternTail tail = pattern_tail(pattern);
    ASSERT_GT(tail.more, 0u) << pattern;
    const RE2 whole(pattern), least(tail.pattern), first(tail.first);
    std::mt19937 random(7);
    for (int i = 0; i < 2000; ++i) {
      std::string text;
      while (text.size() < 14) text += "abcdA:"[random() % 6];
      re2::StringPiece a[2], b[2];
      const bool found = whole.Match(text, 0, text.size(), RE2::ANCHOR_START, a, 2);
      ASSERT_EQ(found, least.Match(text, 0, text.size(), RE2::ANCHOR_START, b, 2)) << text;
      if (!found) continue;
      const bool of_first =
          !tail.first.empty() && first.Match(text, 0, text.size(), RE2::ANCHOR_START, b, 2);
      if (!of_first) least.Match(text, 0, text.size(), RE2::ANCHOR_START, b, 2);
      EXPECT_EQ(a[1].data(), b[1].data()) << pattern << " in " << text;
      const auto end = static_cast<std::size_t>(b[0].data() + b[0].size() - text.data());
      EXPECT_EQ(text.data() + tail.end_of(text, end), a[0].data() + a[0].size()) << text;
    }
  }
}

// Where the engine says that the group of a match begins; npos: no match.
std::size_t group_of(const std::string& pattern, const std::string& text, std::string_view& match) {
  re2::StringPiece parts[2];
  if (!RE2(pattern).Match(text, 0, text.size(), RE2::ANCHOR_START, parts, 2))
    return std::string::npos;
  match = {parts[0].data(), parts[0].size()};
  return static_cast<std::size_t>(parts[1].data() - parts[0].data());
}

TEST(PatternGroup, BeginsWhereTheEngineSays) {
  const std::string patterns[] = {"[ 　\t]{0,2}[:：|]?[ 　\t]{0,2}([\\p{Han}々]{2,4})",
                                  "[\"' ]{0,2}[:=]?[\"' ]{0,2}([a-z0-9]{2,8})",
                                  "(?i)x?[: ]{0,3}([a-w]+)",
                                  "([a-c]{2})",
                                  "(?:: |=)?([0-9])",
                                  "\\b(?:は|：){0,2}([[:alpha:]]{2,3})"};
  const std::string pieces[] = {" ", "　", ":",  "：", "渡", "辺々", "a",  "B",
                                "7", "x",  "は", "|",  "=",  "\"",   "田", "cab"};
  std::mt19937 random(2);
  for (const std::string& pattern : patterns) {
    const std::optional<PatternGroup> group = PatternGroup::at_end(pattern);
    ASSERT_EQ(group.has_value(), pattern.find("[:alpha:]") == std::string::npos) << pattern;
    int matches = 0;
    for (int round = 0; group && round < 3000; ++round) {
      std::string text;
      for (unsigned n = random() % 8; n > 0; --n) text += pieces[random() % std::size(pieces)];
      std::string_view match;
      const std::size_t begin = group_of(pattern, text, match);
      if (begin == std::string::npos) continue;
      EXPECT_EQ(group->begin_in(match), begin) << pattern << " in " << text;
      ++matches;
    }
    EXPECT_TRUE(!group || matches > 50) << pattern;
  }
}

TEST(PatternGroup, IsLeftToTheEngineWhereCharactersDoNotTell) {
  for (const char* pattern :
       {"key ?([a-z]{8})", "[: ]{0,3}([^,]{8})", "a|[: ]([b-z]{8})", "[: ]([a-z]{0,8})",
        "[: ]([a-z]{2}|[0-9])", "[: ]([a-z]{2})x", "(:)([a-z]{2})", "[: ](?:[a-z]{2})",
        "[: ](?:([a-z])|[0-9])", "[: ]([a-z]{2}:[0-9])", "漢?[ ]?(\\p{Han}{2})", "[(]?[a-z)]"})
    EXPECT_FALSE(PatternGroup::at_end(pattern)) << pattern;
}

}  // namespace
}  // namespace sekisho::filters
