#include "filters/values/numbers.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/evidence.h"
#include "filters/line_ends.h"
#include "filters/surroundings.h"
#include "filters/table.h"
#include "filters/values/digit_candidates.h"
#include "filters/values/japanese_numbers.h"
#include "filters/values/other_numbers.h"
#include "filters/values/phone_plan.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// What numbers say by themselves, for people who ask why.
constexpr std::string_view kByCheck = "check digit", kByGroups = "check digit and usual groups",
                           kByWord = "check digit and context word",
                           kAgainst = "check digit, but a word for another number",
                           kBySample = "published test number",
                           kByFormAndWord = "form and context word";
// Subtracted from a number that is a moment too.
constexpr double kTimestamp = 0.20;

bool card_grouping(const DigitGroups& all, const DigitCandidate& c) {
  if (c.separator == Separator::kNewline) return false;
  if (groups_are(all, c, {4, 6, 5}) || groups_are(all, c, {4, 6, 4}) ||
      groups_are(all, c, {4, 4, 4, 4}))
    return true;
  return groups_are(all, c, {4, 4, 4, 4, 3}) || groups_are(all, c, {4, 4, 4, 4, 2}) ||
         groups_are(all, c, {4, 4, 4, 4, 1});
}

bool in_fours(const DigitGroups& all, const DigitCandidate& c, std::size_t count) {
  if (c.to - c.from != count) return false;
  for (std::size_t i = c.from; i < c.to; ++i) {
    if (all.groups[i].count != 4) return false;
  }
  return true;
}

// "12/29" after a number: a month and a year of these decades, no day of a date.
bool expiry_follows(std::string_view text, Range number) {
  const std::string after = folded_lower(text.substr(number.end, 45));
  const std::size_t slash = after.find('/');
  if (slash == std::string::npos || slash < 2) return false;
  const auto digit_at = [&after](std::size_t i) {
    return i < after.size() && is_digit(static_cast<unsigned char>(after[i]));
  };
  const auto two_digits = [&](std::size_t i) {
    return digit_at(i) && digit_at(i + 1) ? (after[i] - '0') * 10 + after[i + 1] - '0' : -1;
  };
  const int month = two_digits(slash - 2);
  if (month < 1 || month > 12 || (slash > 2 && digit_at(slash - 3))) return false;
  return two_digits(slash + 1) >= 0 && !(after.size() > slash + 3 && after[slash + 3] == '/');
}

bool may_be_card(std::string_view digits) {
  return card_kind(digits) != CardKind::kNone && luhn_valid(digits);
}

// Words that food and goods have beside them as well.
bool only_of_expiry(const DetectorRow& row, std::string_view text, Range number) {
  static constexpr std::string_view kExpiry[] = {"有効期限", "exp", "expiry", "expires",
                                                 "expiration"};
  std::vector<std::string> cards;
  for (const std::string& word : row.context.words)
    if (std::find(std::begin(kExpiry), std::end(kExpiry), word) == std::end(kExpiry))
      cards.push_back(word);
  const Surroundings around(text, number, row.context.before, row.context.after);
  return !around.has(cards);
}

struct Judgement {
  double confidence = 0;
  std::string_view why;
};

// "売上 3095 5595 5862 8140": the figures of a row, told by its heading.
bool heads_figures(std::string_view text, std::size_t begin) {
  static constexpr std::string_view kHeadings[] = {
      "売上",    "売上高", "金額",  "実績",  "予算",   "利益",  "費用",  "原価",   "件数",
      "人数",    "数量",   "合計",  "単価",  "台数",   "推移",  "目標",  "コスト", "生産",
      "出荷",    "在庫",   "入荷",  "小計",  "収入",   "支出",  "経費",  "粗利",   "sales",
      "revenue", "amount", "total", "units", "profit", "costs", "budget"};
  std::size_t end = begin;
  while (end > 0 && (text[end - 1] == ' ' || text[end - 1] == ':' || text[end - 1] == '|' ||
                     text[end - 1] == '\t'))
    --end;
  if (end > 3 && text.substr(end - 3, 3) == "：") end -= 3;
  const std::string before = folded_lower(
      text.substr(end - std::min<std::size_t>(end, 12), std::min<std::size_t>(end, 12)));
  return std::any_of(std::begin(kHeadings), std::end(kHeadings),
                     [&](std::string_view heading) { return before.ends_with(heading); });
}

