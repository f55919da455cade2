#include "filters/values/coded_digits.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "filters/base64.h"
#include "filters/char_set.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/validators.h"

namespace sekisho::filters {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return kAsciiDigits.has(c); });
}

std::string digits_of_base64(std::string_view coded) {
  std::string out;
  append_base64(out, coded);
  return all_digits(out) ? out : std::string();
}

// What may stand before a code: its end.
std::size_t behind_mark(std::string_view coded, std::size_t at) {
  static constexpr std::string_view kMarks[] = {"0x", "0X", "\\x", "U+00", "u+00", "\\u00"};
  for (const std::string_view mark : kMarks)
    if (coded.substr(at, mark.size()) == mark) return at + mark.size();
  return at;
}

// "0x36, 0x32", "54 50": two digits each.
std::string digits_of_pairs(std::string_view coded) {
  std::string hexadecimal, decimal;
  std::size_t pairs = 0;
  for (std::size_t at = 0; at + 1 < coded.size();) {
    at = behind_mark(coded, at);
    if (at + 1 >= coded.size()) break;
    if (!kAsciiDigits.has(coded[at])) {
      ++at;
      continue;
    }
    if (!kAsciiDigits.has(coded[at + 1])) return {};
    ++pairs;
    const int code = (coded[at] - '0') * 10 + (coded[at + 1] - '0');
    if (coded[at] == '3') hexadecimal += coded[at + 1];
    if (code >= '0' && code <= '9') decimal += static_cast<char>(code);
    at += 2;
  }
  if (hexadecimal.size() == pairs) return hexadecimal;
  return decimal.size() == pairs ? decimal : std::string();
}

}  // namespace

std::string digits_of_codes(std::string_view coded) {
  static constexpr CharSet kFirst{"MNO"};  // of base64 of a digit
  if (coded.empty()) return {};
  return kFirst.has(coded[0]) ? digits_of_base64(coded) : digits_of_pairs(coded);
}

double check_coded_bank_account(TokenMatch& match, double confidence) {
  constexpr std::size_t kSize = 7;
  const std::string digits = digits_of_codes(match.value());
  return digits.size() == kSize && distinct_characters(digits) > 1 ? confidence : 0;
}

double check_coded_insurer_number(TokenMatch& match, double confidence) {
  return insurer_number_valid(digits_of_codes(match.value())) ? confidence : 0;
}

}  // namespace sekisho::filters
