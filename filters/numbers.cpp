#include "filters/numbers.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "filters/digit_groups.h"
#include "filters/surroundings.h"
#include "filters/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kCardWords[] = {
    "カード",  "クレジット",  "有効期限", "セキュリティコード",
    "名義人",  "credit card", "card",     "card number",
    "card no", "pan",         "cvv",      "cvc",
    "visa",    "mastercard",  "amex",     "jcb",
    "exp",     "expiry"};
constexpr std::string_view kMyNumberWords[] = {
    "マイナンバー", "個人番号", "通知カード",        "特定個人情報", "源泉徴収", "扶養控除",
    "my number",    "mynumber", "individual number", "my_number",    "ﾏｲﾅﾝﾊﾞｰ",  "マイナンバ"};
constexpr std::string_view kPhoneWords[] = {
    "電話",   "tel",        "でんわ",   "携帯",         "連絡先",   "内線",
    "fax",    "ファックス", "ファクス", "phone",        "mobile",   "ケータイ",
    "スマホ", "cell",       "call",     "お問い合わせ", "お問合せ", "直通"};
// Numbers of another kind say so.
constexpr std::string_view kOtherNumberWords[] = {"法人番号",
                                                  "注文",
                                                  "伝票",
                                                  "追跡",
                                                  "会員番号",
                                                  "型番",
                                                  "受付番号",
                                                  "管理番号",
                                                  "請求書番号",
                                                  "口座番号",
                                                  "問い合わせ番号",
                                                  "商品コード",
                                                  "製造番号",
                                                  "シリアル",
                                                  "品番",
                                                  "社員番号",
                                                  "arn",
                                                  "aws",
                                                  "accountid",
                                                  "account_id",
                                                  "account id",
                                                  "order",
                                                  "tracking",
                                                  "serial",
                                                  "isbn",
                                                  "jan",
                                                  "sku",
                                                  "part number",
                                                  "part no",
                                                  "invoice",
                                                  "model no",
                                                  "imei"};
constexpr std::size_t kNear = 40;  // bytes: the word belongs to this number

bool is_one_of(Words words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The run of letters that ends at `end`, folded; what is typed straight before a number
// ("TEL03-…").
std::string word_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  for (int letters = 0; begin > 0 && letters < 16; ++letters) {
    const FoldedChar c = char_before(text, begin);
    if (!is_word(c.value)) break;
    begin -= c.size;
  }
  return folded_lower(text.substr(begin, end - begin));
}

// Whether a number that begins at `begin` continues something: letters, or a hyphen or dot with a
// word before it.
bool free_on_left(std::string_view text, std::size_t begin, Words labels) {
  const FoldedChar c = char_before(text, begin);
  if (is_word(c.value)) {
    const bool escape = c.value < 0x80 && begin >= 2 && text[begin - 2] == '\\';
    return escape || is_one_of(labels, word_before(text, begin));
  }
  if (!is_hyphen(c.value) && c.value != U'.') return true;
  const std::size_t before = begin - c.size;
  if (!is_word(char_before(text, before).value)) return true;
  return is_one_of(labels, word_before(text, before));
}

bool free_on_right(std::string_view text, std::size_t end) {
  const FoldedChar c = char_at(text, end);
  if (is_word(c.value)) return false;
  const char32_t next = char_at(text, end + c.size).value;
  if (c.value == U'.') return next < U'0' || next > U'9';  // a letter: the number names a file
  return !is_hyphen(c.value) || !is_word(next);
}

struct Candidate {
  std::size_t from, to;  // groups
  Separator separator;   // one kind between all groups; kNone for a single group
};

// Calls `use` with every candidate that begins with group `from`, at most `most_groups` long,
// separators all of one kind (any mixture when `mixed`).
template <class Use>
void for_candidates(const DigitGroups& all, std::size_t from, std::size_t most_groups, bool mixed,
                    Use use) {
  Separator separator = Separator::kNone;
  for (std::size_t to = from + 1; to <= all.groups.size() && to - from <= most_groups; ++to) {
    if (to - from > 1) {
      const Separator next = all.groups[to - 1].before;
      if (next == Separator::kNone) return;
      if (separator != Separator::kNone && next != separator && !mixed) return;
      separator = next;
    }
    use(Candidate{from, to, separator});
  }
}

