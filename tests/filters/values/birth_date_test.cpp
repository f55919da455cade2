#include "filters/values/birth_date.h"

#include <gtest/gtest.h>

#include "tests/filters/values/marked_text.h"

namespace sekisho::filters {
namespace {

TEST(Date, IsReadInTheSpellingsOfEras) {
  const CivilDate day{1980, 12, 3};
  for (const char* text : {"昭和55年12月3日", "昭和55.12.3", "S55.12.3", "S55/12/03", "s55-12-3",
                           "昭和 55 年 12 月 3 日", "㍼55年12月3日", "昭和５５年１２月３日",
                           "S.55.12.3", "昭和五十五年十二月三日", "昭和55年（1980年）12月3日"}) {
    EXPECT_EQ(read_date(text), day) << text;
  }
  EXPECT_EQ(read_date("令和元年5月1日"), (CivilDate{2019, 5, 1}));
  EXPECT_EQ(read_date("R1.5.1"), (CivilDate{2019, 5, 1}));
  EXPECT_EQ(read_date("明治45年7月30日"), (CivilDate{1912, 7, 30}));
  EXPECT_EQ(read_date("大正15年12月25日"), (CivilDate{1926, 12, 25}));
}

TEST(Date, ErasBeginAndEndOnTheirDays) {
  for (const char* text : {"令和元年4月30日", "平成31年5月1日", "昭和64年1月8日", "平成元年1月7日",
                           "昭和65年1月1日", "大正16年1月1日", "明治46年1月1日", "平成0年1月1日"}) {
    EXPECT_EQ(read_date(text), std::nullopt) << text;
  }
}

TEST(Date, IsReadInTheSpellingsOfTheWest) {
  const CivilDate day{1990, 4, 1};
  for (const char* text :
       {"1990-04-01", "1990/4/1", "1990.4.1", "1990年4月1日", "1990 年 4 月 1 日", "19900401",
        "April 1, 1990", "Apr 1 1990", "Apr. 1st, 1990", "1 April 1990", "1st of April 1990",
        "1-Apr-1990", "04/01/1990", "１９９０年４月１日", "1990年(平成2年)4月1日",
        "1990(平成2)年4月1日"}) {
    EXPECT_EQ(read_date(text), day) << text;
  }
  EXPECT_EQ(read_date("31/12/1990"), (CivilDate{1990, 12, 31}));
  EXPECT_EQ(read_date("2000-02-29"), (CivilDate{2000, 2, 29}));
}

TEST(Date, DaysThatDoNotExistAreNone) {
  for (const char* text :
       {"1990-02-30", "1990-13-01", "1990-00-10", "2001-02-29", "19901301", "1990-04",
        "April 31, 1990", "1990-04-01T", "90-04-01", "", "1990-4/1", "abc"}) {
    EXPECT_EQ(read_date(text), std::nullopt) << text;
  }
}

TEST(BirthDate, IsFoundBesideItsLabel) {
  expect_marked(
      "date_of_birth",
      {"生年月日：⟦昭和55年12月3日⟧", "生年月日 ⟦1990/4/1⟧ 性別 女", "誕生日は⟦1990年4月1日⟧です",
       "DOB: ⟦04/01/1990⟧", "Date of birth: ⟦April 1, 1990⟧", "date of birth ⟦1990-04-01⟧",
       "She was born on ⟦1 April 1990⟧.", "{\"birth_date\": \"⟦1990-04-01⟧\"}",
       "{\"dateOfBirth\":\"⟦1990-04-01⟧\"}", "{\"生年月日\":\"⟦19900401⟧\"}",
       "birthday=⟦1990-04-01⟧", "生年月日\n⟦平成2年4月1日⟧", "生年月日（和暦）: ⟦H2.4.1⟧",
       "⟦1990年4月1日⟧生まれの男性です", "⟦昭和55年12月3日⟧生", "被保険者 (⟦S55.12.3⟧生)",
       "氏名\t生年月日\t備考\n佐藤\t⟦1990/04/01⟧\tA\n鈴木\t⟦S63.1.15⟧\tB",
       "id,name,birthdate\n1,Mary,⟦1985-03-09⟧\n2,John,⟦1979-11-30⟧"});
}

TEST(BirthDate, IsFoundBeforeItsName) {
  expect_marked("date_of_birth",
                {"⟦1981-03-21⟧（DOB）", "⟦1981-03-21⟧ (birth date).", "私の生まれ: ⟦1981-03-21⟧",
                 "⟦1981-03-21⟧（born）を含む通知文", "⟦1955.10.15⟧(生年月日)",
                 "⟦1951/09/01⟧ ← birth date です。返信文を作って", "⟦1990.5.2⟧がバースデーです。",
                 "⟦1983-08-08⟧ というのが私の生年月日です", "・⟦2005年6月24日⟧ … born、確認済",
                 "⟦1970.1.27⟧がDate of Birthです", "⟦1998/10/10⟧（ｾｲﾈﾝｶﾞｯﾋﾟ）"});
  expect_none("date_of_birth",
              {"2026-04-01（誕生日クーポンを配布）", "2020-04-01（入社日）、生年月日は別紙",
               "2020-04-01 births in Tokyo", "2026-04-01 (birthday party at the office)",
               "2024-03-02 -- born from refactor", "新しく生まれ: 2020-01-05",
               "2015/4/1に生まれ変わった", "2020-04-01 (birthplace: Tokyo)"});
}

TEST(BirthDate, IsFoundBesideWordsOfTwoMeanings) {
  expect_marked("date_of_birth",
                {"生まれ: ⟦1981-03-21⟧", "生まれ\n⟦1992.5.24⟧", "バースデー\t⟦1961.12.18⟧",
                 "<dt>生まれ</dt>\n<dd>⟦1955年4月8日⟧</dd>", "{\"bornOn\": \"⟦1953-02-25⟧\"}",
                 "BEGIN:VCARD\nBDAY:⟦1982-10-17⟧", "|カード|生まれ|\n|---|---|\n|a|⟦1957-09-05⟧|"});
  expect_none("date_of_birth", {"東京生まれ\n2015/4/1 入社", "1990年代生まれ：2015/4/1 に集計",
                                "バースデーケーキの予約は 2026/05/01"});
}

TEST(BirthDate, OtherDatesAreNone) {
  expect_none("date_of_birth", {"1990年4月1日に設立",
                                "作成日 1990/4/1",
                                "2026-11-25 09:00:00 INFO started",
                                "誕生日は4月1日です",
                                "生年月日 昭和65年1月1日",
                                "生年月日 1990-02-30",
                                "生年月日を入力",
                                "born in Tokyo",
                                "生年月日: 1890-01-01",
                                "発売日 2024年4月1日",
                                "生年月日,入社日\n不明,2024-04-01",
                                "name,hired,birthday\nA,1990-04-01,",
                                "reborn 1990-04-01",
                                "氏名：\n生年月日：\n入社日：2015/4/1",
                                "生年月日\n登録日 2020/1/1",
                                "DOB:\nExpiry date: 2020-01-01",
                                "生年月日,\"YYYY/MM/DD\",2026/09/03",
                                "生年月日：未登録 | 2026/09/03",
                                "birth_date=----\n2026-05-07T05:04:37Z INFO",
                                "生年月日,\"（非公開）\",2026/05/26",
                                "birth_date: （非公開）\n2026-01-10T04:20:04Z WARN",
                                "生年月日,\"42MK3ZMSRTN3LW5Q\",2026-12-20",
                                "{\"dob\": null, \"at\": \"2026-05-07\"}"});
  expect_marked(
      "date_of_birth",
      {"\"birthday\",\"address\"\n\"⟦1990-04-01⟧\",\"Kyoto\"", "生年月日,\"西暦\",\"⟦1990/4/1⟧\"",
       "生年月日：\n・⟦1990/4/1⟧", "誕生日をお願いします。\nお客様: はい、⟦昭和23年10月11日⟧です",
       "birthday is ⟦08/19/1973⟧", "誕生日\n入社前の\n⟦1990/4/1⟧生まれ"});
}

}  // namespace
}  // namespace sekisho::filters
