#include "filters/values/coded_digits.h"

#include <gtest/gtest.h>

namespace sekisho::filters {
namespace {

TEST(CodedDigits, AreReadInEveryCoding) {
  for (const std::string_view coded :
       {"NzM5MTgyNA==", "NzM5MTgyNA", "37333931383234", "37 33 39 31 38 32 34",
        "0x37, 0x33, 0x39, 0x31, 0x38, 0x32, 0x34", "\\x37\\x33\\x39\\x31\\x38\\x32\\x34",
        "U+0037 U+0033 U+0039 U+0031 U+0038 U+0032 U+0034", "55, 51, 57, 49, 56, 50, 52",
        "chr(55) + chr(51) + chr(57) + chr(49) + chr(56) + chr(50) + chr(52)"})
    EXPECT_EQ(digits_of_codes(coded), "7391824") << coded;
}

TEST(CodedDigits, OfTwoKindsOrOfLettersAreNone) {
  for (const std::string_view coded :
       {"", "N", "MyAccountNo", "37 51 39", "41 42", "3", "0x", "3x3"})
    EXPECT_EQ(digits_of_codes(coded), "") << coded;
}

}  // namespace
}  // namespace sekisho::filters
