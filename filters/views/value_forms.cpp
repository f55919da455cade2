#include "filters/views/value_forms.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/values/birth_date.h"
#include "filters/values/iban.h"

namespace sekisho::filters::value_forms {
namespace {

constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
constexpr CharSet kCapitalsAndDigits = kCapitals | kAsciiDigits;
constexpr CharSet kBase64 = kAsciiAlnum | CharSet("+/");
constexpr CharSet kUrlToken = kAsciiWord | CharSet("-");
constexpr CharSet kNone{""}, kSigns{"- "}, kPhoneSigns{"-() ."};

// The digits of what was read.
std::string digits_of(const CutReader& in) {
  std::string digits;
  for (const char c : in.value())
    if (kAsciiDigits.has(c)) digits += c;
  return digits;
}

// The digits of numbers of other countries, with their code.
std::size_t digits_abroad(std::string_view digits) {
  struct Country {
    std::string_view code;
    std::size_t digits;
  };
  static constexpr Country kCountries[] = {{"1", 11},   {"33", 11}, {"44", 12}, {"49", 12},
                                           {"61", 11},  {"65", 10}, {"82", 12}, {"86", 13},
                                           {"886", 12}, {"852", 11}};
  for (const Country& country : kCountries)
    if (digits.starts_with(country.code)) return country.digits;
  if (!digits.starts_with("81")) return 0;
  const bool mobile = digits[2] >= '5' && digits[3] == '0';
  return mobile ? 12 : 11;
}

// One or two digits.
bool small_number(CutReader& in) {
  return in.take(kAsciiDigits) && in.may_take(kAsciiDigits);
}

}  // namespace

bool passport(CutReader& in) {
  return in.take(2, kCapitals, kNone) && in.may_take(kSigns) && in.take(7, kAsciiDigits, kNone);
}

bool residence_card(CutReader& in) {
  return in.take(2, kCapitals, kNone) && in.may_take(kSigns) && in.take(8, kAsciiDigits, kSigns) &&
         in.may_take(kSigns) && in.take(2, kCapitals, kNone);
}

bool corporate_number(CutReader& in) {
  return in.may_take(CharSet("T")) && in.take(13, kAsciiDigits, kSigns);
}

bool card_number(CutReader& in) {
  if (!in.take(2, kAsciiDigits, kNone)) return false;
  const std::string& kind = in.value();
  const std::size_t size = kind == "34" || kind == "37"       ? 15
                           : kind[0] == '3' && kind[1] != '5' ? 14
                                                              : 16;
  return in.take(size - 2, kAsciiDigits, kSigns);
}

// Of a number at home, by the second and the third of them.
static std::size_t digits_at_home(char second, char third) {
  return second >= '5' && third == '0' ? 11 : 10;
}

bool is_whole_phone(std::string_view value) {
  if (value.size() < 10 || value[0] != '0' || value[1] == '-') return false;
  if (value.find("--") != value.npos || first_not_of<"0123456789-">(value) != value.npos)
    return false;
  const auto hyphens = static_cast<std::size_t>(std::count(value.begin(), value.end(), '-'));
  const char third = value[2] == '-' ? value[3] : value[2];
  return value.size() - hyphens >= digits_at_home(value[1], third);
}

bool phone(CutReader& in) {
  constexpr std::size_t kCode = 4;
  const bool abroad = in.take(CharSet("+"));
  if (!abroad && !in.take(CharSet("0"))) return false;
  if (!in.take(abroad ? kCode : 2, kAsciiDigits, kPhoneSigns)) return false;
  const std::string digits = digits_of(in);
  const std::size_t size = abroad ? digits_abroad(digits) : digits_at_home(digits[1], digits[2]);
  for (std::size_t count = digits.size(); count < size; ++count)
    if (!(in.may_take(kPhoneSigns) && in.take(kAsciiDigits))) return false;
  return size != 0;
}

bool iban(CutReader& in) {
  if (!in.take(2, kCapitals, kNone)) return false;
  const std::size_t size = iban_length(in.value());
  if (size == 0 || !in.take(size - 2, kCapitalsAndDigits, CharSet(" "))) return false;
  std::string value;
  for (const char c : in.value())
    if (c != ' ') value += c;
  return iban_valid(value);
}

bool birth_date(CutReader& in) {
  static constexpr std::string_view kEras[][2] = {
      {"昭", "和"}, {"平", "成"}, {"令", "和"}, {"大", "正"}};
  const auto era = std::find_if(std::begin(kEras), std::end(kEras),
                                [&in](const auto& name) { return in.take(name[0]); });
  const bool japanese = era != std::end(kEras);
  if (japanese ? !in.take((*era)[1]) || !small_number(in) : !in.take(4, kAsciiDigits, kNone))
    return false;
  const bool words = in.take("年");
  static constexpr CharSet kMarks{"-/."};
  if (!words && (japanese || !in.take(kMarks))) return false;
  const CharSet mark(std::string_view(in.value()).substr(in.value().size() - 1));
  if (!small_number(in) || !(words ? in.take("月") : in.take(mark)) || !small_number(in))
    return false;
  return (!words || in.take("日")) && read_date(in.value());
}

bool aws_secret(CutReader& in) {
  return in.take(40, kBase64, kNone);
}

bool account_key(CutReader& in) {
  return in.take(86, kBase64, kNone) && in.take(2, CharSet("="), kNone);
}

// "abc8Q~…".
bool client_secret(CutReader& in) {
  static constexpr CharSet kSecret = kUrlToken | CharSet(".~");
  return in.take(3, kSecret, kNone) && in.take(kAsciiDigits) && in.take(CharSet("Q")) &&
         in.take(CharSet("~")) && in.take(34, kSecret, kNone);
}

// "https://hooks.slack.com/services/T…/B…/…".
bool webhook(CutReader& in) {
  constexpr std::string_view kHost = "https://hooks.slack.com/services/";
  for (const char c : kHost)
    if (!in.take(CharSet(std::string_view(&c, 1)))) return false;
  const auto id = [&in](std::string_view first) {
    if (!in.take(CharSet(first))) return false;
    for (std::size_t size = 0; size < 12; ++size)
      if (!in.take(kCapitalsAndDigits)) break;
    return in.take(CharSet("/"));
  };
  return id("T") && id("B") && in.take(24, kAsciiAlnum, kNone);
}

// Tokens that are all of one length.
bool token(CutReader& in) {
  struct Kind {
    std::string_view beginning;
    std::size_t size;
    const CharSet& rest;
  };
  static constexpr Kind kKinds[] = {
      {"ghp_", 40, kAsciiAlnum},        {"gho_", 40, kAsciiAlnum},        {"ghu_", 40, kAsciiAlnum},
      {"ghs_", 40, kAsciiAlnum},        {"github_pat_", 93, kAsciiWord},  {"npm_", 40, kAsciiAlnum},
      {"glpat-", 26, kUrlToken},        {"glrt-", 25, kUrlToken},         {"gldt-", 25, kUrlToken},
      {"AKIA", 20, kCapitalsAndDigits}, {"ASIA", 20, kCapitalsAndDigits}, {"AIza", 39, kUrlToken}};
  const auto begins = [&in] {
    return std::any_of(std::begin(kKinds), std::end(kKinds),
                       [&in](const Kind& kind) { return kind.beginning.starts_with(in.value()); });
  };
  for (;;) {
    for (const Kind& kind : kKinds)
      if (in.value() == kind.beginning)
        return in.take(kind.size - kind.beginning.size(), kind.rest, kNone);
    // OpenAI's: twenty characters before its mark, twenty behind.
    if (in.value() == "sk-")
      return in.take(48, kAsciiAlnum, kNone) && in.value().find("T3BlbkFJ") == 23;
    if (in.value() == "s" && in.take(CharSet("k"))) continue;
    if (in.value() == "sk" && in.take(CharSet("-"))) continue;
    if (!begins() || !in.take(kUrlToken)) return false;
  }
}

bool private_ip(CutReader& in) {
  constexpr int kNumbers = 4, kMostDigits = 3, kMost = 255;
  int numbers[kNumbers] = {};
  for (int i = 0; i < kNumbers; ++i) {
    if (i > 0 && !in.take(CharSet("."))) return false;
    // What stands behind a cut may be another number.
    const bool last = i == kNumbers - 1;
    for (int digits = 0; digits < kMostDigits && !(last && digits > 0 && in.at_cut()); ++digits) {
      if (!in.take(kAsciiDigits)) {
        if (digits == 0) return false;
        break;
      }
      if (digits > 0 && numbers[i] == 0) return false;
      numbers[i] = numbers[i] * 10 + (in.value().back() - '0');
    }
    if (numbers[i] > kMost) return false;
  }
  const std::string_view rest = in.rest();
  if (rest.size() > 1 && rest[0] == '.' && kAsciiDigits.has(rest[1])) return false;
  return numbers[0] == 10 || (numbers[0] == 172 && numbers[1] >= 16 && numbers[1] < 32) ||
         (numbers[0] == 192 && numbers[1] == 168);
}

// "〒650-0021 兵庫県神戸市…6丁目4番19号", from the code up to the number of the house.
bool address(CutReader& in) {
  constexpr std::size_t kMost = 72;
  static constexpr CharSet kFirst{"\xE3\xE4\xE5\xE6\xE7\xE8\xE9"};
  if (in.take("〒") &&
      !(in.take(3, kAsciiDigits, kNone) && in.may_take(kSigns) && in.take(4, kAsciiDigits, kNone)))
    return false;
  in.may_take(CharSet(" "));
  bool region = false, town = false;
  while (in.value().size() < kMost && !in.take(kAsciiDigits)) {
    if (!in.take_wide(kFirst)) return false;
    const auto ends = [&in](auto name) { return in.value().ends_with(name); };
    region = region || ends("都") || ends("道") || ends("府") || ends("県");
    town = town || ends("市") || ends("区") || ends("町") || ends("村");
  }
  // "6丁目4番19号", "6-4-19".
  std::size_t numbers = 1;
  for (;;) {
    if (in.take(kAsciiDigits)) continue;
    if (in.take("号")) break;
    const bool sign = in.take(CharSet("-")) || in.take("番地") || in.take("番") ||
                      (in.take("丁") && in.take("目"));
    if (!sign) break;
    if (!in.take(kAsciiDigits)) return false;
    if (++numbers == 3 && in.at_cut()) break;
  }
  return region && town && numbers > 1;
}

}  // namespace sekisho::filters::value_forms
