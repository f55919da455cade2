#include "filters/views/labelled_values.h"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <string>
#include <vector>

#include "filters/anchor_finder.h"
#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/birth_date.h"
#include "filters/values/iban.h"
#include "filters/views/blob_codings.h"
#include "filters/views/blobs.h"
#include "filters/views/chat_borders.h"
#include "filters/views/cut_reader.h"
#include "filters/views/cut_secrets.h"
#include "filters/views/labelled_numbers.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"
#include "filters/views/value_forms.h"
#include "filters/views/value_signs.h"

namespace sekisho::filters {
namespace {

using namespace value_forms;

constexpr CharSet kBase64 = kAsciiAlnum | CharSet("+/");
constexpr CharSet kNone{""};

struct Label {
  std::string_view text;  // "_": a blank or a hyphen, too
  Form form;
  bool word = false;  // nothing of ASCII goes on with it
};
constexpr Label kLabels[] = {{"passport", passport},
                             {"パスポ", passport},
                             {"旅券", passport},
                             {"residenc", residence_card},
                             {"zairyu", residence_card},
                             {"在留カ", residence_card},
                             {"registra", corporate_number},
                             {"corporat", corporate_number},
                             {"法人番", corporate_number},
                             {"登録番", corporate_number},
                             {"ssn", number<9>, true},
                             {"social_s", number<9>},
                             {"社会保", number<9>},
                             {"pension", number<10>},
                             {"nenkin", number<10>},
                             {"年金番", number<10>},
                             {"保険者番", number<8>},
                             {"license", number<12>},
                             {"licence", number<12>},
                             {"免許証", number<12>},
                             {"my_numbe", number<12>},
                             {"mynumber", number<12>},
                             {"individu", number<12>},
                             {"マイナ", number<12>},
                             {"個人番", number<12>},
                             {"card_num", card_number},
                             {"card_no", card_number},
                             {"credit_c", card_number},
                             {"pan", card_number, true},
                             {"カード", card_number},
                             {"tel", phone, true},
                             {"phone", phone},
                             {"mobile", phone},
                             {"電話", phone},
                             {"携帯", phone},
                             {"連絡先", phone},
                             {"iban", iban},
                             {"birth", birth_date},
                             {"dob", birth_date, true},
                             {"生年月", birth_date},
                             {"誕生日", birth_date},
                             {"普通", number<7>},
                             {"当座", number<7>},
                             {"口座番", number<7>},
                             {"access_k", aws_secret},
                             {"accountk", account_key},
                             {"client_s", client_secret},
                             {"クライア", client_secret},
                             {"secret", read_cut_secret},
                             {"シーク", read_cut_secret},
                             {"auth_tok", read_cut_secret},
                             {"api_toke", read_cut_secret},
                             {"access_t", read_cut_secret},
                             {"api_key", read_cut_secret},
                             {"passw", read_cut_password},
                             {"スワー", read_cut_password},
                             {"暗証", read_cut_password},
                             {"webhook", webhook},
                             {"通知先", webhook},
                             {"住所", address},
                             {"届け先", address},
                             {"送付先", address},
                             {"address", address},
                             {"ip", private_ip, true}};
// A bit each.
static_assert(std::size(kLabels) <= 64);

AnchorFinder::Anchor anchor_of(const Label& label) {
  AnchorFinder::Anchor anchor;
  for (const char c : label.text.substr(0, AnchorFinder::kMostPlaces)) {
    std::bitset<256> bytes;
    bytes.set(static_cast<unsigned char>(c));
    if (kAsciiLetters.has(c)) bytes.set(static_cast<unsigned char>(c) & ~0x20u);
    if (c == '_')
      for (const char sign : {' ', '-'}) bytes.set(static_cast<unsigned char>(sign));
    anchor.places.push_back(bytes);
  }
  return anchor;
}

const AnchorFinder& finder() {
  static const AnchorFinder kFinder = [] {
    std::vector<AnchorFinder::Anchor> anchors;
    for (const Label& label : kLabels) anchors.push_back(anchor_of(label));
    return AnchorFinder(anchors);
  }();
  return kFinder;
}

// From `at` within a label over its rest, "_number", " no.", "（本人）", and what stands before the
// value; npos: none may follow.
std::size_t value_begin(std::string_view text, std::size_t at, Form form) {
  constexpr std::size_t kLongestLabel = 32, kMost = 64;
  std::size_t pos = at;
  const auto word = [&] {
    while (pos - at < kLongestLabel && pos < text.size() &&
           (kAsciiWord.has(text[pos]) || text[pos] == '-'))
      ++pos;
  };
  word();
  static constexpr std::string_view kMore[] = {" number", " no", " card", " key", " access", " is"};
  for (bool more = true; more;) {
    const auto known = std::find_if(std::begin(kMore), std::end(kMore), [&](auto name) {
      return pos + name.size() <= text.size() &&
             std::equal(name.begin(), name.end(), text.begin() + static_cast<std::ptrdiff_t>(pos),
                        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b | 0x20 : b); });
    });
    more = known != std::end(kMore) && !alnum_at(text, pos + known->size());
    if (more) pos += known->size();
  }
  static constexpr CharSet kBetween{" .:=|,;\t\r\n\"'`[(){-\\>"};
  constexpr std::string_view kType = ": string";
  if (begins_at(text, pos, kType)) pos += kType.size();
  static constexpr std::string_view kEras[] = {"昭", "平", "令", "大"};
  const std::size_t stop = std::min(text.size(), pos + kMost);
  const std::size_t from = pos;
  while (pos < stop) {
    const char c = text[pos];
    if (static_cast<unsigned char>(c) >= 0x80 && form == address) {
      static constexpr std::string_view kSigns[] = {"：", "は", "、", "　", "「"};
      const auto sign = std::find_if(std::begin(kSigns), std::end(kSigns),
                                     [&](auto known) { return begins_at(text, pos, known); });
      if (sign == std::end(kSigns)) return pos > at ? pos : std::string_view::npos;
      pos += sign->size();
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (pos > from && std::any_of(std::begin(kEras), std::end(kEras),
                                    [&](auto era) { return begins_at(text, pos, era); }))
        return pos;
      ++pos;
    } else if (kBetween.has(c)) {
      const std::size_t head = c == '\n' ? timed_head_end(text, pos + 1) : 0;
      pos = head != 0 ? head : pos + 1;
    } else if (literal_at(text, pos, "is ") && text[pos - 1] == ' ') {
      pos += 2;
    } else if (c == '<') {
      const std::size_t close = text.substr(pos, stop - pos).find('>');
      if (close == std::string_view::npos) return close;
      pos += close + 1;
    } else {
      break;
    }
  }
  return pos < stop && pos > at ? pos : std::string_view::npos;
}

