// Numbers told digit by digit; prose with the same words.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type) != std::string::npos;
}

TEST(SpokenDigits, FindsNumbersInWords) {
  EXPECT_TRUE(
      found("card number: four five three nine five seven eight seven six three six two one "
            "four eight six",
            "credit_card"));
  EXPECT_TRUE(
      found("クレジットカードの番号は、ヨンゴーサンキューゴーナナハチナナロクサンロクニーイチヨン"
            "ハチロクです",
            "credit_card"));
  EXPECT_TRUE(found(
      "わたしのけいたいでんわのばんごう、電話番号は、ぜろ、きゅう、ぜろ、はち、なな、ろく、ご、"
      "よん、さん、に、いち、です",
      "jp_phone"));
}

TEST(SpokenDigits, ProseWithTheSameWordsIsSilent) {
  EXPECT_EQ(shown("one of the two or three of us is to go at six, not at one or two or at five to "
                  "ten, so go on and on"),
            "");
  EXPECT_EQ(shown("call one two three four five six seven eight nine, in a row of so many words"),
            "");
  EXPECT_EQ(
      shown("ニイチサンシゴロクナナハチキュウと数えるのはレイであり、イチからクまでの数え方です"),
      "");
}

TEST(SpokenDigits, FindsWordsPartedBySignsAndBehindJapaneseLabels) {
  for (const char* text :
       {"カード番号 four nine two nine one two seven three four one six five two two six two",
        "【クレジットカード番号】four, seven, one, six, eight, one, three, four, one, five, one, "
        "three, "
        "four, five, one, two",
        "連絡先: zero nine zero six one one six nine eight seven three"})
    EXPECT_NE(shown(text), "") << text;
}

// The survey looks at 64 bytes at a time.
TEST(SpokenDigits, AreFoundWhereverTheyBegin) {
  for (std::size_t before = 0; before < 64; ++before)
    for (const std::string number : {"zero nine zero nine four zero three five five zero seven",
                                     "oh nine oh nine four oh three five five oh seven",
                                     "zero kyuu zero kyuu yon zero san go go zero nana",
                                     "Zero Nine Zero, Nine Four Zero Three, Five Five Zero Seven"})
      for (const std::string behind : {"\n10:16 memo", " の件、確認をお願いします。", "\"}"}) {
        const std::string text = std::string(before, '#') + "携帯: " + number + behind;
        EXPECT_NE(shown(text).find("jp_phone["), std::string::npos) << text;
      }
}

}  // namespace
}  // namespace sekisho::filters
