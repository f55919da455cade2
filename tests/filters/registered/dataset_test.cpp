#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <set>

#include "filters/registered/canonical_text.h"
#include "tests/filters/registered/registered.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

const std::vector<Cells>& people() {
  static const std::vector<Cells> kPeople = {
      {"山田 太郎", "t.yamada@kaisha-sample.co.jp", "090-1234-5670", "C0001001"},
      {"佐々木 花子", "hanako@kaisha-sample.co.jp", "03-9876-5432", "C0001002"},
      {"Robert O'Neil", "rob.oneil@kaisha-sample.com", "+81 80 5555 0101", "C0001003"},
      {"髙橋 健", "ken@kaisha-sample.jp", "0466-12-3456", "C0001004"},
      {"株式会社関所商事", "info@sekisho-sample.jp", "045-123-4567", "C0001005"},
      {"Acme Widgets Co., Ltd.", "sales@acme-sample.jp", "06-1111-2222", "C0001006"}};
  return kPeople;
}

DatasetSettings with_key(std::size_t at_least = 2) {
  DatasetSettings settings;
  settings.at_least_columns = at_least;
  settings.key_column = 3;
  return settings;
}

struct People {
  Place place;
  std::shared_ptr<const DetectorSet> set = list_set(place, people(), with_key());
};
const DetectorSet& people_set() {
  static const People kPeople;
  return *kPeople.set;
}

std::string found(std::string_view text) {
  return shown(people_set(), text, 0);
}

TEST(Dataset, TwoCellsOfARowAreFoundOneIsNot) {
  EXPECT_EQ(found("山田太郎さん (t.yamada@kaisha-sample.co.jp) の件"),
            "dataset:people[山田太郎] dataset:people[t.yamada@kaisha-sample.co.jp]");
  EXPECT_EQ(found("山田太郎さんの件"), "");
  EXPECT_EQ(found("t.yamada@kaisha-sample.co.jp"), "");
}

TEST(Dataset, CellsOfDifferentRowsAreNoMatch) {
  EXPECT_EQ(found("山田太郎 hanako@kaisha-sample.co.jp 0466-12-3456"), "");
}

TEST(Dataset, SpellingsOfOneValueAreOne) {
  const std::string mail = " hanako@kaisha-sample.co.jp";
  for (const char* phone : {"03-9876-5432", "0398765432", "(03)9876-5432", "03 9876 5432",
                            "+81-3-9876-5432", "+81398765432", "０３（９８７６）５４３２",
                            "０３ー９８７６ー５４３２", "03.9876.5432", "03-9876\n-5432"})
    EXPECT_NE(found(phone + mail), "") << phone;
  for (const char* name : {"佐々木花子", "佐々木　花子", "佐々木・花子様", "担当佐々木花子です"})
    EXPECT_NE(found(name + mail), "") << name;
  EXPECT_NE(found("高橋健、ＫＥＮ＠ＫＡＩＳＨＡ－ｓａｍｐｌｅ.ｊｐ"), "");
  EXPECT_NE(found("robert o'neil / 080-5555-0101"), "");
  EXPECT_NE(found("ROBERT ONEIL <rob.oneil@kaisha-sample.com>"), "");
}

TEST(Dataset, FormsOfCompaniesDoNotMatter) {
  EXPECT_NE(found("関所商事 045-123-4567"), "");
  EXPECT_NE(found("㈱関所商事 045-123-4567"), "");
  EXPECT_NE(found("Acme Widgets Inc. sales@acme-sample.jp"), "");
  EXPECT_NE(found("ACME WIDGETS: 06(1111)2222"), "");
}

TEST(Dataset, LettersAndDigitsAreFoundWhole) {
  const std::string mail = " hanako@kaisha-sample.co.jp ";
  EXPECT_EQ(found("x03987654321" + mail), "");
  EXPECT_EQ(found("1398765432" + mail), "");
  EXPECT_EQ(found("not.hanako@kaisha-sample.co.jpx 佐々木花子"), "");
}

TEST(Dataset, MoreColumnsAreMoreConfidence) {
  const auto confidence = [](std::string_view text) {
    double most = 0;
    for (const Finding& f : scan_text(people_set(), text)) most = std::max(most, f.confidence);
    return most;
  };
  const double two = confidence("山田太郎 090-1234-5670");
  const double three = confidence("山田太郎 090-1234-5670 t.yamada@kaisha-sample.co.jp");
  const double four = confidence("C0001001 山田太郎 090-1234-5670 t.yamada@kaisha-sample.co.jp");
  EXPECT_GE(two, 0.85);
  EXPECT_GT(three, two);
  EXPECT_GT(four, three);
}

TEST(Dataset, TheKeyAloneIsEnough) {
  EXPECT_EQ(found("顧客番号 c0001002 について"), "dataset:people[c0001002]");
  EXPECT_EQ(found("c00010021"), "");
}

