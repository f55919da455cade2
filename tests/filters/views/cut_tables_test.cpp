// Values in several cells that the headings, the frame or the numbers of a table keep together.

#include <gtest/gtest.h>

#include "tests/filters/views/disguise.h"

namespace sekisho::filters {
namespace {

struct Case {
  std::string label;
  std::vector<std::string> pieces;
  std::string type;
};

const std::string kSecret = chance(kBase62, 32, 7);

std::vector<Case> cases() {
  const std::string token = "npm_" + chance(kBase62, 36, 11);
  const std::string key = "AIza" + chance(kBase62, 35, 12);
  return {{"SSN", {"349", "-87-6", "633"}, "us_ssn"},
          {"電話", {"090-1", "234-", "5678"}, "jp_phone"},
          {"メールアドレス", {"t.yama", "da@kaisha-sam", "ple.co.jp"}, "email"},
          {"phone", {"+44 20 ", "7946 0", "958"}, "phone_international"},
          {"npm token", {token.substr(0, 10), token.substr(10, 3), token.substr(13)}, "npm_token"},
          {"地図APIキー", {key.substr(0, 20), key.substr(20, 2), key.substr(22)}, "gcp_api_key"},
          {"api_secret",
           {kSecret.substr(0, 7), kSecret.substr(7, 2), kSecret.substr(9)},
           "generic_secret_high_entropy"}};
}

bool found(const std::string& text, const std::string& type) {
  return shown(text).find(type + "[") != std::string::npos;
}

std::string joined(const std::vector<std::string>& parts, const std::string& sign) {
  std::string out = parts[0];
  for (std::size_t i = 1; i < parts.size(); ++i) out += sign + parts[i];
  return out;
}

TEST(CutTables, HeadingsWithEmptyOnesBehindThemKeepTheCellsTogether) {
  for (const Case& one : cases())
    for (const std::string sign : {",", "\t", ";"}) {
      const std::string text = "id" + sign + one.label + sign + sign + sign + "memo\n36" + sign +
                               joined(one.pieces, sign) + sign + "ok\n";
      EXPECT_TRUE(found(text, one.type)) << text;
    }
  EXPECT_TRUE(found("id,SSN,,\r\n7,349,-87,-6633\r\n8,351,-88,-6634\r\n", "us_ssn"));
  EXPECT_EQ(shown("id,SSN,,,memo\n7,349,-87,-6633\n8,351-,88,-6634\n"),
            "us_ssn[349,-87,-6633] us_ssn[351-,88,-6634]");
}

TEST(CutTables, ABarsEmptyHeadingsDoSo) {
  for (const Case& one : cases()) {
    const std::string text =
        "| " + one.label + " | | |\n|---|---|---|\n| " + joined(one.pieces, " | ") + " |\n";
    EXPECT_TRUE(found(text, one.type)) << text;
  }
}

TEST(CutTables, HeadingsThatCountKeepTheCellsTogether) {
  for (const Case& one : cases())
    for (const std::string count : {" part", " seg", " 分割", "_", " ("}) {
      std::string head = "|", rule = "|";
      for (const char number : {'1', '2', '3'}) {
        head += " " + one.label + count + number + (count == " (" ? ")" : "") + " |";
        rule += "---|";
      }
      const std::string text = head + "\n" + rule + "\n| " + joined(one.pieces, " | ") + " |\n";
      EXPECT_TRUE(found(text, one.type)) << text;
    }
}

TEST(CutTables, RowsBelowHeadingsThatCountMayHaveTheirOwnLabel) {
  EXPECT_EQ(shown("| 項目 | 番号1 | 番号2 |\n|---|---|---|\n| SSN | 349 | -87-6633 |\n"),
            "us_ssn[349 | -87-6633]");
}

TEST(CutTables, NumberedRowsBelowOneHeadingGoOn) {
  for (const Case& one : cases()) {
    const std::string text = "| no | " + one.label + " |\n| --- | --- |\n| 1 | " + one.pieces[0] +
                             " |\n| 2 | " + one.pieces[1] + " |\n| 3 | " + one.pieces[2] + " |";
    EXPECT_TRUE(found(text, one.type)) << text;
  }
}

TEST(CutTables, AFrameBelowALabelHoldsOneValue) {
  for (const Case& one : cases()) {
    const std::string rule = "+-----+-------+----------+\n";
    const std::string text =
        one.label + "\n" + rule + "| " + joined(one.pieces, "   | ") + " |\n" + rule;
    EXPECT_TRUE(found(text, one.type)) << text;
  }
}

TEST(CutTables, ARowInAFrameMayHaveItsOwnLabel) {
  const std::string rule = "+-----+-------+----------+\n";
  EXPECT_EQ(shown("see below\n" + rule + "| SSN | 349 | -87-6633 |\n" + rule),
            "us_ssn[349 | -87-6633]");
}

TEST(CutTables, ValuesThatAreWholeAreNotPutTogether) {
  EXPECT_EQ(shown("| no | mail |\n|---|---|\n| 1 | a.b@kaisha-sample.co.jp |\n| 2 | "
                  "c.d@kaisha-sample.co.jp |\n"),
            "email[a.b@kaisha-sample.co.jp] email[c.d@kaisha-sample.co.jp]");
  EXPECT_EQ(shown("| no | SSN |\n|---|---|\n| 1 | 349-87-6633 |\n| 2 | 351-88-6634 |\n"),
            "us_ssn[349-87-6633] us_ssn[351-88-6634]");
  EXPECT_EQ(shown("| no | password |\n|---|---|\n| 1 | reset |\n| 2 | change |\n| 3 | expire |\n"),
            "");
}

TEST(CutTables, OtherTablesAreNone) {
  EXPECT_EQ(shown("部署,SSN,,\n総務,,,\n経理,1,2,\n"), "");
  EXPECT_EQ(shown("name,,\nSSN,349,-87\nSSN,-6633,\n"), "");
  EXPECT_EQ(shown("| no | SSN |\n|---|---|\n| 1 | 349-8 |\n| 3 | 7-6633 |\n"), "");
  EXPECT_EQ(shown("select tel\n+----+-----+\n| 03 | 123 |\n+----+-----+\n| 45 | 678 |\n"), "");
  // Nothing of a table is whole.
  for (const char* text :
       {"|", "\n|-", "|\n|-", "a,,", ",,", "a,,\n", "SSN,,\n,", "\n+--", "x\n+--\n|",
        "x\n+---+\n|\n+---+", "| a | |\n|---|\n", "| a | |\n|---|---|\n| |"})
    EXPECT_EQ(shown(text), "") << text;
}

}  // namespace
}  // namespace sekisho::filters
