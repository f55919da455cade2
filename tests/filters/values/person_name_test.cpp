#include "filters/values/person_name.h"

#include <gtest/gtest.h>

#include "filters/values/name_list.h"
#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(NameList, ComposesGivenNames) {
  const NameList& names = NameList::shipped();
  const auto given = [&names](std::u32string_view name) {
    return names.is_given(name.data(), name.size());
  };
  EXPECT_TRUE(given(U"大輔"));
  EXPECT_TRUE(given(U"美智子"));
  EXPECT_TRUE(given(U"健太朗"));
  EXPECT_TRUE(given(U"さくら"));
  EXPECT_FALSE(given(U"弘で"));
  EXPECT_FALSE(given(U"新人"));
  EXPECT_FALSE(given(U"一人"));
  EXPECT_FALSE(given(U"製薬"));
  EXPECT_FALSE(given(U"県"));
}

TEST(PersonName, SurnameAndGivenNameStandAnywhere) {
  expect_marked("person_name_ja", {"⟦佐藤大輔⟧が担当します",
                                   "⟦高橋 美咲⟧と⟦渡辺　健⟧に連絡",
                                   "営業部の⟦中村由美子⟧です。",
                                   "担当者⟦小林直樹⟧まで",
                                   "営業部長⟦加藤誠⟧が承認",
                                   "著者: ⟦長谷川 翔太⟧",
                                   "弊社の⟦綾小路俊⟧が伺います",
                                   "担当 ⟦富樫 悟⟧",
                                   "⟦東沙織⟧ 様",
                                   "⟦邊見⟧様\nお世話になっております。",
                                   "⟦岡田学⟧と申します",
                                   "代表取締役 ⟦村上実⟧",
                                   "⟦青木⟧です。\nお世話になっております。",
                                   "弊社⟦西川⟧より連絡します",
                                   "⟦佐藤さくら⟧が伺います",
                                   "⟦高橋あかり⟧です",
                                   "⟦佐々木さくら⟧さん",
                                   "担当は⟦氏家弘⟧です",
                                   "- ⟦山本一郎⟧ (35)",
                                   "⟦五十嵐 陽菜⟧、欠席",
                                   "{\"name\":\"⟦清水 恵⟧\"}",
                                   "氏名\t年齢\n⟦井上翼⟧\t34\n⟦木村愛子⟧\t29"});
}

TEST(PersonName, ASurnameNeedsAnHonorific) {
  expect_marked("person_name_ja", {"⟦田中⟧様", "⟦鈴木⟧さんに送る", "⟦斎藤⟧氏によれば", "⟦伊藤⟧殿",
                                   "⟦山口⟧先生", "⟦森⟧さんと", "株式会社サンプル ⟦吉田⟧様"});
  expect_none("person_name_ja",
              {"田中の件", "鈴木製作所", "森の中", "山田です", "山田に渡した", "山田と田中"});
}

TEST(PersonName, ASurnameIsOneWherePeopleAreCalledByIt) {
  expect_marked(
      "person_name_ja",
      {"⟦田中⟧課長、お疲れ様です", "⟦鈴木⟧部長が承認", "⟦斎藤⟧本部長", "⟦伊藤⟧社長の話",
       "お疲れ様です。開発部の⟦山口⟧です。", "営業二課の⟦田中⟧でございます",
       "ミライソフトの⟦鈴木⟧です。いつもお世話になっております。", "⟦森田⟧と申します。",
       "⟦田中⟧：それは来週までに直します\n⟦鈴木⟧：よろしくお願いします",
       "11/04 到着を確認、対応完了（⟦田中⟧）\n", "担当：⟦田中⟧（内線201）",
       "出席者：⟦田中⟧、⟦鈴木⟧、⟦伊藤⟧（記）", "| 担当 | 内線 |\n|---|---|\n| ⟦田中⟧ | 201 |",
       "作成者：⟦田中⟧　承認者：⟦鈴木⟧", "{\"last_name\":\"⟦田中⟧\",\"first_name\":\"⟦優子⟧\"}",
       "姓,名,年齢\n⟦田中⟧,優子,34", "姓：⟦田中⟧　名：⟦里奈⟧"});
  expect_none("person_name_ja", {"一番の産地は山口です", "本社の所在地は千葉です", "支社の千葉です",
                                 "上野：動物園の最寄り駅です", "担当：経理部", "担当：田中製作所",
                                 "出席者：千葉、福島、山口", "窓口：本社の二階", "福岡店長会議",
                                 "乗り換え（上野）", "田中：3件", "鈴木：12,000円", "会長の話",
                                 "営業部の資料です", "ブランドの本田です"});
}

