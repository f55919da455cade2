#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "filters/digit_groups.h"
#include "filters/values/other_numbers.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(NextDigit, IsFoundWhereverItStands) {
  const std::string fillers[] = {"a", "（", "\xEF", "、"};  // and a byte alone
  const std::string digits[] = {"7", "７"};
  for (const std::string& filler : fillers) {
    std::string before;
    for (int i = 0; i < 40; ++i, before += filler) {
      for (const std::string& digit : digits) {
        const std::string text = before + digit + filler + "x";
        for (std::size_t pos = 0; pos <= before.size(); ++pos)
          ASSERT_EQ(next_digit(text, pos, text.size()), before.size()) << text << " from " << pos;
        EXPECT_EQ(next_digit(text, before.size() + digit.size(), text.size()), text.size());
        EXPECT_EQ(next_digit(text, 0, before.size()), before.size()) << text;
      }
    }
  }
}

bool is_round(std::string_view digits) {
  return digits.back() == '0';
}

// As a reader counts who splits the part at its commas.
bool are_mostly_uneven(std::string_view part) {
  std::size_t such = 0, others = 0;
  if (part.find(',') == part.npos || part.find_first_not_of("0123456789, \r") != part.npos)
    return false;
  for (std::string_view rest = part; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    std::string_view cell = rest.substr(0, comma);
    rest.remove_prefix(std::min(rest.size(), comma + 1));
    while (!cell.empty() && cell[0] == ' ') cell.remove_prefix(1);
    if (cell.size() >= 5) ++(is_round(cell) ? such : others);
  }
  return others >= 4 && others >= 4 * such;
}

TEST(RowOfNumbers, TellsTheSameHoweverManyPartsAreAskedAbout) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::string text;
    while (text.size() < 3000) {
      for (unsigned n = random() % 9; n > 0; --n) text += static_cast<char>('0' + random() % 10);
      text += random() % 60 == 0 ? "x" : random() % 4 == 0 ? ", " : ",";
    }
    RowOfNumbers row(is_round);
    for (std::size_t begin = 0; begin < text.size(); begin += random() % 40) {
      const std::size_t end = std::min(text.size(), begin + random() % 200);
      EXPECT_EQ(row.are_others(text, {begin, end}),
                are_mostly_uneven(std::string_view(text).substr(begin, end - begin)))
          << text << begin << " " << end;
      if (random() % 30 == 0) begin /= 2;
    }
  }
}

const std::string kCard = "4532015112830366";

TEST(CreditCard, IsFoundInTheWaysPeopleWriteIt) {
  for (const std::string_view separator : {"", " ", "-", ".", "‐", "−", "ー", "　"}) {
    const std::string value = in_fours(kCard, separator);
    EXPECT_EQ(shown("番号は" + value + "です"), "credit_card[" + value + "]");
  }
  const std::string full = wide(kCard);
  EXPECT_EQ(shown("カード" + full), "credit_card[" + full + "]");
  EXPECT_EQ(shown("3714-496353-98432 " + with_luhn("37144963539842")),
            "credit_card[" + with_luhn("37144963539842") + "]");
}

TEST(CreditCard, IsSurerWithGroupsAndContext) {
  EXPECT_DOUBLE_EQ(confidence_in("来期の計画 4532 0151 1283 0366"), 0.75);
  EXPECT_DOUBLE_EQ(confidence_in("x " + kCard), 0.60);
  EXPECT_DOUBLE_EQ(confidence_in("x " + in_fours(kCard, " ")), 0.75);
  EXPECT_DOUBLE_EQ(confidence_in("カード番号 " + kCard), 0.95);
  EXPECT_DOUBLE_EQ(confidence_in(in_fours(kCard, " ") + " 12/29"), 0.95);
  EXPECT_DOUBLE_EQ(confidence_in("test data: " + in_fours(kCard, " ")),
                   0.75);  // the word suppresses nothing
}

// As text comes out of a PDF: the line ends where the page did.
TEST(CreditCard, GoesOnOnTheNextLineWhereAWordNamesIt) {
  for (const char* value : {"4532 0151 1283\n0366", "4532\n0151 1283 0366", "4532-0151\n1283-0366"})
    EXPECT_EQ(shown("カード番号 " + std::string(value) + " を"),
              "credit_card[" + std::string(value) + "]");
  EXPECT_EQ(shown("金額 4532 0151 1283\n0366 を"), "");
  EXPECT_EQ(shown("カード番号\n1111 4532 0151\n1283 0366 2222"), "");
}

