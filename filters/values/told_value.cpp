#include "filters/values/told_value.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/values/assignment.h"
#include "filters/values/generic_secret.h"
#include "filters/values/password.h"
#include "filters/values/random_value.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kShortestSecret = 16, kLongestSecret = 200;
constexpr std::size_t kFirstOfPassword = 6, kShortestPassword = 8, kLongestPassword = 64;
constexpr std::size_t kLongestRemark = 60;  // bytes from a value to the name in its remark

// A dot is one of a file or a host here.
constexpr CharSet kSecretChars = kAsciiWord | CharSet("+/-~=");
// Every sign of ASCII but those that end a value in a form, a table or a remark.
constexpr CharSet kPasswordChars = kAsciiWord | CharSet("!#$%&*+-./:=?@^~");

std::string_view in(std::string_view text, Range range) {
  return text.substr(range.begin, range.size());
}

Range run_at(std::string_view text, std::size_t begin, const CharSet& chars, std::size_t longest) {
  std::size_t end = begin;
  while (end < text.size() && end - begin <= longest && chars.has(text[end])) ++end;
  while (end > begin && (text[end - 1] == '.' || text[end - 1] == ':')) --end;
  return {begin, end};
}

Range run_before(std::string_view text, std::size_t end, const CharSet& chars,
                 std::size_t longest) {
  std::size_t begin = end;
  while (begin > 0 && end - begin <= longest && chars.has(text[begin - 1])) --begin;
  return {begin, end};
}

Range letters_at(std::string_view text, Range gate) {
  std::size_t end = gate.begin;
  while (end < gate.end && is_letter(static_cast<unsigned char>(text[end]))) ++end;
  return {gate.begin, end};
}

// The word of the gate.
Range word_of(std::string_view text, Range gate) {
  if (static_cast<unsigned char>(text[gate.begin]) < 0x80) return letters_at(text, gate);
  static constexpr std::string_view kWords[] = {"キー", "鍵", "トークン", "シークレット",
                                                "クレデンシャル"};
  for (const std::string_view word : kWords)
    if (text.substr(gate.begin, word.size()) == word) return {gate.begin, gate.begin + word.size()};
  return {gate.begin, gate.begin};
}

// "newpass(PKCS12 *p12, char *newpass)", "#define SN_regToken  \"id-regToken\"": a name that holds
// the word is no value of it.
bool holds_word(std::string_view value, std::string_view word) {
  return word.size() >= 3 && folded_lower(value).find(folded_lower(word)) != std::string::npos;
}

// Whether nothing goes on behind the value: no argument, call or path.
bool ends_here(std::string_view text, std::size_t end) {
  if (end >= text.size()) return true;
  static constexpr CharSet kEnds{" \t\r\n\"'`<)]|;"};
  const char next = text[end];
  if (next == '.' || next == ',')
    return end + 1 >= text.size() ||
           std::string_view(" \n\r").find(text[end + 1]) != std::string_view::npos;
  return kEnds.has(next) || static_cast<unsigned char>(next) >= 0x80;
}

void add_secret(const DetectorRow& row, std::string_view text, Range word, Range value,
                Findings& out) {
  if (value.size() < kShortestSecret || value.size() > kLongestSecret || word.size() == 0) return;
  if (!names_secret(text, word) || !is_secret_value(in(text, value)) ||
      holds_word(in(text, value), in(text, word)) || !ends_here(text, value.end))
    return;
  out.push_back(make_finding(row, row.confidence.shape, value, std::string(in(text, value)),
                             "random value beside the name of a secret"));
}

// Nothing but a password looks like this: no word with a number behind it, as products and
// versions have one.
bool is_told_password(std::string_view value) {
  if (value.size() < kShortestPassword || value.size() > kLongestPassword ||
      !password_stands_alone(value))
    return false;
  const auto digits = std::count_if(value.begin(), value.end(),
                                    [](char c) { return is_digit(static_cast<unsigned char>(c)); });
  if (first_of<"!#$%&*?@^~">(value) != std::string_view::npos) return true;
  // Joints are those of names, too.
  if (first_of<"_-">(value) != std::string_view::npos)
    return digits >= 3 || (digits == 2 && word_likeness(value, 3) < 0.30);
  return digits >= 2 && word_likeness(value, 3) < 0.55;
}

