#include "filters/values/validators.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <iterator>

#include "filters/char_set.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

int digit(char c) {
  return c - '0';
}

int number(std::string_view digits, std::size_t from, std::size_t count) {
  int value = 0;
  for (std::size_t i = from; i < from + count; ++i) value = value * 10 + digit(digits[i]);
  return value;
}

bool between(std::size_t value, std::size_t low, std::size_t high) {
  return value >= low && value <= high;
}

bool counts_up(std::string_view digits) {
  for (std::size_t i = 1; i < digits.size(); ++i) {
    if (digit(digits[i]) != (digit(digits[i - 1]) + 1) % 10) return false;
  }
  return true;
}

template <std::size_t N>
bool listed(const std::string_view (&table)[N], std::string_view value) {
  return std::find(std::begin(table), std::end(table), value) != std::end(table);
}

// Area codes of three and five digits; two-digit ones are 03, 04, 06, every other one has four.
constexpr std::string_view kArea3[] = {
    "011", "015", "017", "018", "019", "022", "023", "024", "025", "026", "027", "028",
    "029", "042", "043", "044", "045", "046", "047", "048", "049", "052", "053", "054",
    "055", "058", "059", "072", "073", "075", "076", "077", "078", "079", "082", "083",
    "084", "086", "087", "088", "089", "092", "093", "095", "096", "097", "098", "099"};
constexpr std::string_view kArea5[] = {
    "01267", "01372", "01374", "01377", "01392", "01397", "01398", "01456", "01457",
    "01466", "01547", "01558", "01564", "01586", "01587", "01632", "01634", "01635",
    "01648", "01654", "01655", "01656", "01658", "04992", "04994", "04996", "04998",
    "05769", "05979", "07468", "08387", "08388", "08396", "08477", "08512", "08514",
    "09496", "09802", "09912", "09913", "09969"};

bool is_area_code(std::string_view code) {
  switch (code.size()) {
    case 2:
      return code == "03" || code == "04" || code == "06";
    case 3:
      return listed(kArea3, code);
    case 4:
      return code[1] != '3' && code[1] != '6' && code[2] != '0';
    case 5:
      return listed(kArea5, code);
    default:
      return false;
  }
}

bool all_zero(std::string_view digits) {
  return digits.find_first_not_of('0') == std::string_view::npos;
}

PhoneKind mobile_kind(std::string_view digits, const std::size_t* groups, std::size_t count) {
  if (digits.size() != 11 || digits[3] == '0' || all_zero(digits.substr(3)))
    return PhoneKind::kNone;
  const bool split =
      (count == 3 && groups[0] == 3 && groups[1] == 4) || (count == 2 && groups[0] == 3);
  return count == 1 || split ? PhoneKind::kMobile : PhoneKind::kNone;
}

PhoneKind public_kind(std::string_view digits, const std::size_t* groups, std::size_t count) {
  const std::size_t size = digits.substr(0, 4) == "0800" ? 11 : 10;
  if (digits.size() != size) return PhoneKind::kNone;
  const bool split =
      count == 1 || groups[0] == 4 || (count == 3 && groups[0] == 3 && groups[1] == 3);
  return split ? PhoneKind::kPublic : PhoneKind::kNone;
}

PhoneKind landline_kind(std::string_view digits, const std::size_t* groups, std::size_t count) {
  if (digits.size() != 10 || all_zero(digits.substr(2))) return PhoneKind::kNone;
  if (count == 1) {
    for (std::size_t size = 2; size <= 5; ++size) {
      if (is_area_code(digits.substr(0, size))) return PhoneKind::kLandline;
    }
    return PhoneKind::kNone;
  }
  const bool split = (count == 3 && groups[2] == 4) || (count == 2 && groups[0] <= 5);
  return split && is_area_code(digits.substr(0, groups[0])) ? PhoneKind::kLandline
                                                            : PhoneKind::kNone;
}

}  // namespace

