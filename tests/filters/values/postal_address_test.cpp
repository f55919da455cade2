#include "filters/values/postal_address.h"

#include <gtest/gtest.h>

#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(PostalAddress, InKanjiHasItsHouseNumber) {
  EXPECT_EQ(shown("住所：石川県金沢市泉野町二丁目二十番十六です"),
            "jp_postal_address[石川県金沢市泉野町二丁目二十番十六]");
  EXPECT_EQ(shown("住所：新潟県長岡市千歳九丁目四番地二十八"),
            "jp_postal_address[新潟県長岡市千歳九丁目四番地二十八]");
  EXPECT_EQ(shown("住所：新潟県長岡市千歳九丁目四番一括で送付"),
            "jp_postal_address[新潟県長岡市千歳九丁目四番]");
}

TEST(PostalAddress, IsFoundOverTheFieldsOfARecord) {
  expect_marked("jp_postal_address",
                {"{\"prefecture\":\"⟦東京都\",\"city\":\"世田谷区\",\"street\":\"太子堂4-1-4⟧\"}",
                 "都道府県,市区町村,番地\n⟦東京都,世田谷区,太子堂4-1-4⟧",
                 "| ⟦東京都 | 世田谷区 | 太子堂4-1-4⟧ |", "⟦東京都\t港区\t六本木1-6-1⟧"});
  expect_none("jp_postal_address", {"東京都,世田谷区,人口,940,000", "東京都,千代田区,2024-01-15",
                                    "県,市,数\n千葉県,柏市,1-2-3", "東京都,大阪府,京都府"});
}

TEST(PostalAddress, IsFoundDownToItsBlockAndBuilding) {
  expect_marked("jp_postal_address",
                {"⟦〒150-0041 東京都渋谷区神南1-19-11⟧",
                 "⟦〒150-0041 東京都渋谷区神南1-19-11 パークウェイマンション302号室⟧に送る",
                 "住所は⟦大阪府堺市堺区南瓦町3番1号⟧です",
                 "⟦神奈川県横浜市西区みなとみらい2-2-1⟧",
                 "⟦横浜市西区みなとみらい2丁目2番1号⟧",
                 "⟦札幌市中央区北1条西2丁目⟧",
                 "⟦北海道札幌市中央区北一条西二丁目⟧",
                 "⟦京都府京都市中京区烏丸通御池上る二条殿町538⟧",
                 "⟦東京都港区南青山五丁目十番二号⟧",
                 "⟦埼玉県さいたま市浦和区高砂３－１５－１⟧",
                 "⟦愛知県西加茂郡三好町大字三好字小坂50番地⟧",
                 "⟦東京都千代田区大手町1-3-2⟧",
                 "⟦沖縄県那覇市泉崎1-2-2⟧、電話",
                 "⟦〒530-0001\n大阪府大阪市北区梅田3-1-3⟧",
                 "⟦150-0041 東京都渋谷区神南1-19-11⟧",
                 "⟦茨城県つくば市天王台1-1-1⟧",
                 "⟦長野県北佐久郡軽井沢町軽井沢1178-1⟧",
                 "⟦東京都立川市曙町2-3-4⟧",
                 "⟦富山県立山町前沢24-40⟧",
                 "⟦沖縄県国頭郡恩納村字谷茶1919-1⟧"});
}

TEST(PostalAddress, AWardOfTokyoNeedsNoCity) {
  expect_marked("jp_postal_address",
                {"⟦渋谷区神南5丁目1番19号⟧に送る", "⟦〒150-0041 渋谷区神南1-19-11⟧"});
  expect_none("jp_postal_address",
              {"渋谷区の1丁目", "港区3-1", "北区役所 3-1-1", "中央区で2024-01-15に開催"});
}

TEST(PostalAddress, EndsWithTheNumberOfTheRoom) {
  expect_marked(
      "jp_postal_address",
      {"住所\t誕生日\n⟦〒741-9078 岡山県岡山市北区駅元町5丁目15-15 第二田辺ビル107⟧\t1980/3/2",
       "⟦東京都渋谷区神南1-19-11 神南ビル3階⟧ 2024年設立",
       "⟦東京都渋谷区神南1-19-11 神南ビル 302⟧ 090",
       "⟦〒591-7303 宮城県仙台市青葉区中央1丁目7番6号 ヴィラ南606⟧\n電話",
       "住所は⟦〒591-7303\\n宮城県仙台市青葉区中央1丁目7番6号 ヴィラ南606⟧です",
       "⟦大阪府大阪市北区梅田六丁目15番16号⟧ ランチ 909円"});
}

