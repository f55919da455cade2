#include "filters/values/iban.h"

#include "filters/char_set.h"

#include <algorithm>
#include <iterator>

namespace sekisho::filters {
namespace {

struct CountryLength {
  std::string_view country;
  unsigned char length;
};

// Release 99 of the registry and the partial ones in use.
constexpr CountryLength kLengths[] = {
    {"AD", 24}, {"AE", 23}, {"AL", 28}, {"AO", 25}, {"AT", 20}, {"AZ", 28}, {"BA", 20}, {"BE", 16},
    {"BF", 28}, {"BG", 22}, {"BH", 22}, {"BI", 27}, {"BJ", 28}, {"BR", 29}, {"BY", 28}, {"CF", 27},
    {"CG", 27}, {"CH", 21}, {"CI", 28}, {"CM", 27}, {"CR", 22}, {"CV", 25}, {"CY", 28}, {"CZ", 24},
    {"DE", 22}, {"DJ", 27}, {"DK", 18}, {"DO", 28}, {"DZ", 26}, {"EE", 20}, {"EG", 29}, {"ES", 24},
    {"FI", 18}, {"FK", 18}, {"FO", 18}, {"FR", 27}, {"GA", 27}, {"GB", 22}, {"GE", 22}, {"GI", 23},
    {"GL", 18}, {"GQ", 27}, {"GR", 27}, {"GT", 28}, {"GW", 25}, {"HN", 28}, {"HR", 21}, {"HU", 28},
    {"IE", 22}, {"IL", 23}, {"IQ", 23}, {"IR", 26}, {"IS", 26}, {"IT", 27}, {"JO", 30}, {"KM", 27},
    {"KW", 30}, {"KZ", 20}, {"LB", 28}, {"LC", 32}, {"LI", 21}, {"LT", 20}, {"LU", 20}, {"LV", 21},
    {"LY", 25}, {"MA", 28}, {"MC", 27}, {"MD", 24}, {"ME", 22}, {"MG", 27}, {"MK", 19}, {"ML", 28},
    {"MN", 20}, {"MR", 27}, {"MT", 31}, {"MU", 30}, {"MZ", 25}, {"NE", 28}, {"NI", 28}, {"NL", 18},
    {"NO", 15}, {"OM", 23}, {"PK", 24}, {"PL", 28}, {"PS", 29}, {"PT", 25}, {"QA", 29}, {"RO", 24},
    {"RS", 22}, {"RU", 33}, {"SA", 24}, {"SC", 31}, {"SD", 18}, {"SE", 24}, {"SI", 19}, {"SK", 24},
    {"SM", 27}, {"SN", 28}, {"SO", 23}, {"ST", 25}, {"SV", 28}, {"TD", 27}, {"TG", 28}, {"TL", 23},
    {"TN", 24}, {"TR", 26}, {"UA", 29}, {"VA", 22}, {"VG", 24}, {"XK", 20}, {"YE", 30}};

int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

// 0 or more; -1 when another character occurs.
int mod_97(std::string_view text, int rest) {
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return -1;
    rest = (value < 10 ? rest * 10 + value : rest * 100 + value) % 97;
  }
  return rest;
}

}  // namespace

std::size_t iban_length(std::string_view country) {
  const auto found = std::lower_bound(
      std::begin(kLengths), std::end(kLengths), country,
      [](const CountryLength& row, std::string_view wanted) { return row.country < wanted; });
  return found != std::end(kLengths) && found->country == country ? found->length : 0;
}

namespace {

// Account numbers of these countries have no letters (Andorra: its banks): a digest that begins
// with such two letters passes the check one time in a hundred.
bool has_form_of_country(std::string_view iban) {
  static constexpr std::string_view kDigits[] = {"AE", "AT", "BA", "BE", "CZ", "DE", "DK", "EE",
                                                 "ES", "FI", "HR", "HU", "IL", "IS", "LT", "NO",
                                                 "PL", "PT", "RS", "SE", "SI", "SK"};
  const std::string_view country = iban.substr(0, 2);
  std::string_view digits = iban.substr(4);
  if (country == "AD")
    digits = digits.substr(0, 8);
  else if (!std::binary_search(std::begin(kDigits), std::end(kDigits), country))
    return true;
  return first_not_of<"0123456789">(digits) == digits.npos;
}

}  // namespace

bool iban_valid(std::string_view iban) {
  if (iban.size() < 15 || iban.size() != iban_length(iban.substr(0, 2))) return false;
  if (!has_form_of_country(iban)) return false;
  const int body = mod_97(iban.substr(4), 0);
  return body >= 0 && mod_97(iban.substr(0, 4), body) == 1;
}

bool is_sample_iban(std::string_view iban) {
  static constexpr std::string_view kSamples[] = {
      "DE89370400440532013000",       "GB82WEST12345698765432",
      "GB29NWBK60161331926819",       "GB33BUKB20201555555555",
      "FR1420041010050500013M02606",  "CH9300762011623852957",
      "NL91ABNA0417164300",           "ES9121000418450200051332",
      "IT60X0542811101000000123456",  "BE68539007547034",
      "AT611904300234573201",         "IE29AIBK93115212345678",
      "SE4550000000058398257466",     "NO9386011117947",
      "DK5000400440116243",           "FI2112345600000785",
      "PL61109010140000071219812874", "PT50000201231234567890154"};
  return std::find(std::begin(kSamples), std::end(kSamples), iban) != std::end(kSamples);
}

}  // namespace sekisho::filters
