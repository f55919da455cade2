#include "filters/values/phone_numbers.h"

#include <algorithm>
#include <array>
#include <string>

#include "filters/char_set.h"
#include "filters/evidence.h"
#include "filters/line_ends.h"
#include "filters/surroundings.h"
#include "filters/values/digit_candidates.h"
#include "filters/values/given_example.h"
#include "filters/values/phone_plan.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr double kPublicOrOther = 0.30, kSpacedLandline = 0.50;
constexpr double kLandlineLess = 0.10;  // than a mobile number in groups

// A telephone number with its international prefix taken off.
struct PhoneParts {
  std::string digits;  // national, from the leading zero
  std::array<std::size_t, 4> groups{};
  std::size_t count = 0;
  Range range;
  bool international = false;

  void add(std::string_view group) {
    if (count < groups.size()) groups[count] = group.size();
    ++count;
    digits += group;
  }
};

bool over_lines(const DigitGroups& all, const DigitCandidate& c) {
  for (std::size_t i = c.from + 1; i < c.to; ++i) {
    if (all.groups[i].before == Separator::kNewline) return true;
  }
  return false;
}

// "9,510,070  20221222", "175,058  868-4022": the end of a sum, and the next column.
bool is_end_of_sum(std::string_view text, std::size_t begin, const PhoneParts& parts, bool spaced) {
  if (parts.groups[0] != 3 || begin < 2 || text[begin - 1] != ',') return false;
  std::size_t from = begin - 1;
  while (from > 0 && begin - from < 5 && is_digit(static_cast<unsigned char>(text[from - 1])))
    --from;
  const std::size_t digits = begin - 1 - from;
  return digits > 0 && (parts.count == 2 || (spaced && digits <= 3));
}

// "10.1111/0081-1750.00098": the name of an article.
bool is_doi(std::string_view text, std::size_t begin) {
  if (begin < 8 || text[begin - 1] != '/') return false;
  const std::string_view before = text.substr(begin - 8, 7);
  const std::size_t ten = before.find("10.");
  return ten != before.npos && before.size() - ten >= 6 && before.size() - ten <= 7 &&
         first_not_of<"0123456789">(before, ten + 3) == before.npos;
}

// "03-1234-5678", "090-0000-0000": what forms show beside their fields.
bool is_sample_phone(std::string_view digits) {
  return digits.ends_with("12345678") || digits.ends_with("1234567") ||
         digits.ends_with("123456") || digits.ends_with("00000000");
}

// "20:56:03 2009 -0500": the seconds of a time, the year and the zone; "6:04" over "20210815".
bool is_end_of_time(std::string_view text, std::size_t begin, const PhoneParts& parts) {
  const std::size_t first_group = parts.groups[0];
  if (parts.count <= 2 && first_group != 3 && begin >= 2 && text[begin - 1] == ':' &&
      is_digit(static_cast<unsigned char>(text[begin - 2])))
    return true;
  const auto digit = [text](std::size_t at) {
    return is_digit(static_cast<unsigned char>(text[at]));
  };
  return first_group == 2 && begin >= 4 && text[begin - 1] == ':' && digit(begin - 2) &&
         digit(begin - 3) && text[begin - 4] == ':';
}

bool separated_by_space(const DigitGroups& all, const DigitCandidate& c) {
  for (std::size_t i = c.from + 1; i < c.to; ++i) {
    if (all.groups[i].before != Separator::kSpace) return false;
  }
  return c.to - c.from > 1;
}

bool separated_by_dots(const DigitGroups& all, const DigitCandidate& c) {
  return c.to - c.from > 1 && all.groups[c.from].count > 2 &&
         all.groups[c.from + 1].before == Separator::kDot;
}