bool luhn_valid(std::string_view digits) {
  int sum = 0;
  bool twice = false;
  for (auto it = digits.rbegin(); it != digits.rend(); ++it, twice = !twice) {
    const int value = digit(*it) * (twice ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return !digits.empty() && sum % 10 == 0;
}

CardKind card_kind(std::string_view digits) {
  const std::size_t size = digits.size();
  if (!between(size, 12, 19)) return CardKind::kNone;
  const int two = number(digits, 0, 2), three = number(digits, 0, 3), four = number(digits, 0, 4);
  const bool sixteen_up = between(size, 16, 19);
  if (digits[0] == '4') {
    if (size == 16) return CardKind::kCard;
    return size == 13 || size == 19 ? CardKind::kDoubtful : CardKind::kNone;
  }
  if (size == 16 &&
      (between(two, 51, 55) || between(four, 2221, 2720) || between(four, 2200, 2204)))
    return CardKind::kCard;
  if (two == 34 || two == 37) return size == 15 ? CardKind::kCard : CardKind::kNone;
  // More than 16 digits stand in rules of networks, on cards of UnionPay, and in every other id.
  const CardKind usual = size == 16 ? CardKind::kCard : CardKind::kDoubtful;
  if (sixteen_up && between(four, 3528, 3589)) return usual;
  const bool diners =
      between(three, 300, 305) || four == 3095 || two == 36 || two == 38 || two == 39;
  if (diners && size == 14) return CardKind::kCard;
  if (diners && between(size, 15, 19)) return usual;
  if (two == 62 && size == 19) return CardKind::kCard;
  if (sixteen_up && (four == 6011 || between(three, 644, 649) || two == 65 || two == 62))
    return usual;
  const bool wide = two == 50 || between(two, 56, 58) || digits[0] == '6' || two == 81 || two == 82;
  return wide ? CardKind::kDoubtful : CardKind::kNone;
}

bool is_test_card(std::string_view digits) {
  static constexpr std::string_view kPublished[] = {
      "4242424242424242", "4000056655665556", "4111111111111111", "4012888888881881",
      "5555555555554444", "5200828282828210", "5105105105105100", "2223003122003222",
      "378282246310005",  "371449635398431",  "378734493671000",  "6011111111111117",
      "6011000990139424", "3056930009020004", "30569309025904",   "36227206271667",
      "38520000023237",   "3530111333300000", "3566002020360505", "6200000000000005",
      "4000002500003155", "4000000000000002", "4000000000009995", "4000000000003220"};
  // All of them are compared for each card: by their last digits first.
  return std::any_of(std::begin(kPublished), std::end(kPublished), [digits](std::string_view one) {
    return one.back() == digits.back() && one == digits;
  });
}

bool my_number_valid(std::string_view digits) {
  // The weights themselves, where the sum is explained, are no number.
  if (digits.size() != 12 || digits.starts_with("65432765432")) return false;
  static constexpr int kWeights[] = {6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 11; ++i) sum += digit(digits[i]) * kWeights[i];
  const int rest = sum % 11;
  if (digit(digits[11]) != (rest <= 1 ? 0 : 11 - rest)) return false;
  // "1111-2222-3333".
  const auto one_digit = [digits](std::size_t at) {
    return digits.find_first_not_of(digits[at], at) >= std::min<std::size_t>(at + 4, 12);
  };
  if (one_digit(0) && one_digit(4) && one_digit(8)) return false;
  // And the sample that government forms print.
  return distinct_characters(digits) >= 3 && !counts_up(digits.substr(0, 11)) &&
         digits != "123456789018";
}

bool looks_like_timestamp(std::string_view digits) {
  if (digits.size() != 12) return false;
  return between(number(digits, 0, 4), 1980, 2099) && between(number(digits, 4, 2), 1, 12) &&
         between(number(digits, 6, 2), 1, 31) && number(digits, 8, 2) < 24 &&
         number(digits, 10, 2) < 60;
}

PhoneKind jp_phone_kind(std::string_view digits, const std::size_t* groups, std::size_t count) {
  if (digits.size() < 10 || digits.size() > 11 || digits[0] != '0' || digits[1] == '0' ||
      count == 0)
    return PhoneKind::kNone;
  if (count > 3) return PhoneKind::kNone;
  const std::string_view four = digits.substr(0, 4);
  if (four == "0120" || four == "0800" || four == "0570") return public_kind(digits, groups, count);
  if (digits[2] == '0' && digits[1] >= '5') return mobile_kind(digits, groups, count);
  return landline_kind(digits, groups, count);
}

PhoneKind jp_phone_kind(std::string_view digits, std::initializer_list<std::size_t> groups) {
  return jp_phone_kind(digits, groups.begin(), groups.size());
}

double shannon_entropy(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

std::size_t distinct_characters(std::string_view text) {
  // Digits and signs stay in a register.
  std::bitset<64> signs;
  std::bitset<256> others;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < signs.size())
      signs |= std::uint64_t{1} << byte;
    else
      others.set(byte);
  }
  return signs.count() + others.count();
}

namespace {

// Chance does not repeat a character so often.
constexpr std::size_t kStandInRun = 8;

std::size_t longest_run(std::string_view value) {
  std::size_t longest = 0, run = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    run = i > 0 && value[i] == value[i - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

// A token that stands for a value that was taken out ("SKS_EMAIL_" and 13 characters).
bool is_pseudonym(std::string_view value) {
  constexpr std::size_t kTail = 13;
  return value.substr(0, 4) == "SKS_" && value.size() > 5 + kTail &&
         value[value.size() - kTail - 1] == '_' &&
         first_not_of<"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567">(value.substr(value.size() - kTail)) ==
             std::string_view::npos;
}

}  // namespace

bool is_placeholder(std::string_view value) {
  static constexpr std::string_view kWords[] = {
      "your-api-key", "your_api_key", "yourapikey", "your-token", "your_token", "your-key",
      "your_key", "changeme", "change-me", "placeholder", "redacted", "hogehoge", "xxxxxxxx",
      "abcdefghijklmnopqrst", "0123456789abcdef0123456789abcdef", "00000000000000",
      // of storage emulators, published
      "eby8vdm02xnocqflquwjpllmetlcdxj1ouzft50usrz6ifs", "c2y6ydjf5/r+ob0n8a7cgv30vrdjiwehla48"};
  const std::string lower = folded_lower(value);
  for (const std::string_view word : kWords) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return longest_run(value) >= kStandInRun || is_pseudonym(value) || distinct_characters(value) < 6;
}

bool decode_base64(std::string_view text, std::string& out) {
  out.clear();
  unsigned bits = 0;
  int have = 0;
  for (const char c : text.substr(0, text.find_last_not_of('=') + 1)) {
    int value = 0;
    if (c >= 'A' && c <= 'Z')
      value = c - 'A';
    else if (c >= 'a' && c <= 'z')
      value = c - 'a' + 26;
    else if (c >= '0' && c <= '9')
      value = c - '0' + 52;
    else if (c == '+' || c == '-')
      value = 62;
    else if (c == '/' || c == '_')
      value = 63;
    else
      return false;
    bits = (bits << 6) | static_cast<unsigned>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out += static_cast<char>((bits >> have) & 0xFF);
    }
  }
  return true;
}

bool is_coordinate(std::string_view latitude, std::string_view longitude) {
  // Two digits, in order of the text, are below 60.
  const auto below_60 = [](std::string_view digits) { return digits[0] < '6'; };
  return latitude.size() == 6 && longitude.size() == 7 && latitude.substr(0, 2) <= "90" &&
         longitude.substr(0, 3) <= "180" && below_60(latitude.substr(2)) &&
         below_60(latitude.substr(4)) && below_60(longitude.substr(3)) &&
         below_60(longitude.substr(5));
}

}  // namespace sekisho::filters
