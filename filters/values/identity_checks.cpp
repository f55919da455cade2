#include "filters/values/identity_checks.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/table.h"
#include "filters/values/given_example.h"
#include "filters/values/iban.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/machine_readable_zone.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// Digits and letters (in capitals) of `value`, width folded, everything else left out.
std::string compact(std::string_view value) {
  std::string out;
  for (const char c : folded_lower(value)) {
    const auto u = static_cast<unsigned char>(c);
    if (is_alnum(u)) out += static_cast<char>(is_lower(u) ? u - 0x20 : u);
  }
  return out;
}

std::vector<std::string> digit_runs(std::string_view value) {
  std::vector<std::string> runs;
  bool in_run = false;
  for (const char c : folded_lower(value)) {
    const bool digit = is_digit(static_cast<unsigned char>(c));
    if (digit && !in_run) runs.emplace_back();
    if (digit) runs.back() += c;
    in_run = digit;
  }
  return runs;
}

// Whether signs of one kind part the digits and letters of a number, or no more than two of any
// kind do ("2026-11-05 9" is a date and something else), and none that parts it from its label as
// cells are ("passport,TZ8,304729").
bool is_parted_alike(const TokenMatch& match) {
  std::string_view first;
  std::size_t signs = 0, begin = 0;
  bool alike = true;
  const std::string folded = folded_lower(match.value());
  for (std::size_t at = 0; at < folded.size(); ++at) {
    if (!is_alnum(static_cast<unsigned char>(folded[at]))) continue;
    const std::string_view sign = std::string_view(folded).substr(begin, at - begin);
    begin = at + 1;
    if (sign.empty()) continue;
    if (signs++ == 0) first = sign;
    alike = alike && sign == first;
  }
  const bool border = first == "," || first == "|" || first == "\t";
  if (border && match.range.begin > 0 && match.text[match.range.begin - 1] == first[0])
    return false;
  return alike || signs <= 2;
}

// "1234567", "7654321", "1111111": what forms are filled in with for show.
bool is_show_number(std::string_view digits) {
  if (distinct_characters(digits) < 2) return true;
  static constexpr std::string_view kUp = "01234567890123456789", kDown = "98765432109876543210";
  return digits.size() <= 10 && (kUp.find(digits) != std::string_view::npos ||
                                 kDown.find(digits) != std::string_view::npos);
}

}  // namespace

double check_iban(TokenMatch& match, double confidence) {
  // The pattern may run into the next word: the country says where the number ends.
  std::string iban;
  std::size_t wanted = 0, pos = match.range.begin;
  while (pos < match.range.end && (wanted == 0 || iban.size() < wanted)) {
    const FoldedChar c = char_at(match.text, pos);
    if (is_alnum(c.value)) iban += static_cast<char>(is_lower(c.value) ? c.value - 0x20 : c.value);
    if (iban.size() == 2 && (wanted = iban_length(iban)) == 0) return 0;
    pos += std::max<std::size_t>(1, c.size);
  }
  match.range.end = pos;
  if (is_word(char_at(match.text, pos).value)) return 0;
  return iban_valid(iban) && !is_sample_iban(iban) ? confidence : 0;
}

double check_jp_passport(TokenMatch& match, double confidence) {
  const std::string number = compact(match.value());
  if (number.size() != 9 || !is_parted_alike(match)) return 0;
  return is_show_number(std::string_view(number).substr(2)) ? 0 : confidence;
}

double check_passport_zone(TokenMatch& match, double confidence) {
  if (!passport_line_valid(match.value())) return 0;
  constexpr std::size_t kLine = 44;
  std::size_t end = match.range.begin;
  while (end > 0 && match.range.begin - end < 4 &&
         (match.text[end - 1] == '\n' || match.text[end - 1] == '\r' || match.text[end - 1] == ' '))
    --end;
  if (end < match.range.begin && end >= kLine &&
      match.text.substr(end - kLine, 5).substr(2) == "JPN" && match.text[end - kLine] == 'P')
    match.range.begin = end - kLine;
  return confidence;
}