bool is_label(std::string_view text, const Label& label, std::size_t at) {
  if (!label.word) return true;
  const std::size_t end = at + label.text.size();
  return (end == text.size() || !kAsciiLetters.has(text[end])) &&
         (at == 0 || !kAsciiLetters.has(text[at - 1]));
}

// Where the message begins, with its head, whose text begins at `at`; `at`: it is none of a chat.
std::size_t message_begin(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestHead = 64;
  const std::size_t from = at - std::min(at, kLongestHead);
  const std::size_t cut = last_line_end(text.substr(from, at - from));
  if (cut == std::string_view::npos) return at;
  const std::size_t line = from + cut + 1;
  return line < at && timed_head_end(text, line) == at ? line : at;
}

// Where the label of the value that begins at `begin` may stand; empty: nowhere.
Range label_before(std::string_view text, std::size_t begin) {
  constexpr std::size_t kReach = 48, kBeforeTag = 64, kOfAddress = 112;
  if (begin == 0) return {};
  // "市中央区三宮町6".
  const auto wide = [text](std::size_t at) { return static_cast<unsigned char>(text[at]) >= 0x80; };
  if (wide(begin) || (wide(begin - 1) && digit_at(text, begin)))
    return {begin - std::min(begin, kOfAddress), begin};
  // "<passport_no>T".
  if (text[begin - 1] == '>' && !text.substr(0, begin).ends_with("td>"))
    return {begin - std::min(begin, kBeforeTag), begin};
  std::size_t end = label_end_before(text, begin);
  // "10:21<tab>ops<tab>SSN" over "10:22<tab>ops<tab>349".
  if (text[begin - 1] == '\t' || text[begin - 1] == ' ')
    if (const std::size_t above = message_begin(text, begin); above != begin)
      end = label_end_before(text, above);
  // "pan: string = ".
  constexpr std::string_view kType = ": string";
  if (text.substr(0, end).ends_with(kType)) end -= kType.size();
  // "保険者番号 (健康保険証)".
  if (text.substr(0, end).ends_with(')')) --end;
  if (end < 3 || !may_end_value_label(text[end - 2], text[end - 1])) return {};
  return {end - std::min(end, kReach), end};
}