// "+81", "(0)" and the national number after them.
bool read_parts(const DigitGroups& all, const DigitCandidate& c, std::string_view text,
                PhoneParts& parts) {
  parts.range = all.range_of(c.from, c.to);
  std::size_t i = c.from;
  const FoldedChar before = char_before(text, parts.range.begin);
  const std::string_view head = all.digits_of(c.from, c.from + 1);
  if (before.value == U'+') {
    if (head.substr(0, 2) != "81") return false;
    parts.international = true;
    parts.range.begin -= before.size;
    std::string rest(head.substr(2));
    ++i;
    if (rest.empty() && i < c.to && all.digits_of(i, i + 1) == "0") ++i;  // (0)
    if (rest.empty() && i < c.to) rest = all.digits_of(i, i + 1), ++i;
    parts.add(rest.substr(0, 1) == "0" ? rest : "0" + rest);
  } else if (head.substr(0, 4) == "0081") {
    // As dialled from abroad.
    parts.international = true;
    std::string rest(head.substr(4));
    ++i;
    if (rest.empty() && i < c.to) rest = all.digits_of(i, i + 1), ++i;
    parts.add(rest.substr(0, 1) == "0" ? rest : "0" + rest);
  } else if (head[0] == '0') {
    parts.add(head);
    ++i;
    // "(03) 1234-5678": all of "(03-1234-5678)" stands in brackets of the text.
    const bool closed = i < c.to && char_at(text, all.groups[c.from].range.end).value == U')';
    if (before.value == U'(' && closed) parts.range.begin -= before.size;
  } else {
    return false;
  }
  for (; i < c.to; ++i) parts.add(all.digits_of(i, i + 1));
  return parts.count <= 3;
}

// "<th>電話</th><th>年金番号</th></tr><tr><td>090-8123-4471": a word for something else that does
// not stand straight before a number.
bool is_word_far(const DetectorRow& row, const Evidence& evidence, std::string_view text,
                 Range number) {
  constexpr std::size_t kStraight = 20;  // bytes
  return !evidence.heading && !Surroundings(text, number, kStraight, 0).has_before(row.against);
}

double phone_confidence(const DetectorRow& row, PhoneKind kind, const DigitGroups& all,
                        const DigitCandidate& c, const PhoneParts& parts, std::string_view text,
                        std::string_view& why) {
  const ConfidenceModel& model = row.confidence;
  why = "numbering plan";
  if (kind == PhoneKind::kPublic) return kPublicOrOther;
  const bool bare = parts.count == 1;
  const Evidence evidence = evidence_about(row, text, parts.range);
  const bool as_dialled = parts.international || (kind == PhoneKind::kMobile && !bare);
  if (evidence.otherwise && !(as_dialled && is_word_far(row, evidence, text, parts.range)))
    return kPublicOrOther;
  if (evidence.named) why = "numbering plan and context word";
  if (evidence.named || parts.international) return model.context;
  if (kind == PhoneKind::kMobile) return bare ? model.shape : model.grouped;
  if (bare) return 0;
  // "0961-688760", "0897.02.1945": parts and customs have such numbers more often.
  const bool unusual = parts.count == 2 || separated_by_dots(all, c);
  return unusual || separated_by_space(all, c) ? kSpacedLandline : model.grouped - kLandlineLess;
}

}  // namespace

void find_jp_phones(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                    Findings& out) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    const std::string_view head = all.digits_of(from, from + 1);
    if (head[0] != '0' && head.substr(0, 2) != "81") continue;
    const std::size_t most = head.substr(0, 4) == "0081" ? 15 : 13;
    for_candidates(all, from, {10, most, 5, true}, [&](const DigitCandidate& c) {
      if (over_lines(all, c)) return;
      PhoneParts parts;
      if (!read_parts(all, c, text, parts)) return;
      const PhoneKind kind = jp_phone_kind(parts.digits, parts.groups.data(), parts.count);
      if (kind == PhoneKind::kNone) return;
      if (!free_on_left(row, text, parts.range.begin) || !free_on_right(text, parts.range.end) ||
          is_end_of_time(text, parts.range.begin, parts) || is_doi(text, parts.range.begin) ||
          is_end_of_sum(text, parts.range.begin, parts,
                        c.to - c.from > 1 && all.groups[c.from + 1].before == Separator::kSpace) ||
          (is_sample_phone(parts.digits) && is_given_as_example(text, parts.range.begin)))
        return;
      std::string_view why;
      const double confidence = phone_confidence(row, kind, all, c, parts, text, why);
      if (confidence > 0)
        out.push_back(make_finding(row, confidence, parts.range, parts.digits, why));
    });
  }
}

