#include "filters/values/japanese_numbers.h"

#include <algorithm>
#include <iterator>

#include "filters/values/validators.h"

namespace sekisho::filters {
namespace {

int digit(char c) {
  return c - '0';
}

int two_digits(std::string_view digits, std::size_t at) {
  return digit(digits[at]) * 10 + digit(digits[at + 1]);
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_prefecture(int number) {
  return number >= 1 && number <= 47;
}

// Schemes of health insurance (法別番号).
bool is_scheme(int number) {
  static constexpr int kSchemes[] = {1, 2, 3, 4, 6, 7, 31, 32, 33, 34, 39, 63, 67, 72, 73, 74, 75};
  return std::find(std::begin(kSchemes), std::end(kSchemes), number) != std::end(kSchemes);
}

// Public safety commissions: of Hokkaido's five areas and of the other prefectures, by region.
bool is_safety_commission(int number) {
  static constexpr int kLast[] = {-1, 14, 25, 30, 49, 55, 65, 74, 83, 97};
  const int region = number / 10;
  return region >= 1 && region <= 9 && number <= kLast[region];
}

}  // namespace

bool corporate_number_valid(std::string_view digits) {
  if (digits.size() != 13 || !all_digits(digits) || digits[0] == '0') return false;
  int sum = 0;
  for (std::size_t n = 1; n <= 12; ++n) sum += digit(digits[13 - n]) * (n % 2 == 1 ? 1 : 2);
  return digit(digits[0]) == 9 - sum % 9 && distinct_characters(digits.substr(1)) > 1;
}

bool driver_licence_valid(std::string_view digits) {
  if (digits.size() != 12 || !all_digits(digits)) return false;
  if (!is_safety_commission(two_digits(digits, 0))) return false;
  static constexpr int kWeights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < std::size(kWeights); ++i) sum += digit(digits[i]) * kWeights[i];
  return digit(digits[10]) == (11 - sum % 11) % 10 && distinct_characters(digits) >= 3;
}

bool insurer_number_valid(std::string_view digits) {
  if (!all_digits(digits) || !luhn_valid(digits)) return false;
  if (digits.size() == 6) return is_prefecture(two_digits(digits, 0));
  return digits.size() == 8 && is_scheme(two_digits(digits, 0)) &&
         is_prefecture(two_digits(digits, 2));
}

bool pension_number_plausible(std::string_view digits) {
  if (digits.size() != 10 || !all_digits(digits) || distinct_characters(digits) < 3) return false;
  const std::string_view head = digits.substr(0, 4);
  return head != "0120" && head != "0570" && head != "0800" && digits != "1234567890";
}

bool post_bank_symbol(std::string_view digits) {
  return digits.size() == 5 && all_digits(digits) &&
         ((digits[0] == '1' && digits[4] == '0') || digits[0] == '0');
}

bool post_bank_number(std::string_view symbol, std::string_view digits) {
  if (!all_digits(digits)) return false;
  // Savings accounts are written with a last 1 that their number abroad does not have.
  if (symbol[0] == '1') return digits.size() >= 2 && digits.size() <= 8 && digits.back() == '1';
  return digits.size() <= 6;
}

}  // namespace sekisho::filters
