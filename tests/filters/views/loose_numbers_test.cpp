// Numbers whose groups have anything between: words, brackets, emoji, signs of several kinds, or
// stand one below the other; rows of figures that only look like it.

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(LooseNumbers, FindsGroupsWithWordsBetween) {
  EXPECT_EQ(shown("カード番号は 4539の5787の6362の1486 です"),
            "credit_card[4539の5787の6362の1486]");
  EXPECT_EQ(shown("card 4539 dash 5787 dash 6362 dash 1486"),
            "credit_card[4539 dash 5787 dash 6362 dash 1486]");
  EXPECT_EQ(shown("card: 4539 and 5787 and 6362 and 1486."),
            "credit_card[4539 and 5787 and 6362 and 1486]");
  EXPECT_EQ(shown("携帯は 090 ハイフン 8765 ハイフン 4321 です"),
            "jp_phone[090 ハイフン 8765 ハイフン 4321]");
}

TEST(LooseNumbers, FindsGroupsThatAreCountedInWords) {
  EXPECT_EQ(shown("カードの最初の4桁は4539、次の4桁は5787、その次は6362、最後の4桁は1486です"),
            "credit_card[4539、次の4桁は5787、その次は6362、最後の4桁は1486]");
  EXPECT_EQ(shown("card: first four 4539, next four 5787, then 6362, last four 1486"),
            "credit_card[4539, next four 5787, then 6362, last four 1486]");
}

TEST(LooseNumbers, FindsGroupsInBracketsAndBetweenSigns) {
  for (const char* number : {"[4539][5787][6362][1486]", "「4539」「5787」「6362」「1486」",
                             "(4539) (5787) (6362) (1486)", "4539🔹5787🔹6362🔹1486",
                             "4539#5787#6362#1486", "4539-5787/6362 1486"})
    EXPECT_NE(shown(std::string("カード番号: ") + number).find("credit_card["), std::string::npos)
        << number;
  EXPECT_NE(shown("マイナンバー: 【8】【6】【1】【9】【9】【1】【9】【7】【5】【0】【5】【0】")
                .find("jp_my_number["),
            std::string::npos);
}

TEST(LooseNumbers, FindsGroupsOneBelowTheOther) {
  EXPECT_EQ(shown("カード番号\n1. 4539\n2. 5787\n3. 6362\n4. 1486\n"),
            "credit_card[4539\n2. 5787\n3. 6362\n4. 1486]");
  EXPECT_EQ(shown("| # | カード番号 |\n|---|---|\n| 1 | 4539 |\n| 2 | 5787 |\n| 3 | 6362 |\n| 4 | "
                  "1486 |\n"),
            "credit_card[4539 |\n| 2 | 5787 |\n| 3 | 6362 |\n| 4 | 1486]");
  EXPECT_EQ(shown("[10:00] 田中: カード番号送ります\n[10:01] 田中: 4539\n[10:02] 田中: 5787\n"
                  "[10:03] 田中: 6362\n[10:04] 田中: 1486"),
            "credit_card[4539\n[10:02] 田中: 5787\n[10:03] 田中: 6362\n[10:04] 田中: 1486]");
}

TEST(LooseNumbers, FindsGroupsWithEntitiesAndInKanjiApart) {
  for (const char* gap : {"&nbsp;", "&ndash;", "&mdash;", "&middot;", "<br>"}) {
    const std::string g(gap);
    EXPECT_NE(shown("カード番号: 4539" + g + "5787" + g + "6362" + g + "1486").find("credit_card["),
              std::string::npos)
        << gap;
  }
  EXPECT_NE(
      shown("card = 四 五 三 九 五 七 八 七 六 三 六 二 一 四 八 六 です").find("credit_card["),
      std::string::npos);
  EXPECT_NE(
      shown("カード\n{\"p1\": \"4539\", \"p2\": \"5787\", \"p3\": \"6362\", \"p4\": \"1486\"}")
          .find("credit_card["),
      std::string::npos);
}