bool groups_are(const DigitGroups& all, const Candidate& c,
                std::initializer_list<std::size_t> sizes) {
  if (c.to - c.from != sizes.size()) return false;
  std::size_t i = c.from;
  return std::all_of(sizes.begin(), sizes.end(),
                     [&](std::size_t size) { return all.groups[i++].count == size; });
}

bool card_grouping(const DigitGroups& all, const Candidate& c) {
  if (groups_are(all, c, {4, 6, 5}) || groups_are(all, c, {4, 6, 4}) ||
      groups_are(all, c, {4, 4, 4, 4}))
    return true;
  return groups_are(all, c, {4, 4, 4, 4, 3}) || groups_are(all, c, {4, 4, 4, 4, 2}) ||
         groups_are(all, c, {4, 4, 4, 4, 1});
}

bool expiry_follows(const Surroundings& around) {
  const std::string& after = around.after();
  const std::size_t slash = after.find('/');
  if (slash == std::string::npos || slash < 2 || slash + 2 >= after.size()) return false;
  const auto digit_at = [&after](std::size_t i) {
    return is_digit(static_cast<unsigned char>(after[i]));
  };
  return digit_at(slash - 1) && digit_at(slash - 2) && after[slash - 2] <= '1' &&
         digit_at(slash + 1) && digit_at(slash + 2);
}

double card_confidence(const DigitGroups& all, const Candidate& c, CardKind kind,
                       std::string_view text) {
  const bool grouped = card_grouping(all, c);
  if (!grouped && c.to - c.from > 1) return 0;
  const Surroundings around(text, all.range_of(c.from, c.to));
  if (around.has(kCardWords) || expiry_follows(around)) return 0.95;
  if (kind == CardKind::kDoubtful) return 0;
  if (grouped) return 0.75;
  return around.distance_before(kOtherNumberWords) <= kNear ? 0.40 : 0.60;
}

double my_number_confidence(const DigitGroups& all, const Candidate& c, std::string_view text) {
  const std::string_view digits = all.digits_of(c.from, c.to);
  const Surroundings around(text, all.range_of(c.from, c.to));
  const std::size_t named = around.distance_before(kMyNumberWords),
                    other = around.distance_before(kOtherNumberWords);
  if (named != Surroundings::kFar && named <= other) return 0.95;
  if (around.has(kMyNumberWords) && other > kNear) return 0.95;
  const bool in_fours = groups_are(all, c, {4, 4, 4});
  if (!in_fours && c.to - c.from > 1) return 0;
  double confidence = in_fours && c.separator != Separator::kNewline ? 0.60 : 0.40;
  if (other <= kNear) confidence -= 0.30;
  if (looks_like_timestamp(digits)) confidence -= 0.20;
  return confidence;
}

// A third or fifth group of four beside a number in fours belongs to a longer number.
bool longer_in_fours(const DigitGroups& all, const Candidate& c) {
  const bool before =
      c.from > 0 && all.groups[c.from].before == c.separator && all.groups[c.from - 1].count == 4;
  const bool after = c.to < all.groups.size() && all.groups[c.to].before == c.separator &&
                     all.groups[c.to].count == 4;
  return c.separator != Separator::kNone && c.separator != Separator::kNewline && (before || after);
}

}  // namespace

void find_credit_cards(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                       Findings& out) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    for_candidates(all, from, 5, false, [&](const Candidate& c) {
      const std::string_view digits = all.digits_of(c.from, c.to);
      if (digits.size() < 12 || digits.size() > 19) return;
      const CardKind kind = card_kind(digits);
      const Range range = all.range_of(c.from, c.to);
      if (kind == CardKind::kNone || !luhn_valid(digits) || distinct_characters(digits) < 2) return;
      if (!free_on_left(text, range.begin, kCardWords) || !free_on_right(text, range.end)) return;
      const double confidence = card_confidence(all, c, kind, text);
      if (confidence <= 0) return;
      const bool test = is_test_card(digits);
      if (!test && distinct_characters(digits) < 3) return;
      // Recognised and told, but below what rules look at unless they ask for it.
      Finding finding = make_finding(row, test ? 0.30 : confidence, range, std::string(digits));
      if (test) finding.type = row.second_type;
      out.push_back(std::move(finding));
    });
  }
}