// "M J 8": the first of single characters with the same sign between, the last of which is `piece`.
std::size_t singles_begin(std::string_view text, Range piece) {
  constexpr std::size_t kWide = 3, kLongest = 96;
  std::size_t begin = piece.begin;
  if (piece.size() != 1 || begin < kWide) return begin;
  const bool wide = static_cast<unsigned char>(text[begin - 1]) >= 0x80;
  const std::string_view sign = sign_of_singles(text, begin - (wide ? kWide : 1));
  if (sign.empty()) return begin;
  while (begin > sign.size() && piece.begin - begin < kLongest &&
         begins_at(text, begin - sign.size(), sign) && token_at(text, begin - sign.size() - 1) &&
         !(begin > sign.size() + 1 && kAsciiAlnum.has(text[begin - sign.size() - 2])))
    begin -= sign.size() + 1;
  return begin;
}

// "+44 20 76", "https://hooks": what stands before the last word of a value's first piece.
std::size_t groups_begin(std::string_view text, Range piece) {
  const std::size_t at = piece.begin;
  constexpr std::size_t kLongest = 24;
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("+-()");
  constexpr std::string_view kScheme = "https:";
  if (text.substr(0, at).ends_with(kScheme)) return at - kScheme.size();
  if (const std::size_t first = singles_begin(text, piece); first != at)
    return first > 0 && text[first - 1] == '+' ? first - 1 : first;
  std::size_t begin = at;
  while (begin > 1 && at - begin < kLongest && text[begin - 1] == ' ' && digit_at(text, begin - 2))
    for (--begin; begin > 0 && kNumber.has(text[begin - 1]);) --begin;
  return begin;
}

// The word that the value ends with is longer.
bool goes_on(std::string_view text, std::size_t end) {
  return end < text.size() && kAsciiWord.has(text[end]);
}

// A value of the form in base64, over cuts perhaps.
struct Coded {
  std::size_t end = 0;  // with its padding; 0: there is none
  std::string value;
};
Coded read_coded(std::string_view text, std::size_t begin, Form form) {
  constexpr std::size_t kFirst = 4, kShortest = 10, kLongest = 64, kPadding = 2;
  // Words are none: most of them begin with no character of a text.
  const std::string_view first = text.substr(begin, kFirst);
  const auto of_base64 = [](char c) { return kBase64.has(c); };
  if (std::all_of(first.begin(), first.end(), of_base64) && !may_begin_base64(first)) return {};
  CutReader in(text, begin);
  while (in.value().size() < kLongest && in.take(kBase64)) {
    if (in.value().size() < kShortest || (!in.at_cut() && kBase64.has(at_or_nul(text, in.end()))))
      continue;
    std::string value = decode_base64_run(in.value(), 0);
    CutReader read(value, 0);
    if (!form(read) || read.end() != value.size()) continue;
    std::size_t end = in.end();
    while (end - in.end() < kPadding && at_or_nul(text, end) == '=') ++end;
    return {end, std::move(value)};
  }
  return {};
}

// An amount, a day, a code of the post: what else stands behind the kind of an account.
bool may_count_otherwise(const ValueSigns& signs, std::string_view label) {
  if (!signs.alike) return false;
  using Sizes = std::vector<std::size_t>;
  if (signs.sizes == Sizes{1, 3, 3}) return signs.first == "," || signs.first == ".";
  if (signs.first == ";") return true;
  const bool of_day = signs.first == "-" || signs.first == "/" || signs.first == ".";
  if (of_day && signs.sizes.size() == 3 && signs.sizes.front() == 4) return true;
  return signs.sizes == Sizes{3, 4} && signs.first == "-" && label != "口座番";
}