// "ff20 8619 9197 5050", "U+FD6C => 0634 0645 0645", "0075 0308 0340 ; [.2217": groups of a dump,
// code points and their order.
bool among_hex_groups(std::string_view text, Range number) {
  static constexpr CharSet kHex{"0123456789abcdefABCDEF"}, kBlanks{" \n"};
  constexpr std::size_t kFewest = 4, kMost = 5, kNear = 16;
  const auto is_group = [](std::string_view group) {
    return group.size() >= kFewest && group.size() <= kMost &&
           std::all_of(group.begin(), group.end(), [](char c) { return kHex.has(c); }) &&
           std::any_of(group.begin(), group.end(), [](char c) { return kAsciiDigits.has(c); }) &&
           std::any_of(group.begin(), group.end(), [](char c) { return kAsciiLetters.has(c); });
  };
  const std::string_view after = text.substr(number.end, kNear);
  if (!after.empty() && kBlanks.has(after[0])) {
    std::size_t end = 1;
    while (end < after.size() && kAsciiWord.has(after[end])) ++end;
    if (is_group(after.substr(1, end - 1))) return true;
  }
  if (after.starts_with(" ; [.")) return true;
  const std::size_t from = number.begin - std::min(number.begin, kNear);
  const std::string_view before = text.substr(from, number.begin - from);
  if (!before.empty() && kBlanks.has(before.back())) {
    std::size_t begin = before.size() - 1;
    while (begin > 0 && kAsciiWord.has(before[begin - 1])) --begin;
    if (is_group(before.substr(begin, before.size() - 1 - begin))) return true;
  }
  return before.find("U+") != std::string_view::npos;
}

// Whether a card word of the row stands beside a number, on its line.
bool is_labelled_closely(const DetectorRow& row, std::string_view text, Range number) {
  constexpr std::size_t kBeside = 32;
  if (heading_above(text, number)) return true;
  const std::string_view before = text.substr(0, number.begin);
  const std::size_t reach = std::min(number.begin, kBeside);
  const std::size_t line = last_line_end(before.substr(number.begin - reach));
  const std::size_t own = line == std::string_view::npos ? reach : reach - line - 1;
  const Surroundings around(text, number, own, kBeside);
  return around.has_before(row.context) || around.names_after(row.context);
}

Judgement judge_card(const DetectorRow& row, const DigitGroups& all, const DigitCandidate& c,
                     CardKind kind, std::string_view text, OtherNumbers& others) {
  const Range range = all.range_of(c.from, c.to);
  const bool grouped = card_grouping(all, c);
  const bool cells = c.separator == Separator::kNewline && in_fours(all, c, 4);
  if (!grouped && !cells && c.to - c.from > 1) return {};
  const Evidence evidence = evidence_about(row, text, range);
  const ConfidenceModel& model = row.confidence;
  // Licences and My Numbers have twelve digits as well.
  const bool short_one = all.digits_of(c.from, c.to).size() == 12;
  if (short_one && !is_labelled_closely(row, text, range)) return {};
  if (kind == CardKind::kDoubtful && (!evidence.named || only_of_expiry(row, text, range)))
    return {};
  const auto is_other = [&] {
    return names_other_number(row, text, range) || others.are_around(range);
  };
  const bool one = c.to - c.from == 1;
  // "06/30" over an id: no number that goes on on the next line.
  const bool may_be_other = one || c.wrapped;
  if (evidence.named &&
      !(may_be_other && only_of_expiry(row, text, range) && (c.wrapped || is_other())))
    return {model.context, kByWord};
  if (c.wrapped) return {};
  if (!cells && !evidence.otherwise && expiry_follows(text, range) && !is_other())
    return {model.context, kByWord};
  if (cells) return {};
  const bool blanks = c.separator == Separator::kSpace && in_fours(all, c, 4);
  if (blanks && among_hex_groups(text, range)) return {};
  if (blanks && heads_figures(text, range.begin)) return {model.shape - model.against, kAgainst};
  if (grouped) return {model.grouped, kByGroups};
  if (evidence.otherwise || is_other()) return {model.shape - model.against, kAgainst};
  return {model.shape, kByCheck};
}

