// Labels of numbers in the spellings of keys, columns, forms and remarks.
#include <gtest/gtest.h>

#include <algorithm>

#include "filters/word_spellings.h"
#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(WordSpellings, JoinLatinWordsInEveryWay) {
  EXPECT_EQ(with_spellings({"driver license"}),
            (std::vector<std::string>{"driver license", "driver_license", "driver-license",
                                      "driverlicense", "driver+license"}));
  EXPECT_EQ(with_spellings({"my_number", "my number"}).size(), 5u);
  EXPECT_EQ(with_spellings({"tel", "電話", "個人 番号"}).size(), 3u);
}

TEST(WordSpellings, NarrowKatakana) {
  EXPECT_EQ(with_spellings({"マイナンバー"})[1], "ﾏｲﾅﾝﾊﾞｰ");
  EXPECT_EQ(with_spellings({"メンキョ番号"})[1], "ﾒﾝｷｮ番号");
  EXPECT_EQ(with_spellings({"パスポート"})[1], "ﾊﾟｽﾎﾟｰﾄ");
  EXPECT_EQ(with_spellings({"ヴヶァ"})[1], "ｳﾞｹｧ");
  EXPECT_EQ(with_spellings({"ふりがな"}).size(), 1u);
}

TEST(WordSpellings, ReadLongerKatakanaInHiragana) {
  EXPECT_EQ(with_spellings({"マイナンバー"}).back(), "まいなんばー");
  EXPECT_EQ(with_spellings({"カード番号"}).back(), "かーど番号");
  EXPECT_EQ(with_spellings({"テル"}).size(), 2u);
  EXPECT_EQ(with_spellings({"番号ー"}).size(), 2u);
}

TEST(LabelSpellings, InHiraganaAreTheWordsThemselves) {
  expect_marked("jp_my_number", {"まいなんばー：⟦787789328790⟧"});
  expect_marked("jp_passport", {"ぱすぽーと番号：⟦TZ8304729⟧"});
  expect_marked("credit_card", {"かーど番号：⟦4539578763621486⟧"});
  expect_marked("password_assignment", {"ぱすわーど：⟦Kx9-vTq2Lm⟧"});
}

TEST(LabelSpellings, OfKeysAreTheWordsThemselves) {
  expect_marked(
      "jp_my_number",
      {"X-individual-number: ⟦787789328790⟧", "app.individual-number=⟦7877-8932-8790⟧",
       "{\"individualNumber\": \"⟦787789328790⟧\"}", "- **kojin bangou**: `⟦787789328790⟧`",
       "maina_no: ⟦787789328790⟧", "MyNo=⟦787789328790⟧;", "個番：⟦787789328790⟧"});
  expect_marked("jp_driver_license",
                {"<record drivers-license=\"⟦309012345620⟧\"/>", "driving-licence: ⟦309012345620⟧",
                 "DriversLicenseNumber=⟦309012345620⟧", "ﾒﾝｷｮ番号：⟦309012345620⟧",
                 "⟦309012345620⟧（ﾒﾝｷｮ番号）を含む通知文", "メンキョ番号 ⟦309012345620⟧"});
  expect_marked("jp_pension_number",
                {"basic-pension-number: ⟦4321-567890⟧", "ｷｿﾈﾝｷﾝ番号=⟦4321567891⟧",
                 "キソネンキン番号　⟦4321-567890⟧"});
  expect_marked("jp_corporate_number",
                {"corporate-number=\"⟦5835678256246⟧\"", "ﾎｳｼﾞﾝ番号 ⟦5835678256246⟧",
                 "T番号は⟦5835678256246⟧とのこと"});
  expect_marked("jp_passport", {"PPT No： ⟦TZ8304729⟧", "travel-document: ⟦TZ8304729⟧",
                                "ﾊﾟｽﾎﾟｰﾄ番号,備考\n⟦TZ8304729⟧,済"});
  expect_marked("us_ssn", {"SS# ........................ ⟦536-22-8145⟧"});
}

TEST(LabelSpellings, OfOtherWordsStaySo) {
  expect_none("jp_driver_license", {"mit-license 309012345620", "delicense 309012345620"});
  expect_none("jp_my_number", {"order-id 787789328790", "dynamyno=787789328790"});
}

TEST(LabelSpellings, OfTheNextFieldDoNotMatterToAPassport) {
  expect_marked("jp_passport", {"<tr><th>旅券No</th><td>⟦TZ8304729⟧</td></tr>"
                                "<tr><th>ARC No.（在留カード）</th>"});
}

TEST(HeadingsFarAbove, NameWhatAPatternFinds) {
  expect_marked("us_ssn",
                {"| soc sec # | 住所 | 備考 |\n|---|---|---|\n| ⟦536-22-8145⟧ | "
                 "東京都千代田区千代田一丁目二番地三号のとても長い建物の名前の何階の何号室 |  |\n"
                 "| ⟦219-45-6781⟧ |  |  |"});
}

TEST(RemarksBehindANumber, SayMoreThanTheLinesAbove) {
  expect_marked("jp_my_number",
                {"免許No. 309012345620 です\n[17:23] user1: ⟦7877-8932-8790⟧（配偶者の個人番号）"});
  expect_marked("jp_pension_number",
                {"お客様からの問い合わせです。⟦4321-567890⟧が基礎年金No.です。"});
  expect_none("jp_pension_number",
              {"Basic Pension Number です\n[11:41] user2: 052-505-9461（電話）"});
}

TEST(NeighboursOfANumber, LendItNoName) {
  expect_marked("jp_phone", {"年金番号は別紙、緊急時は ⟦090-8123-4471⟧",
                             "<th>電話</th><th>年金番号</th></tr><tr><td>⟦090-8123-4471⟧</td>"});
  expect_none("jp_phone", {"会員番号 090-8123-4471", "伝票番号は080-3903-2397"});
  expect_none("jp_driver_license", {"免許証番号 です\n+81 80 3903 2397（ケータイ）",
                                    "driver license above; kojin bango is 787789328790"});
  expect_marked("jp_driver_license", {"card is 4532 0151 1283 0366; menkyo no is ⟦501107402361⟧;"});
  expect_none("credit_card", {"card is old; name is Taro; menkyo no is 501107402361;"});
}

}  // namespace
}  // namespace sekisho::filters
