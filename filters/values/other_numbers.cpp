#include "filters/values/other_numbers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "filters/digit_groups.h"
#include "filters/surroundings.h"
#include "filters/table.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// Whether the numbers of this form that stand near are mostly none of these: a column of ids, of
// which a check digit lets one in ten pass. The number is `groups` groups of one size.
bool stand_among_others(std::string_view text, Range number, std::size_t groups,
                        NumberCheck valid) {
  constexpr std::size_t kReach = 1024;  // bytes on each side
  constexpr std::size_t kFewest = 3;    // others
  const Range near{number.begin - std::min(number.begin, kReach),
                   std::min(text.size(), number.end + kReach)};
  DigitGroups all;
  read_digit_groups(text, near, all);
  std::size_t own = 0;
  while (own < all.groups.size() && all.groups[own].range.begin < number.begin) ++own;
  if (own + groups > all.groups.size()) return false;
  const std::size_t size = all.groups[own].count;
  const Separator separator = groups > 1 ? all.groups[own + 1].before : Separator::kNone;
  const std::string value(all.digits_of(own, own + groups));
  const auto has_form = [&](std::size_t from) {
    for (std::size_t i = from; i < from + groups; ++i)
      if (all.groups[i].count != size || (i > from && all.groups[i].before != separator))
        return false;
    return true;
  };
  std::size_t such = 1, others = 0;
  for (std::size_t i = 0; i + groups <= all.groups.size(); ++i) {
    if (all.groups[i].range.end <= near.begin || all.groups[i].range.begin >= near.end ||
        !has_form(i))
      continue;
    const std::string_view digits = all.digits_of(i, i + groups);
    // Moments count up beside the numbers of a log.
    if (groups == 1 && digits[0] == '1') continue;
    if (digits != value) ++(valid(digits) ? such : others);
    i += groups - 1;
  }
  return others >= kFewest && others >= 2 * such;
}

// The same of the column. Figures of a few digits count for nothing.
bool stand_in_column_of_others(std::string_view text, Range number, NumberCheck valid) {
  constexpr std::size_t kFewestDigits = 7, kFewest = 2;
  const std::string_view value = text.substr(number.begin, number.size());
  std::size_t such = 1, others = 0;
  for (const Range cell : cells_beside(text, number)) {
    const std::string_view written = text.substr(cell.begin, cell.size());
    std::string digits;
    for (const char c : folded_lower(written))
      if (is_digit(static_cast<unsigned char>(c))) digits += c;
    const bool number_alone =
        written.find_first_not_of("0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ") == written.npos;
    if (!number_alone || digits.size() < kFewestDigits || written == value) continue;
    ++(valid(digits) ? such : others);
  }
  return others >= kFewest && others >= 2 * such;
}

// What ends the name of a number.
constexpr std::string_view kNames[] = {"番号", "コード", "品番", "型番", "図番", "no",
                                       "no.",  "number", "id",   "code", "ref",  "num"};
// Numbers of a person, and of cards as some call them.
constexpr std::string_view kOfPeople[] = {
    "本人", "身分",   "識別",     "国民", "納税",     "社会保障", "個人",    "口座",   "桁",
    "tax",  "nati",   "identity", "id n", "identifi", "personal", "citizen", "social", "account",
    "の番", "カード", "card",     "pan",  "マイナ",   "mynumber", "kojin"};

// "payment no", "支払番号": trimmed, folded, in lower case.
bool is_name_of_other(const DetectorRow& row, std::string_view name) {
  const auto ends = [name](std::string_view end) {
    if (!name.ends_with(end) || name.size() < end.size() + 2) return false;
    if (static_cast<unsigned char>(end[0]) >= 0x80) return true;
    const char before = name[name.size() - end.size() - 1];
    return before == ' ' || before == '_' || before == '-' ||
           static_cast<unsigned char>(before) >= 0x80;
  };
  if (std::none_of(std::begin(kNames), std::end(kNames), ends)) return false;
  const auto holds = [name](std::string_view word) { return name.find(word) != name.npos; };
  return std::none_of(std::begin(kOfPeople), std::end(kOfPeople), holds) &&
         std::none_of(row.context.words.begin(), row.context.words.end(), holds);
}

std::string folded_name(std::string_view text, Range name) {
  return folded_lower(text.substr(name.begin, name.size()));
}

// The name straight before a number, on its line: from the last sign or cell on.
std::string name_before(std::string_view text, Range number) {
  constexpr std::size_t kReach = 48;
  std::size_t from = number.begin > kReach ? number.begin - kReach : 0;
  while (from < number.begin && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  std::string before = folded_name(text, {from, number.begin});
  static constexpr std::string_view kJoints = " \t:=\"'|([>";
  static constexpr std::string_view kWide[] = {"【", "】", "「"};
  for (bool again = true; again;) {
    again = false;
    while (!before.empty() && kJoints.find(before.back()) != kJoints.npos)
      before.pop_back(), again = true;
    for (const std::string_view sign : kWide)
      if (before.ends_with(sign)) before.resize(before.size() - sign.size()), again = true;
  }
  const std::size_t cut = before.find_last_of("\n\t,;:|\"'/<>{}()*");
  if (cut != std::string::npos) before.erase(0, cut + 1);
  for (const std::string_view sign : {"【", "】", "。", "、", "・", "「", "」", "■", "は", "の"})
    if (const std::size_t at = before.rfind(sign); at != std::string::npos)
      before.erase(0, at + sign.size());
  // Three words at most are a name.
  if (std::count(before.begin(), before.end(), ' ') > 3) return {};
  return before;
}

}  // namespace

bool among_other_numbers(std::string_view text, Range number, std::size_t groups,
                         NumberCheck valid) {
  return stand_among_others(text, number, groups, valid) ||
         stand_in_column_of_others(text, number, valid);
}

bool names_other_number(const DetectorRow& row, std::string_view text, Range number) {
  if (is_name_of_other(row, name_before(text, number))) return true;
  const std::optional<Range> heading = heading_above(text, number);
  return heading && is_name_of_other(row, folded_name(text, *heading));
}

}  // namespace sekisho::filters