TEST(CreditCard, IsFoundBehindAnyNumberOfSingleDigits) {
  for (const std::size_t digits : {0u, 40u, 255u, 256u, 257u, 384u, 1001u}) {
    std::string row;
    for (std::size_t i = 0; i < digits; ++i) row += "4\n";
    EXPECT_EQ(shown(row + "card " + kCard), "credit_card[" + kCard + "]") << digits;
    EXPECT_EQ(shown(row + kCard), "credit_card[" + kCard + "]") << digits;
    EXPECT_EQ(shown(row + in_fours(kCard, "-")), "credit_card[" + in_fours(kCard, "-") + "]");
  }
}

TEST(CreditCard, NeedsIssuerLengthAndCheckDigit) {
  EXPECT_EQ(shown("card 4532 0151 1283 0367", 0), "");
  EXPECT_EQ(shown("card " + with_luhn("990000012345678"), 0), "");
  EXPECT_EQ(shown("card 4444 4444 4444 4448", 0), "");
  EXPECT_EQ(shown("商品 " + with_luhn("490177713345"), 0), "");  // an article number, 13 digits
}

TEST(CreditCard, IsNoPartOfSomethingLonger) {
  EXPECT_EQ(shown("1" + kCard, 0), "");
  EXPECT_EQ(shown(kCard + "1", 0), "");
  EXPECT_EQ(shown("0." + kCard, 0), "");
  EXPECT_EQ(shown("x" + kCard, 0), "");
  EXPECT_EQ(shown(kCard + "_a", 0), "");
  EXPECT_EQ(shown("1234-" + in_fours(kCard, "-"), 0), "");
  EXPECT_EQ(shown(in_fours(kCard, "-") + "-1234", 0), "");
  EXPECT_EQ(shown("a3f0c1d2-" + in_fours(kCard, "-"), 0), "");
  EXPECT_EQ(shown("4532 0151-1283 0366", 0), "");  // two kinds of separators
}

TEST(CreditCard, PublishedTestNumbersAreAnotherType) {
  EXPECT_EQ(shown("4242 4242 4242 4242", 0), "credit_card_test[4242 4242 4242 4242]");
  EXPECT_EQ(shown("カード番号 4111111111111111", 0), "credit_card_test[4111111111111111]");
  EXPECT_EQ(shown("4242 4242 4242 4242"), "credit_card_test[4242 4242 4242 4242]");
}

TEST(CreditCard, MayHaveASignOfANumberBeforeIt) {
  for (const char* sign : {"No.", "NO.", "は No."})
    EXPECT_EQ(shown("カード番号 " + (sign + kCard)), "credit_card[" + kCard + "]") << sign;
  EXPECT_EQ(shown("piano." + kCard), "");
}

TEST(CreditCard, IsFoundOnATrack) {
  EXPECT_EQ(shown("%B" + kCard + "^YAMADA/TARO^2712101?"), "credit_card[" + kCard + "]");
  EXPECT_EQ(shown("B" + kCard + "^2"), "");
}

TEST(CreditCard, SeveralInARowAreAllFound) {
  const std::string second = with_luhn("510000123456789");
  EXPECT_EQ(shown(kCard + "," + second), "credit_card[" + kCard + "] credit_card[" + second + "]");
  EXPECT_EQ(shown(in_fours(kCard, " ") + " " + in_fours(second, " ")),
            "credit_card[" + in_fours(kCard, " ") + "] credit_card[" + in_fours(second, " ") + "]");
}

TEST(CreditCard, NormalisedFormIsDigits) {
  const Findings found = scan_text(shipped_set(), "カード " + wide("4532") + "-0151-1283-0366");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].normalised, kCard);
  EXPECT_EQ(found[0].category, "financial");
}

const std::string kMyNumber = "787789328790";

TEST(MyNumberText, IsFoundWithAnySeparator) {
  for (const std::string_view separator :
       {"", " ", "-", ".", "・", "‐", "−", "ー", "－", "　", "\n", "\r\n"}) {
    const std::string value = in_fours(kMyNumber, separator);
    EXPECT_EQ(shown("マイナンバー " + value), "jp_my_number[" + value + "]");
  }
  EXPECT_EQ(shown("個人番号：" + wide(kMyNumber)), "jp_my_number[" + wide(kMyNumber) + "]");
  EXPECT_EQ(shown("My Number is " + kMyNumber + "."), "jp_my_number[" + kMyNumber + "]");
}