namespace {

// "+44 (0)20 …": the zero in brackets is dialled inside the country only.
std::string without_trunk_zero(const DigitGroups& all, const DigitCandidate& c) {
  std::string digits(all.digits_of(c.from, c.to));
  const bool zero = c.to - c.from > 2 && all.digits_of(c.from + 1, c.from + 2) == "0";
  if (zero) digits.erase(all.groups[c.from].count, 1);
  return digits;
}

// Digits of the longest number of E.164, and a zero in brackets.
constexpr std::size_t kLongestWithZero = 16;

// The longest candidate from `from` on that is a whole number of its country; `to` = from: none.
DigitCandidate whole_number(const DigitGroups& all, std::size_t from) {
  DigitCandidate found{from, from, Separator::kNone};
  for_candidates(all, from, {1, kLongestWithZero, 7, true}, [&](const DigitCandidate& c) {
    if (over_lines(all, c)) return;
    if (international_number_plausible(without_trunk_zero(all, c))) found = c;
  });
  return found;
}

// "+5902219267" among the lines of a change, each with a sign before it: a line that was added.
bool is_added_line(std::string_view text, std::size_t plus) {
  constexpr std::size_t kLongestLine = 200;
  const auto changed = [text](std::size_t at) {
    return at + 1 < text.size() && (text[at] == '+' || text[at] == '-') &&
           !is_digit(static_cast<unsigned char>(text[at + 1])) && text[at + 1] != '\n';
  };
  if (plus > 0 && text[plus - 1] != '\n') return false;
  const std::size_t end = text.substr(plus, kLongestLine).find('\n');
  if (end != std::string_view::npos && changed(plus + end + 1)) return true;
  if (plus < 2) return false;
  const std::size_t from = plus - 1 - std::min(plus - 1, kLongestLine);
  const std::string_view before = text.substr(from, plus - 1 - from);
  const std::size_t line = last_of(before, '\n');
  return line == std::string_view::npos ? from == 0 && changed(0) : changed(from + line + 1);
}

}  // namespace

void find_international_phones(const DetectorRow& row, std::string_view text,
                               const DigitGroups& all, Findings& out) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    const FoldedChar plus = char_before(text, all.groups[from].range.begin);
    if (plus.value != U'+' || all.digits_of(from, from + 1).substr(0, 2) == "81") continue;
    const DigitCandidate c = whole_number(all, from);
    if (c.to == c.from) continue;
    Range range = all.range_of(c.from, c.to);
    range.begin -= plus.size;
    const char32_t before = char_before(text, range.begin).value;
    // "（＋８）" over the next line: a bracket parts them, too.
    if (text.substr(range.begin, range.size()).find('\n') != std::string_view::npos) continue;
    if (is_word(before) || before == U'+' || before == U')' || before == U']' ||
        !free_on_right(text, range.end))
      continue;
    const ConfidenceModel& model = row.confidence;
    const Evidence evidence = evidence_about(row, text, range);
    const bool bare = c.to - c.from == 1;
    if (c.to - c.from == 2 &&
        is_coordinate(all.digits_of(c.from, c.from + 1), all.digits_of(c.from + 1, c.to)))
      continue;
    double confidence = bare ? model.shape : model.grouped;
    if (evidence.otherwise || (bare && is_added_line(text, range.begin)))
      confidence -= model.against;
    if (evidence.named) confidence = model.context;
    if (confidence > 0)
      out.push_back(
          make_finding(row, confidence, range, "+" + without_trunk_zero(all, c),
                       evidence.named ? "numbering plan and context word" : "numbering plan"));
  }
}

}  // namespace sekisho::filters
