#include "filters/values/japanese_numbers.h"

#include <gtest/gtest.h>

#include "filters/values/iban.h"
#include "filters/values/machine_readable_zone.h"
#include "filters/values/phone_plan.h"
#include "tests/filters/scan_text.h"

namespace sekisho::filters {
namespace {

TEST(CorporateNumber, HasItsCheckDigitInFront) {
  EXPECT_TRUE(corporate_number_valid("7123456789012"));
  EXPECT_TRUE(corporate_number_valid("5835678256246"));
  EXPECT_FALSE(corporate_number_valid("6835678256246"));
  EXPECT_FALSE(corporate_number_valid("5835678256247"));
  EXPECT_FALSE(corporate_number_valid("0835678256246"));
  EXPECT_FALSE(corporate_number_valid("583567825624"));
  EXPECT_FALSE(corporate_number_valid("9000000000000"));
}

TEST(CorporateNumber, OneWrongDigitIsSeen) {
  for (std::size_t i = 0; i < 13; ++i) {
    std::string number = "7123456789012";
    number[i] = number[i] == '9' ? '1' : static_cast<char>(number[i] + 1);
    // Mod 9 takes 0 for 9 in the other places.
    if (number[i] == '1' && "7123456789012"[i] == '9') continue;
    EXPECT_FALSE(corporate_number_valid(number)) << number;
  }
}

TEST(DriverLicence, NeedsCommissionAndCheckDigit) {
  EXPECT_TRUE(driver_licence_valid("309012345620"));
  EXPECT_TRUE(driver_licence_valid("309012345623"));  // reissued three times
  EXPECT_FALSE(driver_licence_valid("309012345630"));
  EXPECT_FALSE(driver_licence_valid("009012345620"));
  EXPECT_FALSE(driver_licence_valid("30901234562"));
  EXPECT_FALSE(driver_licence_valid("111111111111"));
}

TEST(InsurerNumber, IsLuhnOverSchemeAndPrefecture) {
  for (const char* number : {"06130017", "33120015", "138016"})
    EXPECT_TRUE(insurer_number_valid(number)) << number;
  for (const char* number : {"06130018", "33120016", "138017", "00000000", "0613001", "20240401"})
    EXPECT_FALSE(insurer_number_valid(number)) << number;
}

TEST(InsurerNumber, NoDateOfOurTimePasses) {
  for (int year = 1900; year < 2100; ++year) {
    for (int day = 101; day <= 1231; ++day) {
      const std::string date = std::to_string(year) + (day < 1000 ? "0" : "") + std::to_string(day);
      ASSERT_FALSE(insurer_number_valid(date)) << date;
    }
  }
}

TEST(PensionNumber, IsNoFreeDial) {
  EXPECT_TRUE(pension_number_plausible("4321567890"));
  EXPECT_FALSE(pension_number_plausible("0120123456"));
  EXPECT_FALSE(pension_number_plausible("0570055165"));
  EXPECT_FALSE(pension_number_plausible("1234567890"));
  EXPECT_FALSE(pension_number_plausible("432156789"));
}

TEST(PostBank, SymbolDecidesTheNumber) {
  EXPECT_TRUE(post_bank_symbol("10530"));
  EXPECT_TRUE(post_bank_symbol("00150"));
  EXPECT_FALSE(post_bank_symbol("20530"));
  EXPECT_FALSE(post_bank_symbol("10531"));
  EXPECT_TRUE(post_bank_number("10530", "12345671"));
  EXPECT_FALSE(post_bank_number("10530", "12345672"));
  EXPECT_TRUE(post_bank_number("00150", "482915"));
  EXPECT_FALSE(post_bank_number("00150", "4829150"));
}

TEST(MachineReadableZone, ChecksDigitsOfEveryField) {
  EXPECT_EQ(mrz_check_digit("TR1234567"), 2);
  EXPECT_EQ(mrz_check_digit("L898902C3"), 6);
  EXPECT_EQ(mrz_check_digit("a"), -1);
  const std::string line = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
  EXPECT_TRUE(passport_line_valid(line));
  for (const std::size_t i : {std::size_t{0}, std::size_t{9}, std::size_t{13}, std::size_t{19},
                              std::size_t{21}, std::size_t{27}, std::size_t{42}, std::size_t{43}}) {
    std::string wrong = line;
    wrong[i] = wrong[i] == '7' ? '8' : '7';
    EXPECT_FALSE(passport_line_valid(wrong)) << wrong;
  }
}

TEST(Iban, NeedsLengthOfTheCountryAndMod97) {
  for (const char* iban : {"DE02120300000000202051", "GB94BARC10201530093459",
                           "FR7630006000011234567890189", "NO9386011117947"})
    EXPECT_TRUE(iban_valid(iban)) << iban;
  EXPECT_FALSE(iban_valid("DE02120300000000202052"));
  EXPECT_FALSE(iban_valid("DE0212030000000020205"));
  EXPECT_FALSE(iban_valid("JP02120300000000202051"));
  EXPECT_TRUE(is_sample_iban("DE89370400440532013000"));
  EXPECT_EQ(iban_length("AD"), 24U);
  EXPECT_EQ(iban_length("YE"), 30U);
  EXPECT_EQ(iban_length("JP"), 0U);
  EXPECT_EQ(iban_length("ZZ"), 0U);
}

TEST(PhonePlan, KnowsCountriesAndTheirLengths) {
  EXPECT_EQ(country_code_size("442079460958"), 2U);
  EXPECT_EQ(country_code_size("886223456789"), 3U);
  EXPECT_EQ(country_code_size("999123456789"), 0U);
  EXPECT_TRUE(international_number_plausible("442079460958"));
  EXPECT_TRUE(international_number_plausible("14158675309"));
  EXPECT_FALSE(international_number_plausible("14155550132"));  // kept for fiction
  EXPECT_FALSE(international_number_plausible("1415867530"));
  EXPECT_FALSE(international_number_plausible("11158675309"));
  EXPECT_FALSE(international_number_plausible("65612345678"));
}

}  // namespace
}  // namespace sekisho::filters