TEST(MyNumberText, ACommentAtTheEndOfTheLineNamesIt) {
  for (const std::string_view comment :
       {"\");  // my_number", "'  # my number", "'; -- マイナンバー"})
    EXPECT_DOUBLE_EQ(confidence_in("f(\"787789328790" + std::string(comment)), 0.95) << comment;
  EXPECT_LT(confidence_in("f(\"787789328790\");  // order, my_number: none"), 0.60);
}

TEST(MyNumberText, ConfidenceGrowsWithEvidence) {
  EXPECT_DOUBLE_EQ(confidence_in("x " + kMyNumber), 0.40);
  EXPECT_DOUBLE_EQ(confidence_in("x " + in_fours(kMyNumber, " ")), 0.60);
  EXPECT_DOUBLE_EQ(confidence_in("個人番号 " + kMyNumber), 0.95);
  EXPECT_DOUBLE_EQ(confidence_in("伝票番号 " + in_fours(kMyNumber, "-")), 0.30);
  EXPECT_DOUBLE_EQ(confidence_in("注文の件。マイナンバー " + kMyNumber), 0.95);
}

TEST(MyNumberText, NeedsTheCheckDigitAndFreeEnds) {
  EXPECT_EQ(shown("マイナンバー 7877-8932-8791", 0), "");
  EXPECT_EQ(shown("マイナンバー 1234-5678-9018", 0), "");
  EXPECT_EQ(shown("id 550e8400-e29b-41d4-a716-" + kMyNumber, 0), "");
  EXPECT_EQ(shown("id " + kMyNumber + "-1", 0), "");
  EXPECT_EQ(shown("arn:aws:iam::" + kMyNumber + ":role/x"), "");
}

TEST(MyNumberText, YearsInARowAreNone) {
  EXPECT_EQ(shown("Copyright (C) 2009, 2011, 2012 The Authors"), "");
  EXPECT_EQ(shown("UPDATE employees SET kojin_bango='" + kMyNumber + "'"),
            "jp_my_number[" + kMyNumber + "]");
}

TEST(MyNumberText, TimestampsStayBelowMedium) {
  int found = 0;
  for (int minute = 0; minute < 60; ++minute) {
    const std::string stamp = "2026112509" + std::string(1, static_cast<char>('0' + minute / 10)) +
                              static_cast<char>('0' + minute % 10);
    if (!shown("at " + stamp).empty()) ++found;
  }
  EXPECT_EQ(found, 0);
}

TEST(JapanesePhoneText, IsFoundInTheWaysPeopleWriteIt) {
  for (const std::string_view value :
       {"03-1234-5678", "03(1234)5678", "03（1234）5678", "(03)1234-5678", "03 1234 5678",
        "０３－１２３４－５６７８", "03‐1234‐5678", "090-1234-5678", "090 1234 5678", "09012345678",
        "0422-12-3456", "050-3123-4567", "+81 90-1234-5678", "+81-3-1234-5678", "+819012345678",
        "0081-90-1234-5678", "+81 (0)90-1234-5678", "0312345678"}) {
    EXPECT_EQ(shown("電話 " + std::string(value)), "jp_phone[" + std::string(value) + "]");
  }
  EXPECT_EQ(shown("ＴＥＬ０３－１２３４－５６７８"), "jp_phone[０３－１２３４－５６７８]");
  EXPECT_EQ(shown("TEL:03-1234-5678（内線201）"), "jp_phone[03-1234-5678]");
  EXPECT_EQ(shown("電話（03-1234-5679）"), "jp_phone[03-1234-5679]");
  EXPECT_EQ(shown("携帯（09012345679）"), "jp_phone[09012345679]");
}

TEST(JapanesePhoneText, SpellingsOfOneNumberAreOneValue) {
  std::set<std::string> values;
  for (const std::string_view text : {"電話 090-1234-5678", "携帯 09012345678", "+81 90-1234-5678",
                                      "+81 (0)90-1234-5678", "０９０（１２３４）５６７８"}) {
    for (const Finding& f : scan_text(shipped_set(), text)) values.insert(f.normalised);
  }
  EXPECT_EQ(values, std::set<std::string>{"09012345678"});
}