Judgement judge_my_number(const DetectorRow& row, const DigitGroups& all, const DigitCandidate& c,
                          std::string_view text, OtherNumbers& others) {
  const Evidence evidence = evidence_about(row, text, all.range_of(c.from, c.to));
  const ConfidenceModel& model = row.confidence;
  if (evidence.named) return {model.context, kByWord};
  const bool fours = in_fours(all, c, 3);
  if (c.wrapped) return {};
  if (!fours && c.to - c.from > 1) return {};
  const bool blanks = fours && c.separator == Separator::kSpace;
  if (blanks && among_hex_groups(text, all.range_of(c.from, c.to))) return {};
  // Dots alone group figures of tables too.
  const bool grouped =
      fours && c.separator != Separator::kNewline && c.separator != Separator::kDot;
  double confidence = grouped ? model.grouped : model.shape;
  const bool otherwise = evidence.otherwise ||
                         (blanks && heads_figures(text, all.range_of(c.from, c.to).begin)) ||
                         (grouped && (names_other_number(row, text, all.range_of(c.from, c.to)) ||
                                      others.are_around(all.range_of(c.from, c.to))));
  if (otherwise) confidence -= model.against;
  if (looks_like_timestamp(all.digits_of(c.from, c.to))) confidence -= kTimestamp;
  return {confidence, otherwise ? kAgainst : grouped ? kByGroups : kByCheck};
}

// A third or fifth group of four, or of `fewest` digits at least, beside a number in fours belongs
// to a longer number.
bool longer_in_fours(const DigitGroups& all, const DigitCandidate& c, std::size_t fewest) {
  const bool before = c.from > 0 && all.groups[c.from].before == c.separator &&
                      all.groups[c.from - 1].count <= 4 && all.groups[c.from - 1].count >= fewest;
  const bool after = c.to < all.groups.size() && all.groups[c.to].before == c.separator &&
                     all.groups[c.to].count <= 4 && all.groups[c.to].count >= fewest;
  return c.separator != Separator::kNone && c.separator != Separator::kNewline && (before || after);
}

// Whether the row of fours around a card in fours is cards from end to end. Looks at so many groups
// on each side; a longer row is a table.
bool only_cards_beside(const DigitGroups& all, const DigitCandidate& c) {
  constexpr std::size_t kFarthest = 64;
  std::size_t from = c.from, to = c.to;
  while (from > 0 && all.groups[from].before == c.separator && all.groups[from - 1].count == 4) {
    if (c.from - --from > kFarthest) return false;
  }
  while (to < all.groups.size() && all.groups[to].before == c.separator &&
         all.groups[to].count == 4) {
    if (++to - c.to > kFarthest) return false;
  }
  if ((to - from) % 4 != 0 || (c.from - from) % 4 != 0) return false;
  for (; from < to; from += 4) {
    if (!luhn_valid(all.digits_of(from, from + 4))) return false;
  }
  return true;
}

bool all_fours(const DigitGroups& all, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i)
    if (all.groups[i].count != 4) return false;
  return true;
}

// The line of groups, separated as in `c`, that ends with group `last` or begins with it.
DigitCandidate line_at(const DigitGroups& all, const DigitCandidate& c, std::size_t last) {
  constexpr std::size_t kFarthest = 64;
  DigitCandidate line{last, last + 1, c.separator};
  while (line.from > 0 && all.groups[line.from].before == c.separator &&
         last - line.from < kFarthest)
    --line.from;
  while (line.to < all.groups.size() && all.groups[line.to].before == c.separator &&
         line.to - last < kFarthest)
    ++line.to;
  return line;
}