// "UF 2026-11-05 NO".
bool holds_day(std::string_view written) {
  constexpr std::size_t kDay = 10, kYear = 4;
  for (std::size_t at = 0; at + kDay <= written.size(); ++at) {
    const char sign = written[at + kYear];
    if (!alnum_at(written, at) || alnum_at(written, at + kYear) ||
        (at > 0 && digit_at(written, at - 1)) || sign != written[at + kYear + 3])
      continue;
    if (read_date(written.substr(at, kDay))) return true;
  }
  return false;
}

// What a detector reads in the value that is written so, with signs that no such value has; empty:
// they are usual, or it is none.
std::string without_signs(std::string_view written, const CutReader& in, const Label& label) {
  const ValueSigns signs = signs_of(written);
  const bool day = label.form == birth_date;
  if (!day && (holds_day(written) || (!signs.alike && signs.in_pairs()))) return {};
  const bool account = label.form == number<7>;
  if (signs.first.empty()) return {};
  if (account ? may_count_otherwise(signs, label.text)
              : signs.alike && (signs.first == "-" || signs.first == " "))
    return {};
  std::string value;
  for (const char c : in.value())
    if (kAsciiAlnum.has(c) || c == '+') value += c;
  if (!day) return value;
  if (read_date(written)) return {};
  value.insert(6, "-").insert(4, "-");
  return read_date(value) ? value : std::string();
}

// Forms of which the detectors read few groupings.
bool may_have_signs(std::string_view text, std::size_t begin, Form form) {
  if (form == phone) return at_or_nul(text, begin) == '+';
  static constexpr Form kForms[] = {
      passport,  residence_card, corporate_number, number<7>,  number<8>,
      number<9>, number<10>,     number<12>,       birth_date, iban};
  return std::find(std::begin(kForms), std::end(kForms), form) != std::end(kForms);
}

// "My Number(1) | ", "SSN (2): ": the digit at `at` counts the label before it.
bool counts_label(std::string_view text, std::size_t at) {
  static constexpr CharSet kBehind{"|:=\t,<"};
  if (at == 0 || at >= text.size() || text[at - 1] != '(' || at_or_nul(text, at + 1) != ')')
    return false;
  std::size_t behind = at + 2;
  while (at_or_nul(text, behind) == ' ') ++behind;
  return kAsciiDigits.has(text[at]) && kBehind.has(at_or_nul(text, behind));
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

bool begins_comment(std::string_view text, std::size_t at) {
  return at_or_nul(text, at) == '#' || literal_at(text, at, "//") || literal_at(text, at, "--") ||
         literal_at(text, at, "/*");
}

// The comment behind the closing quote of a value that ends before `at`; empty: there is none.
Range note_behind(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostBetween = 8, kReach = 48;
  static constexpr CharSet kBetween{" \t;,)"};
  std::size_t note = at;
  while (note - at < kMostBetween + 1 && kBetween.has(at_or_nul(text, note))) ++note;
  if (!begins_comment(text, note)) return {};
  const std::string_view line = text.substr(note, kReach);
  return {note, note + std::min(line.find('\n'), line.size())};
}

// The comment in the line above the one that gives a name the value at `at`, behind its quote;
// empty: there is none.
Range note_above(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 64;
  std::size_t sign = at - 1;
  while (sign > 0 && text[sign - 1] == ' ') --sign;
  if (sign == 0 || text[sign - 1] != '=') return {};
  const std::size_t from = sign - std::min(sign, kReach);
  const std::size_t line = text.substr(from, sign - from).rfind('\n');
  if (line == std::string_view::npos) return {};
  const std::size_t end = from + line, start = end - std::min(end, kReach);
  const std::size_t above = text.substr(start, end - start).rfind('\n');
  if (above == std::string_view::npos && start != 0) return {};
  std::size_t note = above == std::string_view::npos ? 0 : start + above + 1;
  while (note < end && (text[note] == ' ' || text[note] == '\t')) ++note;
  return begins_comment(text, note) ? Range{note, end} : Range{};
}

}  // namespace