TEST(JapanesePhoneText, IsNotEveryNumberWithAZero) {
  for (const std::string_view text :
       {"注文番号 03-1234-567890", "型番 TEL-090-12345-678X の互換品", "ISBN 978-4-00-310101-8",
        "2026-11-25 090000 に実行", "会員番号 4471-0902-3815", "id 0312345678", "1-03-1234-5678-2",
        "090-0000-0000", "003-123-4567", "0000-00-0000", "v0.12.1234.5678", "0x0901234567",
        "12090-1234-5678", "注文番号 090-1234-5678"}) {
    EXPECT_EQ(shown(text), "") << text;
  }
}

TEST(JapanesePhoneText, PublicNumbersAreLow) {
  EXPECT_DOUBLE_EQ(confidence_in("お問い合わせは 0120-123-456 まで"), 0.30);
  EXPECT_DOUBLE_EQ(confidence_in("0570-012-345"), 0.30);
}

// With the hyphens away it would do for one of a pension, too.
TEST(JapanesePhoneText, StaysOneBelowTheNameOfAnotherNumber) {
  EXPECT_EQ(shown("年金番号: 4321-567890、連絡先,03-1234-5678"),
            "jp_pension_number[4321-567890] jp_phone[03-1234-5678]");
}

TEST(JapanesePhoneText, ConfidenceFollowsTheForm) {
  EXPECT_DOUBLE_EQ(confidence_in("x 090-1234-5678"), 0.80);
  EXPECT_DOUBLE_EQ(confidence_in("x 09012345678"), 0.60);
  EXPECT_DOUBLE_EQ(confidence_in("x 03-1234-5678"), 0.70);
  EXPECT_DOUBLE_EQ(confidence_in("x 03 1234 5678"), 0.50);
  EXPECT_DOUBLE_EQ(confidence_in("連絡先 03 1234 5678"), 0.85);
}

TEST(Numbers, ManyDigitsAreReadInLinearTime) {
  const std::string digits = chance(kDigits, 1u << 20);
  EXPECT_EQ(shown(digits, 0), "");
  std::string groups;
  for (unsigned i = 0; i < 100000; ++i) groups += "0 ";
  EXPECT_EQ(shown(groups, 0), "");
}

TEST(Numbers, FiguresOfATableAreNoCardAndNoMyNumber) {
  EXPECT_EQ(shown("5101 2345 6011 4441 8888 1021"), "");
  EXPECT_EQ(shown("2406\n2416\n2534\n2544\n2548"), "");
  EXPECT_EQ(shown("0123 ; [.2074.0020.0002] # LATIN"), "");
}

TEST(Numbers, FiguresUnderTheirHeadingAndGroupsOfADumpAreNone) {
  EXPECT_EQ(shown("売上 3095 5595 5862 8140"), "");
  EXPECT_EQ(shown("| Revenue | 3095 5595 5862 8140 |"), "");
  EXPECT_EQ(shown("カード 3095 5595 5862 8140"), "credit_card[3095 5595 5862 8140]");
  EXPECT_EQ(shown("U+FD6C => 0634 0645 0645"), "");
  EXPECT_EQ(shown("ff20 8619 9197 5050"), "");
  EXPECT_EQ(shown("8619 9197 5050 ab0f"), "");
  EXPECT_EQ(shown("8619 9197 5050"), "jp_my_number[8619 9197 5050]");
  EXPECT_EQ(shown("マイナンバー 8619 9197 5050 2026 登録"), "jp_my_number[8619 9197 5050]");
}

TEST(Numbers, ARowOfAMatrixIsNone) {
  EXPECT_EQ(shown("A = [7100 7100 7100; 7100 7100 7100];"), "");
  EXPECT_EQ(shown("2727 1603 5200    3 5391 1723 5522 3008"), "");
  EXPECT_EQ(
      shown("3625 0726 5456  481 3886 8807 7057 6625\n 227 6755 4195 3080 3453 2665 2720 3189"),
      "");
  EXPECT_EQ(
      shown("5337 1365 4800 9856 9055 7316 4607 7888\n8493 8463 2235 9712 7490 2173 1810 8631"),
      "");
  // A list of cards with what stands on them.
  EXPECT_NE(shown("3886 8807 7057 6625 09 29 123\n5337 1365 4800 9856 11 28 456"), "");
  EXPECT_EQ(shown("  49c0c6: 01 61 99 63 92        call r8, ecx"), "");
  EXPECT_EQ(shown("Date:   Fri Nov 27 20:56:03 2009 -0500"), "");
}

}  // namespace
}  // namespace sekisho::filters
