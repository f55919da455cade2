#include "filters/registered/dictionary_detector.h"

#include <gtest/gtest.h>

#include <ctime>
#include <random>

#include "tests/filters/registered/registered.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

std::shared_ptr<DictionaryDetector> dictionary(std::string_view words) {
  auto out = std::make_shared<DictionaryDetector>("project", "confidential", 0.85);
  std::vector<DictionaryProblem> problems;
  out->read(words, problems);
  EXPECT_TRUE(problems.empty());
  return out;
}

std::string found(std::string_view words, std::string_view text) {
  return shown(*set_of({dictionary(words), "project", "confidential", "dictionary"}), text);
}

TEST(Dictionary, FindsWordsInEveryWidthCaseAndKana) {
  const char* words = "# projects\nNightjar\nあかつき\nブルースカイ計画\n";
  EXPECT_EQ(found(words, "the NIGHTJAR and ｎｉｇｈｔｊａｒ"),
            "project[NIGHTJAR] project[ｎｉｇｈｔｊａｒ]");
  EXPECT_EQ(found(words, "次期アカツキ、ｱｶﾂｷ"), "project[アカツキ] project[ｱｶﾂｷ]");
  EXPECT_EQ(found(words, "新ブルースカイ計画書"), "project[ブルースカイ計画]");
}

TEST(Dictionary, WordsOfLettersAreFoundWhole) {
  EXPECT_EQ(found("nightjar", "nightjars, xnightjar, nightjar2, night"), "");
  EXPECT_EQ(found("nightjar", "(nightjar)"), "project[nightjar]");
  EXPECT_EQ(found("nightjar", "計画nightjarの"), "project[nightjar]");
  EXPECT_EQ(found("C1234", "C1234,c1234-5"), "project[C1234] project[c1234]");
}

TEST(Dictionary, SpacesAndHyphensInAWordDoNotMatter) {
  for (const char* text : {"Blue Sky", "blue-sky", "BLUE\nSKY", "BlueSky", "blue_sky"})
    EXPECT_EQ(found("Blue Sky", text), "project[" + std::string(text) + "]");
  EXPECT_EQ(found("Blue Sky", "blue; sky"), "");
}

TEST(Dictionary, OfWordsThatBeginTogetherTheLongestIsFound) {
  EXPECT_EQ(found("青空\n青空計画\n計画書", "青空計画書"), "project[青空計画] project[計画書]");
}

TEST(Dictionary, CommentsBlankLinesAndMarksAreNoWords) {
  EXPECT_EQ(found("\xEF\xBB\xBF# head\r\n\r\n  nightjar  \r\n#あかつき\r\n", "あかつき nightjar"),
            "project[nightjar]");
}

TEST(Dictionary, SaysWhichLineIsNoWord) {
  DictionaryDetector words("project", "confidential", 0.85);
  std::vector<DictionaryProblem> problems;
  words.read("ok\nx\n" + std::string(65, 'y') + "\nred;blue\n---\nfine", problems);
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].line, 2U);
  EXPECT_EQ(problems[1].line, 3U);
  EXPECT_EQ(problems[2].line, 4U);
  EXPECT_EQ(problems[3].line, 5U);
  EXPECT_EQ(words.words(), 2U);
}

TEST(Dictionary, AgreesWithANaiveSearch) {
  std::mt19937 random(6);
  const auto word = [&](std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i)
      out += std::string("あ\0か\0さ\0た\0", 16).substr(4 * (random() % 4), 3);
    return out;
  };
  std::string list;
  std::vector<std::string> words;
  for (int i = 0; i < 60; ++i) words.push_back(word(2 + random() % 5)), list += words.back() + "\n";
  const auto set = set_of({dictionary(list), "project", "confidential", "dictionary"});
  const std::string text = word(3000);
  std::vector<Range> expected;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::size_t longest = 0;
    for (const std::string& w : words)
      if (text.compare(at, w.size(), w) == 0) longest = std::max(longest, w.size());
    const std::size_t end = at + longest;
    if (longest > 0 && (expected.empty() || end > expected.back().end))
      expected.push_back({at, end});
  }
  std::vector<Range> got;
  for (const Finding& f : scan_text(*set, text)) got.push_back(f.range);
  EXPECT_EQ(got, expected);
}

TEST(Dictionary, AHundredThousandWordsLoadInAMoment) {
  std::mt19937 random(2);
  std::string list;
  for (int i = 0; i < 100'000; ++i) {
    list += "プロジェクト" + std::to_string(random()) + "号\n";
  }
  dictionary("warm");
  const std::clock_t begin = std::clock();
  const auto words = dictionary(list);
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  EXPECT_EQ(words->words(), 100'000U);
  std::printf("100,000 words: %.3f s\n", seconds);
}

TEST(Dictionary, EverySplitGivesTheSameFindings) {
  const auto set = set_of(
      {dictionary("nightjar\nあかつき\nBlue Sky Plan"), "project", "confidential", "dictionary"});
  std::string text;
  for (int i = 0; text.size() < 140'000; ++i)
    text += "nightjar アカツキ" + std::string(static_cast<std::size_t>(i) % 97, '.') +
            " blue\nsky-plan ";
  const Findings whole = scan_text(*set, text);
  ASSERT_GT(whole.size(), 3000U);
  std::mt19937 random(1);
  Scanner scanner(*set);
  scanner.begin();
  Findings pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = 1 + random() % 3000;
    scanner.push(std::string_view(text).substr(at, size), pieces);
    at += size;
  }
  scanner.finish(pieces);
  ASSERT_EQ(pieces.size(), whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_EQ(pieces[i].range, whole[i].range);
}

}  // namespace
}  // namespace sekisho::filters