double check_residence_card(TokenMatch& match, double confidence) {
  const std::string number = compact(match.value());
  if (number.size() != 12 || !is_parted_alike(match)) return 0;
  return is_show_number(std::string_view(number).substr(2, 8)) ? 0 : confidence;
}

double check_us_ssn(TokenMatch& match, double confidence) {
  const std::string digits = compact(match.value());
  if (digits.size() != 9 || !is_parted_alike(match)) return 0;
  const std::string_view area = std::string_view(digits).substr(0, 3),
                         group = std::string_view(digits).substr(3, 2),
                         serial = std::string_view(digits).substr(5);
  if (area == "000" || area == "666" || area[0] == '9' || group == "00" || serial == "0000")
    return 0;
  static constexpr std::string_view kExamples[] = {"078051120", "219099999", "123456789",
                                                   "457555462"};
  if (std::find(std::begin(kExamples), std::end(kExamples), digits) != std::end(kExamples))
    return 0;
  return distinct_characters(digits) < 2 ? 0 : confidence;
}

double check_insurer_number(TokenMatch& match, double confidence) {
  const bool valid = insurer_number_valid(compact(match.value()));
  return valid && is_parted_alike(match) ? confidence : 0;
}

double check_insured_person(TokenMatch& match, double confidence) {
  const std::vector<std::string> runs = digit_runs(match.value());
  return runs.size() >= 3 && insurer_number_valid(runs[0]) ? confidence : 0;
}

namespace {

// "debit", "手数料": of a figure or a code, not of an account.
bool ends_like_figure(std::string name) {
  static constexpr std::string_view kFigures[] = {"debit",  "credit", "amount",  "code",  "借方",
                                                  "貸方",   "金額",   "手数料",  "残高",  "合計",
                                                  "預入額", "価格",   "balance", "total", "コード"};
  static constexpr std::string_view kJoints[] = {" ", "\t", "\"", "'", ":", "=", "】", ">", "は"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view joint : kJoints)
      if (name.ends_with(joint)) name.resize(name.size() - joint.size()), again = true;
  }
  return std::any_of(std::begin(kFigures), std::end(kFigures),
                     [&name](std::string_view word) { return name.ends_with(word); });
}

// "【debit】4542894", "手数料は9001183", a cell below "最低預入額".
bool is_named_figure(std::string_view text, Range value) {
  constexpr std::size_t kReach = 32;
  const std::size_t from = value.begin - std::min(value.begin, kReach);
  if (ends_like_figure(folded_lower(text.substr(from, value.begin - from)))) return true;
  const auto heading = heading_above(text, value);
  return heading && ends_like_figure(folded_lower(text.substr(heading->begin, heading->size())));
}

}  // namespace

double check_bank_account(TokenMatch& match, double confidence) {
  const std::string digits = compact(match.value());
  if (distinct_characters(digits) < 2 || is_named_figure(match.text, match.range)) return 0;
  if (is_show_number(digits) && is_given_as_example(match.text, match.range.begin)) return 0;
  static constexpr std::string_view kCounted[] = {"件", "円", "人", "個", "回", "名", "万", "億",
                                                  "%",  "％", "年", "月", "台", "本", "枚", "冊"};
  const std::string_view after = match.text.substr(match.range.end, 4);
  const bool counts = std::any_of(std::begin(kCounted), std::end(kCounted), [after](auto word) {
    return after.substr(0, word.size()) == word;
  });
  return counts ? 0 : confidence;
}

double check_post_bank(TokenMatch& match, double confidence) {
  const std::vector<std::string> runs = digit_runs(match.value());
  if (runs.size() < 2 || runs.size() > 3) return 0;
  const std::string& number = runs.back();
  if (runs.size() == 3 && runs[1].size() != 1) return 0;
  return post_bank_symbol(runs[0]) && post_bank_number(runs[0], number) ? confidence : 0;
}

}  // namespace sekisho::filters