TEST(PersonName, AWeakGivenNameHoldsWhereItStandsAlone) {
  expect_marked("person_name_ja", {"出席者：⟦大塚 舞⟧、⟦杉山勇気⟧、⟦松岡学⟧"});
  expect_none("person_name_ja", {"上野公園、高田公園", "上野動物園、千葉学", "田中元気そう"});
}

TEST(PersonName, PlacesFirmsAndOtherPeopleAreNone) {
  expect_none("person_name_ja",
              {"お客様各位",   "皆様",           "神様と王様",     "奥様",           "同様に",
               "仕様書",       "模様替え",       "店長さん",       "社長さん",       "運転手さん",
               "牛丼屋さん",   "千葉県",         "福島原発",       "長野駅前",       "石川県金沢市",
               "宮崎空港",     "山口大学",       "松本城",         "本田技研工業",   "小林製薬",
               "村田製作所",   "清水建設",       "前田建設",       "伊藤忠商事",     "伊藤忠の株価",
               "高島屋",       "三井物産",       "豊田市",         "上野公園",       "中野区",
               "高橋新人研修", "佐藤一人で行く", "織田信長の生涯", "夏目漱石を読む", "森林保護",
               "東京都",       "大阪府",         "平成元年",       "原因不明",       "南北問題",
               "中国人民銀行", "関係者様各位",   "業者様",         "弊社様式"});
}

TEST(PersonName, NamesOfFormsAreSamples) {
  expect_none("person_name_ja", {"氏名 山田太郎", "（例）山田 花子", "鈴木一郎", "佐藤花子"});
}

TEST(PersonName, AFieldForNamesHoldsNamesOfNoList) {
  expect_marked(
      "person_name_ja",
      {"氏名：⟦檜垣 紗良⟧", "お名前　⟦鑓水 湊斗⟧様", "氏名,年齢\n⟦檜垣 紗良⟧,34\n⟦纐纈 健⟧,29",
       "契約者名: ⟦薬師寺 栞⟧", "フリガナ：⟦サトウ ダイスケ⟧", "ふりがな ⟦ひがき　さら⟧"});
  expect_none("person_name_ja",
              {"氏名を記入", "氏名：未記入", "お名前（必須）", "名前空間", "氏名 住所 電話番号",
               "名前は変更できません", "フリガナを入力", "フリガナ：カブシキガイシャサンプル",
               "氏名,住所\n,", "変数の名前は報告書", "name: nginx", "氏名欄"});
}

TEST(PersonName, TopicsBelowAHeadingOfNamesAreNone) {
  expect_none("person_name_ja", {"| name | n |\n|---|---|\n| 新人研修 | 12 |\n",
                                 "| name | n |\n|---|---|\n| 小林研修 | 12 |\n",
                                 "氏名,人数\n海外研修,8\n", "name: 月例会議"});
  expect_marked("person_name_ja", {"| name | n |\n|---|---|\n| ⟦佐藤由美⟧ | 12 |\n",
                                   "| name | n |\n|---|---|\n| ⟦森本修⟧ | 12 |\n",
                                   "| name | n |\n|---|---|\n| ⟦早乙女優⟧ | 12 |\n"});
}

TEST(PersonName, IsLinearInHostileText) {
  std::string text;
  while (text.size() < (1u << 20)) text += "佐藤";
  EXPECT_LT(values_of("person_name_ja", text).size(), 10U);
}

TEST(PersonName, TheNextFieldOfAnEmptyFormIsNone) {
  EXPECT_EQ(shown("氏名：\nフリガナ：\nパスワード：（　　）"), "");
  EXPECT_EQ(shown("請願書は之ヲ宮内大臣ニ提出スベシ"), "");
}

}  // namespace
}  // namespace sekisho::filters