void add_password(const DetectorRow& row, std::string_view text, Range word, Range value,
                  Findings& out) {
  const Range name = identifier_around(text, word);
  if (names_about_password(in(text, name)) || !is_told_password(in(text, value)) ||
      holds_word(in(text, value), in(text, word)) || !ends_here(text, value.end))
    return;
  out.push_back(make_finding(row, row.confidence.shape, value, std::string(in(text, value)),
                             "form of the value beside its name"));
}

// "…"; // password: — what ends a statement, and what begins its comment.
std::optional<std::size_t> statement_before(std::string_view before) {
  static constexpr std::string_view kMarks[] = {"// ", "# ", "/* ", "-- ", "//"};
  static constexpr CharSet kEnds{" \t;),}]"};
  for (const std::string_view mark : kMarks) {
    if (!before.ends_with(mark)) continue;
    std::size_t end = before.size() - mark.size();
    const std::size_t least = end - std::min<std::size_t>(end, 8);
    while (end > least && kEnds.has(before[end - 1])) --end;
    const bool literal = end > 0 && (before[end - 1] == '"' || before[end - 1] == '\'');
    return literal ? std::optional<std::size_t>(end) : std::nullopt;
  }
  return std::nullopt;
}

// Where the remark begins that holds the name at `word`: "…（", "… ← ", "… というのが私の". What
// stands between qualifies the name, and is no clause of its own.
std::optional<std::size_t> remark_before(std::string_view text, std::size_t word) {
  static constexpr std::string_view kJoints[] = {"（", " (", "\n(", "←", " -- ", "…", "というのが"};
  static constexpr std::string_view kOthers[] = {"。", "、", "）", "：", "「"};
  static constexpr CharSet kStops{"\n\r):=\""}, kLasts{"(/ \x88\x90\xA6\x8C\x82\x81\x89\x9A"};
  const std::size_t least = word - std::min(word, kLongestRemark);
  for (std::size_t pos = word; pos > least && !kStops.has(text[pos - 1]); --pos) {
    // Few bytes end one of them.
    if (!kLasts.has(text[pos - 1])) continue;
    const std::string_view before = text.substr(least, pos - least);
    for (const std::string_view joint : kJoints)
      if (before.ends_with(joint)) return pos - joint.size();
    if (const auto statement = statement_before(before)) return least + *statement;
    for (const std::string_view other : kOthers)
      if (before.ends_with(other)) return std::nullopt;
  }
  return std::nullopt;
}

std::optional<std::size_t> value_end_before(std::string_view text, std::size_t word) {
  const auto remark = remark_before(text, word);
  if (!remark) return std::nullopt;
  std::size_t end = *remark;
  for (int blanks = 0; end > 0 && blanks < 4; --end, ++blanks)
    if (std::string_view(" \"'`").find(text[end - 1]) == std::string_view::npos) break;
  if (end >= 3 && text.substr(end - 3, 3) == "」") end -= 3;
  return end == 0 ? std::nullopt : std::optional<std::size_t>(end);
}

}  // namespace

void find_secret_behind(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::size_t begin = gate.end - kShortestSecret;
  add_secret(row, text, word_of(text, gate), run_at(text, begin, kSecretChars, kLongestSecret),
             out);
}

void find_password_behind(const DetectorRow& row, std::string_view text, Range gate,
                          Findings& out) {
  const std::size_t begin = gate.end - kFirstOfPassword;
  add_password(row, text, letters_at(text, gate),
               run_at(text, begin, kPasswordChars, kLongestPassword), out);
}

void find_secret_before(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const auto end = value_end_before(text, gate.begin);
  if (!end) return;
  add_secret(row, text, word_of(text, gate), run_before(text, *end, kSecretChars, kLongestSecret),
             out);
}

void find_password_before(const DetectorRow& row, std::string_view text, Range gate,
                          Findings& out) {
  const auto end = value_end_before(text, gate.begin);
  if (!end) return;
  add_password(row, text, letters_at(text, gate),
               run_before(text, *end, kPasswordChars, kLongestPassword), out);
}

}  // namespace sekisho::filters
