#include "audit/reports/words.h"

#include <algorithm>
#include <set>

#include "tests/audit/reports/sample.h"

namespace sekisho::audit {
namespace {

std::multiset<std::string> places_of(const std::string& form) {
  std::multiset<std::string> out;
  for (std::size_t at = form.find('{'); at != std::string::npos; at = form.find('{', at + 1))
    out.insert(form.substr(at, 3));
  return out;
}

bool is_japanese(const std::string& text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0xE3; });
}

TEST(ReportWords, EverySentenceIsThereInBothLanguages) {
  for (int i = 0; i < static_cast<int>(Word::kCount_); ++i) {
    const LocalText& text = words(static_cast<Word>(i));
    ASSERT_FALSE(text.ja.empty()) << "no Japanese, or in a wrong row: " << i;
    ASSERT_FALSE(text.en.empty()) << "no English: " << text.ja;
    EXPECT_TRUE(is_japanese(text.ja)) << text.ja;
    EXPECT_FALSE(is_japanese(text.en)) << text.en;
    EXPECT_EQ(places_of(text.ja), places_of(text.en)) << text.ja;
  }
}

TEST(ReportWords, FillsPlacesInTheOrderOfTheLanguage) {
  EXPECT_EQ(say(Word::kRangeText, Language::kEnglish, {"1", "20"}), "seq 1 to 20");
  EXPECT_EQ(say(Word::kRangeText, Language::kJapanese, {"{1}", "20"}), "番号 {1} から 20");
}

TEST(ReportWords, CallsTheWordsOfRecordsByTheirColumn) {
  ASSERT_NE(word_of_record("would", "block"), nullptr);
  EXPECT_EQ(word_of_record("would", "block")->ja, "拒否");
  EXPECT_EQ(word_of_record("reason", "data")->en, "confidential data");
  EXPECT_EQ(word_of_record("what", "evidence_open")->ja, "写しの開封");
  EXPECT_EQ(word_of_record("trains_on_inputs", "opt_out")->ja, "止めなければ使う");
  EXPECT_EQ(word_of_record("host", "block"), nullptr);
  EXPECT_EQ(word_of_record("verdict", "<b>"), nullptr);
}

}  // namespace
}  // namespace sekisho::audit