TEST(PostalAddress, ALabelMakesAShortOneEnough) {
  expect_marked("jp_postal_address",
                {"住所：⟦渋谷区神南1-19-11⟧", "お届け先: ⟦杉並区阿佐谷南1丁目15番1号⟧",
                 "{\"address\":\"⟦鎌倉市御成町18-10⟧\"}", "{\"住所\": \"⟦鎌倉市御成町18-10⟧\"}",
                 "氏名,住所\n佐藤,⟦杉並区阿佐谷南1-15-1⟧\n鈴木,⟦鎌倉市御成町18-10⟧"});
}

TEST(PostalAddress, RomajiIsReadToo) {
  EXPECT_EQ(values_of("jp_postal_address", "1-19-11 Jinnan, Shibuya-ku, Tokyo 150-0041").size(),
            1U);
  EXPECT_EQ(
      values_of("jp_postal_address", "send it to 3-1-7 Minami-Aoyama, Minato-ku, Tokyo").size(),
      1U);
}

TEST(PostalAddress, IsFoundUnderTheCompanyOfASignature) {
  expect_marked("jp_postal_address",
                {"株式会社みどり商事 本店営業部\n横山 翔太\n⟦〒650-0021 兵庫県神戸市中央区三宮町"
                 "2-11-24 第3みどりビル6F⟧\nTEL 078-331-2841",
                 "甲　⟦埼玉県さいたま市大宮区大門町四丁目3番地12⟧\n　　株式会社みどり"});
}

TEST(PostalAddress, AWordOfThePrefectureIsNoTown) {
  expect_none("jp_postal_address",
              {"東京都立中央図書館5-7-13", "大阪府立高校2-3-4", "東京都庁2-8-1"});
}

TEST(PostalAddress, PlacesAndFirmsAreNone) {
  expect_none(
      "jp_postal_address",
      {"東京都の人口は1400万人", "東京都渋谷区に住む", "〒150-0041", "大阪府警が3人を逮捕",
       "北海道新幹線の1-2号車", "埼玉県川口市 2024-01-15 晴れ", "横浜市は3-1で勝った",
       "株式会社サンプル 本社 東京都港区芝5-7-1", "会場：東京都江東区有明3-11-1 東京ビッグサイト",
       "住所不定", "住所を入力してください", "千葉県 3-2 埼玉県", "address already in use",
       "京都市立芸術大学 10-1", "東京都千代田区霞が関1-2-3", "東京都,13,1400",
       "渋谷区神南1丁目の火災"});
}

TEST(PostalAddress, ASiteIsAnAddressUnlessOfAnInstitution) {
  expect_marked("jp_postal_address", {"所在地：⟦東京都港区芝公園4丁目2-8⟧",
                                      "氏名 佐藤\n所在地\t⟦〒105-0011 東京都港区芝公園4-2-8⟧"});
  expect_none("jp_postal_address",
              {"美術館の所在地は東京都台東区上野公園7番7号です。",
               "施設名：上野の森\n所在地：東京都台東区上野公園9-83",
               "商号 サンプル\n所在地 東京都台東区上野公園7番7号\n設立 1990年"});
}

TEST(PostalAddress, SpellingsOfOneAddressAreOneValue) {
  const auto normalised = [](std::string_view text) {
    for (const Finding& f : scan_text(shipped_set(), text)) {
      if (f.type == "jp_postal_address") return f.normalised;
    }
    return std::string();
  };
  EXPECT_EQ(normalised("東京都渋谷区神南1-19-11"), normalised("東京都渋谷区神南１－１９－１１"));
}

TEST(PostalAddress, WhatACityPublishesIsCounted) {
  expect_none("jp_postal_address",
              {"静岡市告示第67号　2月1日", "千葉市条例第12号", "大阪市訓令第四号"});
  expect_marked("jp_postal_address", {"⟦岩手県和賀郡西和賀町沢内字新町第12地割34番地⟧"});
}

}  // namespace
}  // namespace sekisho::filters
