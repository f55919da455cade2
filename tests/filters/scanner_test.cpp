#include "filters/scanner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <tuple>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

using Row = std::tuple<std::size_t, std::size_t, std::string, double, std::string>;

std::vector<Row> rows(const Findings& found) {
  std::vector<Row> out;
  for (const Finding& f : found)
    out.emplace_back(f.range.begin, f.range.end, std::string(f.type), f.confidence, f.normalised);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<Row> whole(const DetectorSet& set, std::string_view text) {
  return rows(scan_text(set, text));
}

std::vector<Row> in_pieces(const DetectorSet& set, std::string_view text,
                           const std::vector<std::size_t>& cuts) {
  Scanner scanner(set);
  scanner.begin();
  Findings found;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    EXPECT_EQ(scanner.push(text.substr(from, cut - from), found), ScanStatus::kDone);
    from = cut;
  }
  EXPECT_EQ(scanner.push(text.substr(from), found), ScanStatus::kDone);
  EXPECT_EQ(scanner.finish(found), ScanStatus::kDone);
  return rows(found);
}

// Something of every kind, with near misses between.
std::string every_kind() {
  std::string key = "-----BEGIN PRIVATE KEY-----\n";
  for (unsigned i = 1; i < 12; ++i) key += chance(kBase62, 64, i) + "\n";
  key += "-----END PRIVATE KEY-----";
  return "担当：山田（t.yamada@kaisha-sample.co.jp、内線201）電話 "
         "03（1234）5678、ＴＥＬ０９０－１２３４－５６７８。\n"
         "カード 4532 0151 1283 0366 12/29 と "
         "4242-4242-4242-4242。個人番号\n7877\n8932\n8790\n【社外秘】2026年度\n" +
         key + "\naws_secret_access_key = " + chance(kBase62, 38, 3) + "/+ id AKIA" +
         chance(kBase32, 16) + "\nsk-ant-api03-" + chance(kBase62, 93) +
         "AA パスワードは「Kx9-vTq2Lm」です DB_PASSWORD=Zt8qWe4r\napi_key = \"" +
         chance(kBase62, 32, 9) +
         "\" postgres://app:Kx9vTq2Lm@db.kaisha-sample.jp/x host 10.20.30.40 "
         "CONFIDENTIAL\nPRJ-2026-AB 0120-123-456 user@example.com\n";
}

std::shared_ptr<const DetectorSet> with_custom() {
  DetectorSpec spec = with_shipped_packs();
  spec.custom = {{"project_code", "\\bPRJ-[0-9]{4}-[A-Z]{2}\\b", "confidential", 0.85, {}, {}},
                 {"long_run", "Q[a-z ]+Z", "confidential", 0.85, {}, {}},
                 {"line_start", "(?m)^host: [a-z]+$", "confidential", 0.85, {}, {}}};
  std::vector<DetectorProblem> problems;
  return DetectorSet::compile(spec, problems);
}

TEST(Scanner, EverySplitGivesTheSameFindings) {
  const auto set = with_custom();
  const std::string text = every_kind();
  const std::vector<Row> expected = whole(*set, text);
  ASSERT_GE(expected.size(), 12U);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ASSERT_EQ(in_pieces(*set, text, {cut}), expected) << "cut at " << cut;
  }
}

TEST(Scanner, SingleBytesGiveTheSameFindings) {
  const auto set = with_custom();
  const std::string text = every_kind();
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < text.size(); ++i) cuts.push_back(i);
  EXPECT_EQ(in_pieces(*set, text, cuts), whole(*set, text));
}

TEST(Scanner, RandomPartitionsOfALongTextGiveTheSameFindings) {
  const auto set = with_custom();
  std::mt19937 random(7);
  std::string text;
  while (text.size() < 400000) {
    text += std::string(random() % 3000, "xyz. "[random() % 5]);
    text += every_kind();
  }
  const std::vector<Row> expected = whole(*set, text);
  for (int round = 0; round < 6; ++round) {
    std::vector<std::size_t> cuts;
    for (std::size_t at = 0; (at += 1 + random() % (round < 3 ? 4000 : 120000)) < text.size();)
      cuts.push_back(at);
    ASSERT_EQ(in_pieces(*set, text, cuts), expected) << round;
  }
}

// Windows, blocks and pieces end at fixed places of the text: what lies across such a place must be
// found like any other.
TEST(Scanner, FindingsDoNotDependOnWhereTheyLie) {
  const auto set = with_custom();
  const std::string text = "\n" + every_kind();
  const std::vector<Row> expected = whole(*set, text);
  for (const std::size_t edge :
       {std::size_t{1} << 10, std::size_t{16} << 10, std::size_t{64} << 10}) {
    for (std::size_t shift = 0; shift < text.size(); shift += 31) {
      const std::size_t pad = edge - shift % edge;
      std::vector<Row> moved = whole(*set, std::string(pad, '.') + text + std::string(70000, '.'));
      for (Row& row : moved) std::get<0>(row) -= pad, std::get<1>(row) -= pad;
      ASSERT_EQ(moved, expected) << "edge " << edge << " shift " << shift;
    }
  }
}