TEST(Dataset, NumbersThatManyRowsCountUpAreNoKeyAlone) {
  std::vector<Cells> rows;
  for (int i = 0; i < 3000; ++i)
    rows.push_back({"u" + std::to_string(70000 + i) + "@kaisha-sample.jp", "x", "y",
                    std::to_string(10'000'000 + i)});
  const Place place;
  const auto set = list_set(place, rows, with_key());
  EXPECT_EQ(shown(*set, "order 10000007", 0), "");
  EXPECT_NE(shown(*set, "order 10000007 u70007@kaisha-sample.jp", 0), "");
}

TEST(Dataset, CellsMustStandWithinThreeHundredCharacters) {
  const auto apart = [](std::size_t characters) {
    std::string text = "山田太郎";
    for (std::size_t i = 0; i < characters; ++i) text += "。";
    return text + "t.yamada@kaisha-sample.co.jp";
  };
  EXPECT_NE(found(apart(200)), "");
  EXPECT_NE(found(apart(296)), "");
  EXPECT_EQ(found(apart(297)), "");
}

TEST(Dataset, AtLeastThreeColumnsAsksForThree) {
  const Place place;
  const auto set = list_set(place, people(), with_key(3));
  EXPECT_EQ(shown(*set, "山田太郎 090-1234-5670", 0), "");
  EXPECT_NE(shown(*set, "山田太郎 090-1234-5670 t.yamada@kaisha-sample.co.jp", 0), "");
}

TEST(Dataset, OneColumnIsEnoughWhereTheListSaysSo) {
  const Place place;
  DatasetSettings settings;
  settings.at_least_columns = 1;
  const auto set = list_set(place, {{"新製品あかつき"}, {"Project Nightjar"}}, settings);
  EXPECT_EQ(shown(*set, "来期の新製品アカツキは project-nightjar です", 0),
            "dataset:people[新製品アカツキ] dataset:people[project-nightjar]");
}

TEST(Dataset, AValueOfManyRowsCountsForTheRowThatAnotherCellTells) {
  std::vector<Cells> rows;
  for (int i = 0; i < 2000; ++i)
    rows.push_back(
        {i % 50 == 0 ? "佐藤"
                     : "姓" + std::string(1, static_cast<char>('a' + i % 26)) + std::to_string(i),
         "user" + std::to_string(i) + "@kaisha-sample.jp"});
  const Place place;
  const auto set = list_set(place, rows);
  EXPECT_EQ(shown(*set, "佐藤様 user50@kaisha-sample.jp", 0),
            "dataset:people[佐藤] dataset:people[user50@kaisha-sample.jp]");
  EXPECT_EQ(shown(*set, "佐藤様 user51@kaisha-sample.jp", 0), "");  // row 51 is somebody else
  EXPECT_EQ(shown(*set, "佐藤様、佐藤様", 0), "");
}

TEST(Dataset, OnePlaceIsOneCellAndOneWordSaidTwiceToo) {
  const Place place;
  const auto set = list_set(
      place, {{"田中商店", "田中商店", "tanaka.shoten@kaisha-sample.jp", "tanaka.shoten"}});
  EXPECT_EQ(shown(*set, "田中商店と田中商店", 0), "");
  EXPECT_EQ(shown(*set, "tanaka.shoten@kaisha-sample.jp", 0), "");
  EXPECT_NE(shown(*set, "田中商店 tanaka.shoten", 0), "");
}

TEST(Dataset, RowsAreCountedNotCells) {
  std::set<std::string> rows;
  for (const Finding& f :
       scan_text(people_set(), "山田太郎 090-1234-5670\n佐々木花子 03-9876-5432\n山田太郎"))
    rows.insert(f.counted());
  EXPECT_EQ(rows.size(), 2U);
}

TEST(Dataset, AllowedValuesAreNoEvidence) {
  const Place place;
  DatasetSettings settings;
  settings.allow_values = {"ＨＡＮＡＫＯ@kaisha-sample.co.jp", "+81 90-1234-5670"};
  const auto set = list_set(place, people(), settings);
  EXPECT_EQ(shown(*set, "佐々木花子 hanako@kaisha-sample.co.jp", 0), "");
  EXPECT_EQ(shown(*set, "山田太郎 09012345670", 0), "");
  EXPECT_NE(shown(*set, "佐々木花子 03-9876-5432", 0), "");
}

TEST(Dataset, AnEmptyListFindsNothing) {
  const Place place;
  EXPECT_EQ(shown(*list_set(place, {}), "山田太郎 090-1234-5670", 0), "");
}

TEST(DatasetBuilder, ReportsWhatBecameOfTheCells) {
  const Place place;
  DatasetBuilder builder(kTestKey, 3, 2, place.folder(), 1u << 20);
  add_row(builder, {"山田太郎", "", "12"});
  add_row(builder, {"x", "a@b-sample.jp", std::string(100, 'z')});
  add_row(builder, {"鈴木一郎", "c@d-sample.jp", "0312345678"});
  ASSERT_TRUE(builder.finish(place.file(), {}));
  const DatasetReport& r = builder.report();
  EXPECT_EQ(r.rows, 3U);
  EXPECT_EQ(r.unusable_rows, 2U);
  EXPECT_EQ(r.entries, 5U);
  EXPECT_EQ(r.columns[0].kept, 2U);
  EXPECT_EQ(r.columns[0].too_short, 1U);
  EXPECT_EQ(r.columns[1].empty, 1U);
  EXPECT_EQ(r.columns[2].too_short, 1U);
  EXPECT_EQ(r.columns[2].too_long, 1U);
}

