#include "filters/registered/canonical_text.h"

#include <gtest/gtest.h>

namespace sekisho::filters {
namespace {

TEST(CanonicalText, FoldsWidthCaseAndKana) {
  EXPECT_EQ(canonical_form("ＡｂＣ１２"), "abc12");
  EXPECT_EQ(canonical_form("ヤマダ"), canonical_form("やまだ"));
  EXPECT_EQ(canonical_form("ﾔﾏﾀﾞ"), canonical_form("ヤマダ"));
  EXPECT_EQ(canonical_form("ﾊﾟｿｺﾝ"), canonical_form("パソコン"));
  EXPECT_EQ(canonical_form("か\u3099"), canonical_form("が"));  // written as two characters
  EXPECT_EQ(canonical_form("Café"), canonical_form("CAFE\u0301"));
}

TEST(CanonicalText, FoldsOldFormsOfKanji) {
  EXPECT_EQ(canonical_form("髙橋"), canonical_form("高橋"));
  EXPECT_EQ(canonical_form("渡邉"), canonical_form("渡辺"));
  EXPECT_EQ(canonical_form("\uFA19田"), canonical_form("神田"));
  EXPECT_NE(canonical_form("高橋"), canonical_form("高梁"));
}

TEST(CanonicalText, ReadsDigitsOfEveryScript) {
  EXPECT_EQ(canonical_form("０９０"), "090");
  EXPECT_EQ(canonical_form("\u0660\u0661\u0662"), "012");
  EXPECT_EQ(canonical_form("①②"), "12");
}

TEST(CanonicalText, LeavesOutWhatOnlySeparates) {
  EXPECT_EQ(canonical_form("山田 太郎"), canonical_form("山田　太郎"));
  EXPECT_EQ(canonical_form("03-1234-5678"), "0312345678");
  EXPECT_EQ(canonical_form("０３ー１２３４ー５６７８"), "0312345678");
  EXPECT_EQ(canonical_form("サーバー"), "さーばー");
  EXPECT_EQ(canonical_form("a\u200Bb\u00ADc"), "abc");
  EXPECT_EQ(canonical_form(""), "");
  EXPECT_EQ(canonical_form("\xFF\xFE 、"), "");
}

TEST(CanonicalText, KnowsTheBytesOfEachCharacter) {
  const std::string text = "x  ﾀﾞ、Ｂ";
  const CanonicalText c(text);
  ASSERT_EQ(c.size(), 3U);
  EXPECT_EQ(c.range(0, 1), (Range{0, 1}));
  EXPECT_EQ(c.range(1, 2), (Range{3, 9}));  // the letter and its voiced mark
  EXPECT_EQ(c.range(2, 3), (Range{12, 15}));
  EXPECT_EQ(c.ordinal(2), 6U);
}

TEST(CanonicalText, WordsOfLettersHaveBordersJapaneseNone) {
  const CanonicalText c("ab12 東京cd、e");
  ASSERT_EQ(c.size(), 9U);
  EXPECT_TRUE(c.begins_word(0));
  EXPECT_FALSE(c.begins_word(1));
  EXPECT_FALSE(c.begins_word(2));
  EXPECT_FALSE(c.ends_word(3));
  EXPECT_TRUE(c.ends_word(4));
  for (std::size_t i : {4U, 5U}) EXPECT_TRUE(c.begins_word(i) && c.ends_word(i + 1));
  EXPECT_TRUE(c.begins_word(6));
  EXPECT_FALSE(c.apart(4));
  EXPECT_TRUE(c.apart(8));
}

TEST(CanonicalText, AFewSeparatorsBelongToAValueManyDoNot) {
  const CanonicalText near("12 - 34"), far("12 -- 34"), line("12\n34");
  EXPECT_FALSE(near.apart(2));
  EXPECT_TRUE(far.apart(2));
  EXPECT_FALSE(line.apart(2));
  EXPECT_TRUE(line.line_ended(2));
}

}  // namespace
}  // namespace sekisho::filters