// The heading of a table names its columns far below, in the next window too; parted by commas,
// with the tags of HTML, by one bar over a rule.
TEST(Scanner, ATableGoesOnInTheNextWindow) {
  constexpr std::size_t kRows = 1500;
  struct Written {
    std::string_view head, before, after;
  };
  const Written kinds[] = {
      {"\nid,account,口座番号\n", "1,a,", "\n"},
      {"<table><tr><th>id</th><th>口座番号</th></tr>", "<tr><td>1</td><td>", "</td></tr>"},
      {"\n id | 口座番号\n----+----------\n", "  1 | ", "\n"}};
  for (const Written& kind : kinds) {
    std::string text;
    while (text.size() < 50u << 10) text += "some words of prose about nothing\n";
    text += kind.head;
    for (std::size_t row = 0; row < kRows; ++row)
      (text += kind.before) += std::to_string(2'345'678 + 37 * row) + std::string(kind.after);
    const auto accounts = [](const std::vector<Row>& found) {
      return static_cast<std::size_t>(std::count_if(found.begin(), found.end(), [](const Row& row) {
        return std::get<2>(row) == "jp_bank_account" && std::get<3>(row) >= 0.60;
      }));
    };
    const std::vector<Row> all = whole(shipped_set(), text);
    EXPECT_EQ(accounts(all), kRows) << kind.head;
    EXPECT_EQ(in_pieces(shipped_set(), text, {1000, 55'000, 65'000, 68'000}), all) << kind.head;
  }
}

TEST(Scanner, LongMatchesOfAnOpenPatternEndAtTheirSpan) {
  const auto set = with_custom();
  const std::string fits = "Q" + std::string(2000, 'a') + "Z",
                    too_long = "Q" + std::string(2100, 'a') + "Z";
  for (std::size_t pad : {std::size_t{0}, std::size_t{15000}, std::size_t{65000}}) {
    EXPECT_EQ(whole(*set, std::string(pad, '.') + fits).size(), 1U);
    EXPECT_EQ(whole(*set, std::string(pad, '.') + too_long).size(), 0U);
  }
}

TEST(Scanner, BeginDropsTheLastText) {
  Scanner scanner(shipped_set());
  Findings found;
  scanner.begin();
  scanner.push("card 4532 0151 ", found);
  scanner.begin();
  scanner.push("1283 0366", found);
  scanner.finish(found);
  EXPECT_TRUE(found.empty());
}

TEST(Scanner, EmptyTextIsClean) {
  Scanner scanner(shipped_set());
  Findings found;
  EXPECT_EQ(scanner.scan("", found), ScanStatus::kDone);
  EXPECT_TRUE(found.empty());
}

TEST(Scanner, BrokenUtf8IsNoObstacle) {
  const std::string text = "\xE3\x81\xFF\x80 card 4532 0151 1283 0366 \xE3\x80";
  EXPECT_EQ(shown(text), "credit_card[4532 0151 1283 0366]");
  EXPECT_EQ(shown("\xEF\xBC"
                  "4532015112830366\xEF"),
            "credit_card[4532015112830366]");
}

TEST(Scanner, ThreadsShareASet) {
  const std::string text = every_kind();
  const std::vector<Row> expected = whole(shipped_set(), text);
  std::vector<std::vector<Row>> results(4);
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&result, &text] {
      for (int i = 0; i < 50; ++i) {
        Findings found;
        Scanner scanner(shipped_set());
        scanner.scan(text, found);
        result = rows(found);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

// Gives up where the text holds a "?".
class Doubter : public Detector {
 public:
  std::string_view name() const override { return "doubter"; }
  std::size_t max_span() const override { return 8; }
  ScanStatus scan(const Window& window, Findings& out) const override {
    out.push_back({"seen", "secret", 1, {window.fresh_begin, window.fresh_begin + 1}, ""});
    return window.text.find('?') == std::string_view::npos ? ScanStatus::kDone
                                                           : ScanStatus::kCouldNotDecide;
  }
};

TEST(Scanner, ADetectorThatGaveUpIsToldToTheEndOfTheText) {
  std::vector<std::unique_ptr<const Detector>> detectors;
  detectors.push_back(std::make_unique<Doubter>());
  const auto set = DetectorSet::of(std::move(detectors));
  Scanner scanner(*set);
  Findings found;
  EXPECT_EQ(scanner.scan("fine", found), ScanStatus::kDone);
  EXPECT_EQ(scanner.scan("what?", found), ScanStatus::kCouldNotDecide);
  scanner.begin();
  EXPECT_EQ(scanner.push("?" + std::string(200000, '.'), found), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(scanner.push("clean", found), ScanStatus::kCouldNotDecide);
  EXPECT_EQ(scanner.finish(found), ScanStatus::kCouldNotDecide);
  scanner.begin();
  EXPECT_EQ(scanner.push("clean", found), ScanStatus::kDone);
}

}  // namespace
}  // namespace sekisho::filters