std::size_t join_labelled_value(std::string_view text, Range piece, PulledApart out) {
  std::size_t last = 0;
  const auto join = [&](std::size_t begin, Form form) {
    if (begin > piece.begin || last != 0) return;
    if (form == phone && is_whole_phone(text.substr(begin, piece.end - begin))) return;
    CutReader in(text, begin);
    if (form(in)) {
      if (!in.was_cut() || in.end() <= piece.end || goes_on(text, in.end())) return;
      last = in.end();
      // The sign between two groups may have been lost with the cut.
      std::string value(in.value());
      if (form == card_number) std::erase_if(value, [](char c) { return !kAsciiDigits.has(c); });
      const std::size_t tag = behind_tag(text, begin);
      // "auth_token ", "\"api_secret\": [".
      if (form == read_cut_secret || form == read_cut_password)
        if (const std::size_t name = label_end_before(text, tag); name < tag)
          out.sure.add({name, tag}, ": ");
      out.sure.add({tag, last}, std::move(value));
      return;
    }
    if (form == token) return;
    const Coded coded = read_coded(text, begin, form);
    if (coded.end < piece.end || goes_on(text, coded.end)) return;
    last = coded.end;
    out.sure.undo(kJoined | kFromBase64 | kWrapped);
    out.sure.add({behind_tag(text, begin), last}, coded.value);
    out.sure.undo(kJoined);
  };
  // "<td class="c0">g</td>".
  const bool cell = piece.size() == 1 && piece.begin > 0 && text[piece.begin - 1] == '>';
  if (kFirstOfTokens.has(text[piece.begin]) &&
      (cell || may_begin_token(text.substr(piece.begin, piece.size()))))
    join(piece.begin, token);
  const Range label = last == 0 ? label_before(text, groups_begin(text, piece)) : Range{};
  if (label.size() == 0) return last;
  std::size_t secret = std::string_view::npos;
  finder().find(text, label, [&](std::size_t anchor, std::size_t place) {
    const Label& known = kLabels[anchor];
    if (!is_label(text, known, place)) return;
    const std::size_t begin = value_begin(text, place + known.text.size(), known.form);
    if (known.form == read_cut_secret)
      secret = begin;
    else
      join(begin, known.form);
  });
  // AWS names a "secret" as well.
  if (secret != std::string_view::npos) join(secret, read_cut_secret);
  return last;
}

std::size_t join_row_value(std::string_view text, Range piece, PulledApart out) {
  constexpr std::size_t kLongestLabel = 48;
  static constexpr Form kForms[] = {aws_secret, account_key, client_secret,
                                    webhook,    passport,    private_ip};
  const std::size_t begin = cell_begin(text, piece.begin);
  const char separator = text[piece.end];
  const std::string_view cells[] = {"\n", std::string_view(&separator, 1)};
  Range label{begin - 1 - std::min(begin - 1, kLongestLabel), begin - 1};
  for (const std::string_view cell : cells)
    if (const std::size_t cut = text.substr(label.begin, label.size()).rfind(cell);
        cut != std::string_view::npos)
      label.begin += cut + 1;
  std::size_t last = 0;
  finder().find(text, label, [&](std::size_t anchor, std::size_t place) {
    const Form form = kLabels[anchor].form;
    if (last != 0 || !is_label(text, kLabels[anchor], place) ||
        std::find(std::begin(kForms), std::end(kForms), form) == std::end(kForms) ||
        (form == passport && separator != ';'))
      return;
    CutReader in(text, begin, separator);
    if (!form(in) || !in.was_cut()) return;
    const char next = at_or_nul(text, in.end());
    if (in.end() < text.size() && next != separator && next != '\n' && next != '\r') return;
    // Words of a list are no secrets.
    const auto has = [&in](const CharSet& set) {
      return std::any_of(in.value().begin(), in.value().end(),
                         [&set](char c) { return set.has(c); });
    };
    static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
    if (form != private_ip && !(has(kAsciiDigits) && has(kCapitals))) return;
    last = in.end();
    out.sure.add({begin - 1, begin}, ": ");
    out.sure.add({begin, last}, in.value());
  });
  return last;
}