void find_my_numbers(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                     Findings& out) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    for_candidates(all, from, 6, false, [&](const Candidate& c) {
      const std::string_view digits = all.digits_of(c.from, c.to);
      if (digits.size() != 12 || c.separator == Separator::kParen || !my_number_valid(digits))
        return;
      const Range range = all.range_of(c.from, c.to);
      if (!free_on_left(text, range.begin, kMyNumberWords) || !free_on_right(text, range.end))
        return;
      const double confidence = my_number_confidence(all, c, text);
      if (confidence < 0.05 || (confidence < 0.9 && longer_in_fours(all, c))) return;
      out.push_back(make_finding(row, confidence, range, std::string(digits)));
    });
  }
}

namespace {

// A telephone number with its international prefix taken off.
struct PhoneParts {
  std::string digits;  // national, from the leading zero
  std::array<std::size_t, 4> groups{};
  std::size_t count = 0;
  Range range;

  void add(std::string_view group) {
    if (count < groups.size()) groups[count] = group.size();
    ++count;
    digits += group;
  }
};

// "+81", "(0)" and the national number after them.
bool read_parts(const DigitGroups& all, const Candidate& c, std::string_view text,
                PhoneParts& parts) {
  parts.range = all.range_of(c.from, c.to);
  std::size_t i = c.from;
  const FoldedChar before = char_before(text, parts.range.begin);
  const std::string_view head = all.digits_of(c.from, c.from + 1);
  if (before.value == U'+') {
    if (head.substr(0, 2) != "81") return false;
    parts.range.begin -= before.size;
    std::string rest(head.substr(2));
    ++i;
    if (rest.empty() && i < c.to && all.digits_of(i, i + 1) == "0") ++i;  // (0)
    if (rest.empty() && i < c.to) rest = all.digits_of(i, i + 1), ++i;
    parts.add(rest.substr(0, 1) == "0" ? rest : "0" + rest);
  } else if (head[0] == '0') {
    parts.add(head);
    ++i;
    if (before.value == U'(') parts.range.begin -= before.size;
  } else {
    return false;
  }
  for (; i < c.to; ++i) parts.add(all.digits_of(i, i + 1));
  return parts.count <= 3;
}

bool separated_by_space(const DigitGroups& all, const Candidate& c) {
  for (std::size_t i = c.from + 1; i < c.to; ++i) {
    if (all.groups[i].before != Separator::kSpace && all.groups[i].before != Separator::kNewline)
      return false;
  }
  return c.to - c.from > 1;
}

double phone_confidence(PhoneKind kind, const DigitGroups& all, const Candidate& c,
                        const PhoneParts& parts, std::string_view text) {
  const Surroundings around(text, parts.range);
  const bool international =
      parts.range.begin != all.groups[c.from].range.begin && text[parts.range.begin] != '(';
  const std::size_t named = around.distance_before(kPhoneWords),
                    other = around.distance_before(kOtherNumberWords);
  const bool context = named != Surroundings::kFar && named <= other;
  if (kind == PhoneKind::kPublic) return 0.30;
  const bool bare = parts.count == 1, spaced = separated_by_space(all, c);
  if (!context && other <= kNear) return 0.30;
  if (context || (international && !bare)) return 0.85;
  if (kind == PhoneKind::kMobile) return bare ? 0.60 : 0.80;
  if (bare) return 0;
  return spaced ? 0.50 : 0.70;
}

}  // namespace

void find_jp_phones(const DetectorRow& row, std::string_view text, const DigitGroups& all,
                    Findings& out) {
  for (std::size_t from = 0; from < all.groups.size(); ++from) {
    for_candidates(all, from, 5, true, [&](const Candidate& c) {
      if (c.separator == Separator::kNewline) return;
      PhoneParts parts;
      if (!read_parts(all, c, text, parts)) return;
      const PhoneKind kind = jp_phone_kind(parts.digits, parts.groups.data(), parts.count);
      if (kind == PhoneKind::kNone) return;
      if (!free_on_left(text, parts.range.begin, kPhoneWords) ||
          !free_on_right(text, parts.range.end))
        return;
      const double confidence = phone_confidence(kind, all, c, parts, text);
      if (confidence > 0) out.push_back(make_finding(row, confidence, parts.range, parts.digits));
    });
  }
}

}  // namespace sekisho::filters