// A row of more groups than a number has, up to four digits each and most of them four. A short one
// that begins or ends with such a number has its expiry and code beside it, a long one that does
// both is two.
template <class Valid>
bool is_figures(const DigitGroups& all, const DigitCandidate& line, std::size_t groups,
                Valid valid) {
  std::size_t fours = 0;
  for (std::size_t i = line.from; i < line.to; ++i) {
    if (all.groups[i].count > 4) return false;
    fours += all.groups[i].count == 4 ? 1 : 0;
  }
  const auto is_one = [&](std::size_t from) {
    return all_fours(all, from, from + groups) && valid(all.digits_of(from, from + groups));
  };
  if (fours <= groups) return false;
  const bool first = is_one(line.from), last = is_one(line.to - groups);
  constexpr std::size_t kBeside = 3;  // groups of an expiry and a code
  return line.to - line.from > groups + kBeside ? !(first && last) : !first && !last;
}

// Whether the line above or below holds groups of four as well and is no such number itself:
// figures of a table. `valid` judges the digits of `groups` groups.
template <class Valid>
bool in_matrix(const DigitGroups& all, const DigitCandidate& c, std::size_t groups, Valid valid) {
  if (c.separator == Separator::kNone || c.separator == Separator::kNewline) return false;
  const auto figures = [&](std::size_t beside) {
    const DigitCandidate line = line_at(all, c, beside);
    const std::size_t size = line.to - line.from;
    if (size > groups + 2) return is_figures(all, line, groups, valid);
    if (size < 2 || !all_fours(all, line.from, line.to)) return false;
    return size != groups || !valid(all.digits_of(line.from, line.to));
  };
  const DigitCandidate own = line_at(all, c, c.from);
  if (own.from > 0 && all.groups[own.from].before == Separator::kNewline && figures(own.from - 1))
    return true;
  return own.to < all.groups.size() && all.groups[own.to].before == Separator::kNewline &&
         figures(own.to);
}

// "192.168.131.220".
bool is_dotted_quad(const DigitGroups& all, const DigitCandidate& c) {
  if (c.separator != Separator::kDot || c.to - c.from != 4) return false;
  for (std::size_t i = c.from; i < c.to; ++i)
    if (all.groups[i].count > 3 || (all.groups[i].count == 3 && all.digits_of(i, i + 1) > "255"))
      return false;
  return true;
}

// "+81 80 3903 2397": whatever the line above tells.
bool is_dialled_from_abroad(std::string_view text, Range range, std::string_view digits) {
  return char_before(text, range.begin).value == U'+' && international_number_plausible(digits);
}

// Calls use(candidate, digits, range) with candidates of `size` digits.
template <class Use>
void for_numbers(const DigitGroups& all, std::string_view text, std::size_t size,
                 std::size_t most_groups, Use use) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    for_candidates(all, from, {size, size, most_groups, false, true}, [&](const DigitCandidate& c) {
      if (c.separator == Separator::kParen || is_dotted_quad(all, c)) return;
      const std::string_view digits = all.digits_of(c.from, c.to);
      const Range range = all.range_of(c.from, c.to);
      if (!is_dialled_from_abroad(text, range, digits)) use(c, digits, range);
    });
  }
}

// "7100 7100 7100": a row of a matrix.
bool repeats(std::string_view digits, std::size_t size) {
  return digits.substr(size) == digits.substr(0, digits.size() - size);
}

// "2009, 2011, 2012" of a copyright notice.
bool are_years(std::string_view digits) {
  for (std::size_t i = 0; i + 4 <= digits.size(); i += 4)
    if (digits.substr(i, 2) != "19" && digits.substr(i, 2) != "20") return false;
  return true;
}

bool stands_free(const DetectorRow& row, std::string_view text, Range range) {
  return free_on_left(row, text, range.begin) && free_on_right(text, range.end);
}

// "%B4532…^NAME^2712…": the first track of a card.
bool on_track(std::string_view text, Range range) {
  return range.begin >= 2 && text.substr(range.begin - 2, 2) == "%B" && range.end < text.size() &&
         text[range.end] == '^';
}

}  // namespace

