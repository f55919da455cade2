// The quick look never misses a word that the long one sees.
#include "filters/near_words.h"

#include <gtest/gtest.h>

#include <random>

#include "filters/evidence.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

DetectorRow row_of(std::vector<std::string> context, std::vector<std::string> against) {
  DetectorRow row;
  row.context.words = std::move(context);
  row.against.words = std::move(against);
  return row;
}

const DetectorRow& number_row() {
  static const DetectorRow kRow =
      row_of({"my number", "個人番号", "ﾏｲﾅﾝﾊﾞｰ", "tel", "no"}, {"注文", "order", "id"});
  return kRow;
}

const DetectorRow& quick_row() {
  static const DetectorRow kRow = [] {
    DetectorRow row = number_row();
    row.near = std::make_shared<const NearWords>(row);
    return row;
  }();
  return kRow;
}

bool same_evidence(std::string_view text, Range value) {
  const Evidence slow = evidence_about(number_row(), text, value),
                 quick = evidence_about(quick_row(), text, value);
  return slow.named == quick.named && slow.otherwise == quick.otherwise;
}

TEST(NearWords, SayNothingStandsThereOnlyWhereNothingDoes) {
  const std::vector<std::string> pieces = {"my number",
                                           "MY　NUMBER",
                                           wide("my number"),
                                           "Ｉd",
                                           "個人番号",
                                           "ﾏｲﾅﾝﾊﾞｰ",
                                           "注文",
                                           "Order",
                                           "tel",
                                           "phoneTel",
                                           "no",
                                           " ",
                                           ": ",
                                           "\n",
                                           ",",
                                           "|",
                                           "あ",
                                           "x",
                                           std::string(20, '.'),
                                           std::string(60, '-'),
                                           "\xE3\x80",
                                           "\xEF"};
  std::mt19937 random(3);
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    const auto add = [&] {
      for (unsigned n = random() % 8; n > 0; --n) text += pieces[random() % pieces.size()];
    };
    add();
    const Range value{text.size(), text.size() + 12};
    text += "123456789012";
    add();
    EXPECT_TRUE(same_evidence(text, value)) << text;
  }
}

TEST(NearWords, WhatWasLookedAtBeforeChangesNothing) {
  const std::vector<std::string> pieces = {
      "my number", "個人番号",          "Order", "no", "注文", "id", "\xEF\xBC\x91", "…………", "x",
      " ",         std::string(30, '.')};
  std::mt19937 random(5);
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 600) text += pieces[random() % pieces.size()];
    const NearWords& words = *quick_row().near;
    NearWords::Looked looked;
    for (Range where{0, random() % 60}; where.end <= text.size();) {
      EXPECT_EQ(words.may_stand_in(text, where, looked), words.may_stand_in(text, where))
          << text << where.begin << " " << where.end;
      // Mostly forwards, now and then back or with another end.
      const std::size_t step = random() % 24;
      where.begin = random() % 12 == 0 ? where.begin / 2 : where.begin + step;
      where.end = std::max(where.begin, where.end) + random() % 24 - (random() % 9 == 0 ? 1 : 0);
      where.end = std::max(where.end, where.begin);
    }
  }
}

TEST(NearWords, SeesAWordThatEndsWithTheLastByteLookedAt) {
  const std::string text = "123456789012" + std::string(45 - 5, '-') + "order";
  EXPECT_TRUE(may_have_words_near(quick_row(), text, {0, 12}, 120, 45));
  EXPECT_FALSE(may_have_words_near(quick_row(), text, {0, 12}, 120, 44));
}

TEST(NearWords, TakesFullWidthFormsForWords) {
  EXPECT_TRUE(may_have_words_near(quick_row(), "ｚ 123456789012", {4, 16}, 120, 45));
  EXPECT_FALSE(may_have_words_near(quick_row(), "z 123456789012", {2, 14}, 120, 45));
}

TEST(NearWords, OfARowThatWasNotAskedMayStandAnywhere) {
  EXPECT_TRUE(may_have_words_near(number_row(), "z 123456789012", {2, 14}, 120, 45));
}

}  // namespace
}  // namespace sekisho::filters