std::size_t join_signed_value(std::string_view text, std::size_t at, PulledApart out) {
  static constexpr std::size_t kReach = 48;
  const auto label_of = [text](std::size_t begin) {
    std::size_t end = label_end_before(text, begin);
    if (text.substr(0, end).ends_with(')')) --end;
    if (end < 3 || !may_end_value_label(text[end - 2], text[end - 1])) return Range{};
    return Range{end - std::min(end, kReach), end};
  };
  Range label = label_of(at);
  if (label.size() == 0)
    if (const std::size_t begin = letters_begin(text, at); begin != at) label = label_of(begin);
  if (label.size() == 0) {
    const std::size_t begin = letters_begin(text, at);
    const bool quoted = begin > 0 && begin != at && is_quote(text[begin - 1]);
    return quoted ? join_noted_value(text, begin, out) : 0;
  }
  std::size_t last = 0;
  finder().find(text, label, [&](std::size_t anchor, std::size_t place) {
    const Label& known = kLabels[anchor];
    if (last != 0 || !is_label(text, known, place)) return;
    const std::size_t begin = value_begin(text, place + known.text.size(), known.form);
    if (begin > at || counts_label(text, begin) || !may_have_signs(text, begin, known.form)) return;
    CutReader in(text, begin, CutReader::Parts::kSigns);
    const bool fills = known.form == birth_date ? in.take(8, kAsciiDigits, kNone) : known.form(in);
    if (!fills || goes_on(text, in.end()) || digit_at(text, signs_end(text, in.end()))) return;
    const std::string_view written = text.substr(begin, in.end() - begin);
    const std::string value = without_signs(written, in, known);
    if (value.empty()) return;
    last = in.end();
    // "passport no;TK;7869;497".
    if (text[begin - 1] == ';') out.sure.add({begin - 1, begin}, ": ");
    out.sure.add({begin, last}, value);
  });
  return last;
}

std::size_t join_noted_value(std::string_view text, std::size_t at, PulledApart out) {
  constexpr std::size_t kLongest = 40;
  const std::size_t size = text.substr(at, kLongest).find(text[at - 1]);
  if (size == std::string_view::npos) return 0;
  const Range behind = note_behind(text, at + size + 1);
  const Range note = behind.size() != 0 ? behind : note_above(text, at);
  if (note.size() == 0) return 0;
  std::size_t last = 0;
  finder().find(text, note, [&](std::size_t anchor, std::size_t place) {
    const Label& known = kLabels[anchor];
    if (last != 0 || known.form == phone || !is_label(text, known, place) ||
        !may_have_signs(text, at, known.form))
      return;
    CutReader in(text, at, CutReader::Parts::kSigns);
    if (!known.form(in) || in.end() != at + size) return;
    const std::string_view written = text.substr(at, size);
    std::string value = without_signs(written, in, known);
    // "3 87 89 938 5".
    constexpr std::size_t kUsualGroups = 4;
    if (value.empty() && known.form == number<9> && signs_of(written).sizes.size() > kUsualGroups)
      std::copy_if(written.begin(), written.end(), std::back_inserter(value),
                   [](char c) { return kAsciiDigits.has(c); });
    if (value.empty()) return;
    // As they are read there.
    if (known.form == number<9>) value.insert(5, "-").insert(3, "-");
    if (known.form == number<10>) value.insert(4, "-");
    last = in.end();
    out.sure.add({at, last}, value);
  });
  return last;
}

std::size_t join_spaced_phone(std::string_view text, std::size_t at, PulledApart out) {
  constexpr std::size_t kMostBefore = 4;  // bytes from the plus on
  std::size_t plus = at;
  while (plus > 0 && at - plus < kMostBefore && text[plus] != '+') --plus;
  if (text[plus] != '+' || signs_end(text, plus + 1) != at) return 0;
  CutReader in(text, plus, CutReader::Parts::kSigns);
  if (!phone(in) || goes_on(text, in.end()) || digit_at(text, signs_end(text, in.end()))) return 0;
  // Each character stands apart.
  const ValueSigns signs = signs_of(text.substr(at, in.end() - at));
  if (std::any_of(signs.sizes.begin(), signs.sizes.end(),
                  [](std::size_t size) { return size > 1; }))
    return 0;
  std::string value("+");
  for (const char c : in.value())
    if (kAsciiDigits.has(c)) value += c;
  out.doubtful.add({plus, in.end()}, value);
  return in.end();
}

}  // namespace sekisho::filters