void find_credit_cards(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                       Findings& out) {
  OtherNumbers others(text, 1, may_be_card);
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    for_candidates(all, from, {12, 19, 5, false, true}, [&](const DigitCandidate& c) {
      const std::string_view digits = all.digits_of(c.from, c.to);
      const CardKind kind = card_kind(digits);
      const Range range = all.range_of(c.from, c.to);
      if (kind == CardKind::kNone || !luhn_valid(digits)) return;
      const std::size_t distinct = distinct_characters(digits);
      if (distinct < 2) return;
      if (!stands_free(row, text, range) && !on_track(text, range)) return;
      const Judgement judgement = judge_card(row, all, c, kind, text, others);
      if (judgement.confidence <= 0) return;
      // Figures of four digits beside each other are a table, unless all of them are cards.
      const bool sure = judgement.confidence >= 0.9;
      if (!sure && longer_in_fours(all, c, 4) && !only_cards_beside(all, c)) return;
      if (!sure && in_matrix(all, c, 4, luhn_valid)) return;
      const bool test = is_test_card(digits);
      if (!test && distinct < 3) return;
      Finding finding = make_finding(row, test ? row.confidence.context : judgement.confidence,
                                     range, std::string(digits), test ? kBySample : judgement.why);
      if (test) finding.type = row.second_type;
      out.push_back(std::move(finding));
    });
  }
}

void find_my_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                     Findings& out) {
  OtherNumbers others(text, 3, my_number_valid);
  for_numbers(all, text, 12, 6, [&](const DigitCandidate& c, std::string_view digits, Range range) {
    if (!my_number_valid(digits) || !stands_free(row, text, range)) return;
    const Judgement j = judge_my_number(row, all, c, text, others);
    const bool sure = j.confidence >= 0.9;
    if (j.confidence < 0.05 || (!sure && longer_in_fours(all, c, 2))) return;
    if (!sure && (in_matrix(all, c, 3, my_number_valid) || are_years(digits) || repeats(digits, 4)))
      return;
    out.push_back(make_finding(row, j.confidence, range, std::string(digits), j.why));
  });
}

void find_corporate_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                            Findings& out) {
  for_numbers(all, text, 13, 5, [&](const DigitCandidate& c, std::string_view digits, Range range) {
    if (!corporate_number_valid(digits) || !free_on_right(text, range.end)) return;
    const FoldedChar before = char_before(text, range.begin);
    const bool issuer = (before.value == U'T' || before.value == U't') &&
                        !is_word(char_before(text, range.begin - before.size).value);
    if (!issuer && !free_on_left(row, text, range.begin)) return;
    const bool usual = groups_are(all, c, {13}) || groups_are(all, c, {1, 4, 4, 4});
    const ConfidenceModel& model = row.confidence;
    const Evidence evidence = evidence_about(row, text, range);
    Judgement j{model.shape, kByCheck};
    if (issuer) range.begin -= before.size;
    if (evidence.named) {
      j = {model.context, kByWord};
    } else if (!usual || c.wrapped || (!issuer && longer_in_fours(all, c, 4))) {
      return;
    } else if (issuer && before.value == U'T') {
      j = {model.context - 0.05, "check digit and the T of an invoice issuer"};
    } else if (c.to - c.from > 1 && c.separator != Separator::kNewline) {
      j = {model.grouped, kByGroups};
    }
    if (evidence.otherwise) j = {j.confidence - model.against, kAgainst};
    if (j.confidence > 0)
      out.push_back(make_finding(row, j.confidence, range, std::string(digits), j.why));
  });
}

void find_driver_licences(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                          Findings& out) {
  for_numbers(all, text, 12, 6, [&](const DigitCandidate& c, std::string_view digits, Range range) {
    if (!driver_licence_valid(digits) || !stands_free(row, text, range)) return;
    const bool named = evidence_about(row, text, range).named;
    if (!named && c.to - c.from > 1) return;
    out.push_back(make_finding(row, named ? row.confidence.context : row.confidence.shape, range,
                               std::string(digits), named ? kByWord : kByCheck));
  });
}

void find_pension_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                          Findings& out) {
  for_numbers(all, text, 10, 2, [&](const DigitCandidate& c, std::string_view digits, Range range) {
    if (!groups_are(all, c, {4, 6}) && !groups_are(all, c, {10})) return;
    if (!pension_number_plausible(digits) || !stands_free(row, text, range)) return;
    if (!evidence_about(row, text, range).named) return;
    out.push_back(
        make_finding(row, row.confidence.context, range, std::string(digits), kByFormAndWord));
  });
}

}  // namespace sekisho::filters