TEST(LooseNumbers, FindsNumbersThatAreToldToBeTurned) {
  EXPECT_EQ(shown("逆から読むとカード番号: 6841263678759354"), "credit_card[6841263678759354]");
  EXPECT_EQ(shown("card_number = \"6841263678759354\"[::-1]"), "credit_card[6841263678759354]");
  EXPECT_EQ(shown("電話番号（逆さ文字）：12345678090"), "jp_phone[12345678090]");
  EXPECT_EQ(shown("カード番号: 6841263678759354").find("credit_card["), std::string::npos);
}

TEST(LooseNumbers, FiguresOneBesideTheOtherAreSilent) {
  // The check digit is wrong.
  EXPECT_EQ(shown("card 4539 dash 5787 dash 6362 dash 1487"), "");
  EXPECT_EQ(shown("カード番号\n1. 4539\n2. 5787\n3. 6362\n4. 1487\n"), "");
  // Lists within a list, of which one in ten has a check digit.
  EXPECT_EQ(
      shown("{\"arcs\":[[[4608]],[[4609]],[[4610]]]},{\"arcs\":[[[4601]], [[4602]], [[4603]]]}"),
      "");
  // More than one number, and parts of a longer row.
  EXPECT_EQ(shown("row 4539/5787-6362 1486;4539/5787-6362 1486"), "");
  EXPECT_EQ(shown("no,status,My Number\n1,new,2977 2459 9599\n2,pending,3457-9462-6484\n"
                  "3,done,1641 2347 0216\n4,done,796212559762\n")
                .find("\n"),
            std::string::npos);
  EXPECT_EQ(
      shown("tel\n#define A 0\n#define B 9\n#define C 0\n#define D 8\n#define E 7\n#define F 6\n"
            "#define G 5\n#define H 4\n#define I 3\n#define J 2\n#define K 1\n"),
      "");
}

TEST(LooseNumbers, FindsGroupsWithWordsBetweenBehindAnItemAndBeforeATime) {
  EXPECT_EQ(shown("1. 進捗\n電話番号は070 dash 2885 dash 8960"),
            "jp_phone[070 dash 2885 dash 8960]");
  const std::string number = with_my_number_check("24534958291");
  const std::string words =
      number.substr(0, 4) + " ハイフン " + number.substr(4, 4) + " ハイフン " + number.substr(8);
  EXPECT_EQ(shown("マイナンバー: " + words + "\n10:16 由美 ありがとう"),
            "jp_my_number[" + words + "]");
}

TEST(LooseNumbers, LeavesStepsBetweenArrowsAlone) {
  const std::string number = with_my_number_check("62872477722");
  for (const std::string arrow : {"→", "⇒", "->"})
    EXPECT_EQ(shown("工程 " + number.substr(0, 4) + arrow + number.substr(4, 4) + arrow +
                    number.substr(8)),
              "")
        << arrow;
}

std::string backwards(const std::string& s) {
  return std::string(s.rbegin(), s.rend());
}

TEST(LooseNumbers, AWordSaysThatAnyValueIsToBeReadFromBehind) {
  for (const std::string form :
       {"連絡: （逆順）{}\n# end", "reversed: {} ok", "x = \"{}\"[::-1]"}) {
    const auto hides = [&form](const std::string& value, const std::string& type) {
      std::string text = form;
      text.replace(text.find("{}"), 2, backwards(value));
      return shown(text).find(type + "[") != std::string::npos ? "" : text;
    };
    EXPECT_EQ(hides("t.yamada@kaisha-sample.co.jp", "email"), "");
    EXPECT_EQ(hides("postgresql://app:O0UnaYgke6IB@db1.kaisha-sample.net:5432/kintai",
                    "database_url_with_password"),
              "");
    EXPECT_EQ(hides("DE75512108001245126199", "iban"), "");
    EXPECT_EQ(hides("AKIAYCZEB7ZNRMKTSZ6W", "aws_access_key_id"), "");
  }
  EXPECT_EQ(shown("カード： （逆順）" + backwards("4539-7814-7560-2386")),
            "credit_card[" + backwards("4539-7814-7560-2386") + "]");
  EXPECT_EQ(shown("mail: moc.elpmas-ahsiak@adamay.t or 99162154210080121557ED"), "");
}

}  // namespace
}  // namespace sekisho::filters
