#include "filters/values/validators.h"

#include <gtest/gtest.h>

#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(Luhn, AcceptsTheRightCheckDigitOnly) {
  EXPECT_TRUE(luhn_valid("4532015112830366"));
  EXPECT_FALSE(luhn_valid("4532015112830367"));
  EXPECT_FALSE(luhn_valid("4532015112830636"));  // neighbours changed places
  EXPECT_FALSE(luhn_valid(""));
}

TEST(MyNumber, AcceptsTheRightCheckDigitOnly) {
  EXPECT_TRUE(my_number_valid("787789328790"));
  EXPECT_FALSE(my_number_valid("787789328791"));
  for (unsigned seed = 1; seed <= 50; ++seed) {
    const std::string number = with_my_number_check(chance(kDigits, 11, seed));
    EXPECT_TRUE(my_number_valid(number)) << number;
    std::string wrong = number;
    wrong[11] = wrong[11] == '9' ? '0' : static_cast<char>(wrong[11] + 1);
    EXPECT_FALSE(my_number_valid(wrong)) << wrong;
  }
}

TEST(MyNumber, RefusesSamplesAndNumbersNobodyHolds) {
  EXPECT_FALSE(my_number_valid("123456789018"));
  EXPECT_FALSE(my_number_valid("000000000000"));
  EXPECT_FALSE(my_number_valid("12345678901"));
}

TEST(CardKind, FollowsIssuerAndLength) {
  EXPECT_EQ(card_kind("4532015112830366"), CardKind::kCard);
  EXPECT_EQ(card_kind("2221000000000009"), CardKind::kCard);
  EXPECT_EQ(card_kind("2721000000000004"), CardKind::kNone);
  EXPECT_EQ(card_kind("371449635398431"), CardKind::kCard);
  EXPECT_EQ(card_kind("3714496353984310"), CardKind::kNone);
  EXPECT_EQ(card_kind("3528000000000007"), CardKind::kCard);
  EXPECT_EQ(card_kind("3527000000000007"), CardKind::kNone);
  EXPECT_EQ(card_kind("30569309025904"), CardKind::kCard);
  EXPECT_EQ(card_kind("4500000000000"),
            CardKind::kDoubtful);  // as many digits as an article number
  EXPECT_EQ(card_kind("9900000000000000"), CardKind::kNone);
}

TEST(JapanesePhone, KnowsTheSplitsOfTheNumberPlan) {
  EXPECT_EQ(jp_phone_kind("0312345678", {2, 4, 4}), PhoneKind::kLandline);
  EXPECT_EQ(jp_phone_kind("0312345678", {3, 3, 4}), PhoneKind::kNone);
  EXPECT_EQ(jp_phone_kind("0451234567", {3, 3, 4}), PhoneKind::kLandline);
  EXPECT_EQ(jp_phone_kind("0466123456", {4, 2, 4}), PhoneKind::kLandline);
  EXPECT_EQ(jp_phone_kind("0126712345", {5, 1, 4}), PhoneKind::kLandline);
  EXPECT_EQ(jp_phone_kind("0126812345", {5, 1, 4}), PhoneKind::kNone);
  EXPECT_EQ(jp_phone_kind("09012345678", {3, 4, 4}), PhoneKind::kMobile);
  EXPECT_EQ(jp_phone_kind("05012345678", {11}), PhoneKind::kMobile);
  EXPECT_EQ(jp_phone_kind("09012345678", {3, 5, 3}), PhoneKind::kNone);
  EXPECT_EQ(jp_phone_kind("09000000000", {3, 4, 4}), PhoneKind::kNone);
  EXPECT_EQ(jp_phone_kind("0120123456", {4, 3, 3}), PhoneKind::kPublic);
  EXPECT_EQ(jp_phone_kind("08001234567", {4, 3, 4}), PhoneKind::kPublic);
  EXPECT_EQ(jp_phone_kind("0012345678", {3, 3, 4}), PhoneKind::kNone);
}

TEST(Timestamp, IsToldFromANumber) {
  EXPECT_TRUE(looks_like_timestamp("202611250930"));
  EXPECT_FALSE(looks_like_timestamp("202613250930"));
  EXPECT_FALSE(looks_like_timestamp("787789328790"));
}

TEST(Placeholder, IsJudgedByTheValue) {
  EXPECT_TRUE(is_placeholder("sk-ant-api03-xxxxxxxxxxxxxxxxxxxx"));
  EXPECT_TRUE(is_placeholder("YOUR_API_KEY_HERE"));
  EXPECT_TRUE(is_placeholder("aaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  EXPECT_FALSE(is_placeholder(chance(kBase62, 40)));
}

TEST(Base64, DecodesBothAlphabets) {
  std::string out;
  EXPECT_TRUE(decode_base64("eyJhbGciOiJIUzI1NiJ9", out));
  EXPECT_EQ(out, R"({"alg":"HS256"})");
  EXPECT_TRUE(decode_base64("_-8=", out));
  EXPECT_EQ(out, "\xFF\xEF");
  EXPECT_FALSE(decode_base64("a b", out));
}

}  // namespace
}  // namespace sekisho::filters