TEST(DatasetBuilder, ValuesOfTooManyRowsAreLeftOut) {
  const Place place;
  DatasetBuilder builder(kTestKey, 2, 2, place.folder(), 1u << 20);
  for (int i = 0; i < 500; ++i)
    add_row(builder, {i % 2 == 0 ? "東京都" : "大阪府", "user" + std::to_string(i)});
  ASSERT_TRUE(builder.finish(place.file(), {}));
  EXPECT_EQ(builder.report().columns[0].too_common, 500U);
  EXPECT_EQ(builder.report().columns[0].kept, 0U);
  EXPECT_EQ(builder.report().entries, 500U);
}

TEST(DatasetBuilder, LittleMemoryGivesTheSameFile) {
  std::vector<Cells> rows;
  for (int i = 0; i < 4000; ++i)
    rows.push_back({"name" + std::to_string(i % 900), "mail" + std::to_string(i) + "@x-sample.jp"});
  const Place little, much;
  list_set(little, rows, {}, 1);
  list_set(much, rows, {}, 64u << 20);
  EXPECT_EQ(Place::bytes_of(little.file()), Place::bytes_of(much.file()));
}

TEST(DatasetBuilder, TheFileHoldsNoTextOfTheList) {
  const std::string bytes = [] {
    const Place place;
    list_set(place, people(), with_key());
    return Place::bytes_of(place.file());
  }();
  for (const Cells& row : people())
    for (const std::string& cell : row) {
      EXPECT_EQ(bytes.find(cell), std::string::npos);
      EXPECT_EQ(bytes.find(canonical_form(cell)), std::string::npos);
    }
}

// Laws of every detector.

std::string list_text() {
  std::string text;
  for (const Cells& row : people()) {
    for (const std::string& cell : row) text += cell + "、";
    text += std::string(200, '.') + "\n";
  }
  return text;
}

TEST(Dataset, EverySplitGivesTheSameFindings) {
  const auto& set = people_set();
  std::string text;
  while (text.size() < 200'000) text += list_text() + std::string(text.size() % 7777, 'x');
  const Findings whole = scan_text(set, text);
  ASSERT_GT(whole.size(), 100U);
  std::mt19937 random(4);
  for (int round = 0; round < 20; ++round) {
    Scanner scanner(set);
    scanner.begin();
    Findings pieces;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % (round < 10 ? 900 : 90'000);
      ASSERT_EQ(scanner.push(std::string_view(text).substr(at, size), pieces), ScanStatus::kDone);
      at += size;
    }
    scanner.finish(pieces);
    ASSERT_EQ(pieces.size(), whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_EQ(pieces[i].range, whole[i].range);
      EXPECT_EQ(pieces[i].counted(), whole[i].counted());
      EXPECT_EQ(pieces[i].confidence, whole[i].confidence);
    }
  }
}

TEST(Dataset, FindingsDoNotDependOnWhereTheyLie) {
  const std::string text = list_text();
  const std::size_t expected = scan_text(people_set(), text).size();
  ASSERT_GT(expected, 10U);
  for (std::size_t shift = 0; shift < text.size() + 400; shift += 13) {
    std::string moved((64u << 10) - shift, '-');
    moved += "\n" + text;
    EXPECT_EQ(scan_text(people_set(), moved).size(), expected) << shift;
  }
}

TEST(Dataset, HostileTextsTakeLinearTime) {
  // Nothing but cells, cells of many rows, and near misses of them.
  std::vector<Cells> rows;
  for (int i = 0; i < 1600; ++i)
    rows.push_back({"林一" + std::string(i % 100 == 0 ? "" : "x"), "aaaa" + std::to_string(i % 100),
                    "zzzz" + std::to_string(i)});
  const Place place;
  const auto set = list_set(place, rows);
  for (const std::string& unit :
       {std::string("林一"), std::string("aaaa1 "), std::string("aaaa1 林一 zzzz100 "),
        std::string("a "), std::string("0"), std::string("林")}) {
    const auto seconds = [&](std::size_t bytes) {
      std::string text;
      while (text.size() < bytes) text += unit;
      double best = 1e9;
      for (int i = 0; i < 3; ++i) {
        const std::clock_t begin = std::clock();  // of this process, whatever else runs
        scan_text(*set, text);
        best = std::min(best, static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
      }
      return best;
    };
    const double once = seconds(100'000), four = seconds(400'000);
    std::printf("%.1f MB/s of '%s'\n", 0.4 / four, unit.c_str());
    EXPECT_LT(four, 8 * once + 0.01) << unit;
  }
}

}  // namespace
}  // namespace sekisho::filters
