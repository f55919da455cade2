#include "filters/views/marks_within.h"

#include <algorithm>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/values/iban.h"
#include "filters/views/pieces.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostMarks = 6, kLongestComment = 256;
constexpr std::size_t kAround = 96;  // bytes that tell whether it is a value
constexpr CharSet kMarks{"*`"}, kEscaped{"_-.@"};
constexpr CharSet kValueChars = kTokenChars | CharSet("@");
constexpr CharSet kLeftOut = kMarks | CharSet("\\");

bool value_at(std::string_view text, std::size_t at) {
  return at < text.size() && kValueChars.has(text[at]);
}

// Both sides of [begin, end) belong together: characters of one value, or two groups of a number
// with the blank between them on one side.
bool squeezed(std::string_view text, std::size_t begin, std::size_t end) {
  if (begin == 0 || end >= text.size()) return false;
  if (value_at(text, begin - 1) && value_at(text, end))
    return alnum_at(text, begin - 1) || alnum_at(text, end);
  if (digit_at(text, begin - 1)) return text[end] == ' ' && digit_at(text, end + 1);
  return text[begin - 1] == ' ' && begin > 1 && digit_at(text, end) &&
         (digit_at(text, begin - 2) || kMarks.has(text[begin - 2]));
}

// A blank only between digits and marks.
bool belongs(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (kValueChars.has(c) || kLeftOut.has(c)) return true;
  const auto part = [text](std::size_t i) {
    return digit_at(text, i) || (i < text.size() && kMarks.has(text[i]));
  };
  return c == ' ' && at > 0 && part(at - 1) && part(at + 1);
}

// The characters on both sides of [begin, end) that are no marks.
class Around {
 public:
  Around(std::string_view text, Range whole, Range mark) {
    take(text.substr(whole.begin, mark.begin - whole.begin));
    take(text.substr(mark.end, whole.end - mark.end));
  }
  std::string_view text() const { return {kept_, size_}; }

 private:
  void take(std::string_view piece) {
    for (const char c : piece)
      if (!kLeftOut.has(c)) kept_[size_++] = c;
  }

  char kept_[2 * kAround];
  std::size_t size_ = 0;
};

// An IBAN, whatever stands between its letters and digits.
bool is_iban(std::string_view text, Range whole) {
  constexpr std::size_t kShortest = 15, kLongest = 34;
  std::string iban;
  for (const char c : text.substr(whole.begin, whole.size()))
    if (kAsciiAlnum.has(c)) iban += c;
  return iban.size() >= kShortest && iban.size() <= kLongest &&
         iban_length(iban.substr(0, 2)) == iban.size() && iban_valid(iban);
}

// What a value begins with that starts at `begin`.
bool has_prefix_at(std::string_view text, Range whole, Range mark) {
  char first[kLongestTokenPrefix];
  std::size_t size = 0;
  for (std::size_t at = whole.begin; at < whole.end && size < sizeof first; ++at) {
    if (at == mark.begin) at = mark.end;
    if (at < whole.end && !kLeftOut.has(text[at])) first[size++] = text[at];
  }
  return has_token_prefix({first, size});
}

}  // namespace

std::size_t bold_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kMostMarks && kMarks.has(text[end])) ++end;
  return squeezed(text, at, end) ? end : at;
}

std::size_t comment_end(std::string_view text, std::size_t at) {
  if (at == 0 || at + 1 >= text.size() || text[at + 1] != '*') return at;
  if (!value_at(text, at - 1) && text[at - 1] != ' ') return at;
  const std::size_t close = text.substr(at, kLongestComment).find("*/", 2);
  if (close == std::string_view::npos) return at;
  return squeezed(text, at, at + close + 2) ? at + close + 2 : at;
}

namespace {

// "copilot@github" before "\.com": Markdown escapes both signs or none, a pattern the dot alone.
bool behind_bare_at(std::string_view text, std::size_t at) {
  const std::size_t least = at - std::min(at, kAround);
  for (std::size_t i = at; i > least && (kValueChars.has(text[i - 1]) || text[i - 1] == '\\'); --i)
    if (text[i - 1] == '@') return i < 2 || text[i - 2] != '\\';
  return false;
}

}  // namespace

bool escapes_sign(std::string_view text, std::size_t at) {
  if (at == 0 || at + 2 >= text.size() || !kEscaped.has(text[at + 1]) || !value_at(text, at - 1) ||
      !(value_at(text, at + 2) || text[at + 2] == '\\'))
    return false;
  return text[at + 1] != '.' || !behind_bare_at(text, at);
}

// Reads on up to `to`, or to what ends the value.
void ValuesAround::read_to(std::size_t to) {
  while (run_.end < to && belongs(text_, run_.end)) {
    const char c = text_[run_.end++];
    Counts counts = counts_.back();
    counts.digits += kAsciiDigits.has(c) ? 1 : 0;
    counts.letters += kAsciiLetters.has(c) ? 1 : 0;
    counts.at_signs += c == '@' ? 1 : 0;
    counts_.push_back(counts);
  }
}

// Makes the run the one around `at`, as far as one looks.
void ValuesAround::take(std::size_t at, std::size_t to) {
  constexpr std::size_t kLongest = 4u << 10;  // bytes of a run that are remembered
  if (at < from_ || at > run_.end || run_.size() > kLongest) {
    run_ = {at, at};
    const std::size_t least = at - std::min(at, kAround);
    while (run_.begin > least && belongs(text_, run_.begin - 1)) --run_.begin;
    from_ = at;
    run_.end = run_.begin;
    counts_.assign(1, {});
    read_to(at);
  }
  read_to(to);
}

bool ValuesAround::may_be(Range mark) {
  constexpr std::size_t kFewestDigits = 8, kMostLetters = 4;
  take(mark.begin, mark.begin);
  const std::size_t least = mark.begin - std::min(mark.begin, kAround);
  Range whole{std::max(run_.begin, least), 0};
  const Counts before = counts_at(mark.begin) - counts_at(whole.begin);
  const std::size_t most = std::min(text_.size(), mark.end + kAround);
  take(mark.end, most);
  whole.end = std::min(run_.end, most);
  const Counts all = before + (counts_at(whole.end) - counts_at(mark.end));
  if (all.digits >= kFewestDigits && all.letters <= kMostLetters) return true;
  if (has_prefix_at(text_, whole, mark)) return true;
  constexpr std::size_t kMostOfIban = 8;  // letters, of most countries
  if (all.digits >= kFewestDigits && all.letters <= kMostOfIban && is_iban(text_, whole))
    return true;
  if (all.at_signs == 0) return false;
  const Around around(text_, whole, mark);
  const std::string_view value = around.text();
  const std::size_t at = value.find('@');
  return at != value.npos && at > 0 && value.find('.', at) != value.npos;
}

namespace {

// Two of "_" or "~" begin at `at`, with one of a value's own beside perhaps.
bool doubled_at(std::string_view text, std::size_t at) {
  const auto is = [text](std::size_t i, char c) { return i < text.size() && text[i] == c; };
  const char c = at < text.size() ? text[at] : '\0';
  if ((c != '_' && c != '~') || !is(at + 1, c) || (at > 0 && is(at - 1, c))) return false;
  return !(is(at + 2, c) && is(at + 3, c));
}

}  // namespace

void find_doubled_marks(std::string_view text, const Survey& survey, Range where, Patches& out) {
  constexpr auto kPairs = [](const BlockMarks&, const BlockMarks& m, const BlockMarks& after) {
    return m.token & TwoBlocks{m.token, after.token}.ahead(1);
  };
  out.undo(kUnescaped);
  std::size_t done = 0;
  survey.each(where.begin, where.end, kPairs, [&](std::size_t at) {
    if (at < done || !doubled_at(text, at)) return at + 1;
    const auto belongs = [text](std::size_t i) {
      return kValueChars.has(text[i]) ||
             (text[i] == ' ' && i > 0 && digit_at(text, i - 1) && digit_at(text, i + 1));
    };
    Range whole{at, at};
    while (whole.begin > 0 && at - whole.begin < kAround && belongs(whole.begin - 1)) --whole.begin;
    while (whole.end < text.size() && whole.end - at < kAround && belongs(whole.end)) ++whole.end;
    done = whole.end;
    std::vector<Range> marks;
    std::string value;
    for (std::size_t i = whole.begin; i < whole.end;) {
      if (doubled_at(text, i)) {
        marks.push_back({i, i + 2});
        i += 2;
      } else {
        value += text[i++];
      }
    }
    const auto digits =
        std::count_if(value.begin(), value.end(), [](char c) { return kAsciiDigits.has(c); });
    const auto letters =
        std::count_if(value.begin(), value.end(), [](char c) { return kAsciiLetters.has(c); });
    constexpr int kFewestDigits = 8;
    const std::size_t sign = value.find('@');
    const bool mail = sign != value.npos && sign > 0 && value.find('.', sign) != value.npos;
    const bool told = has_token_prefix(value) || (digits >= kFewestDigits && letters == 0) ||
                      is_iban(value, {0, value.size()}) || mail;
    // Marks come in pairs.
    if (!told || marks.size() % 2 != 0) return at + 1;
    for (const Range& mark : marks) out.add(mark, "");
    return done;
  });
}

bool may_be_value_around(std::string_view text, std::size_t begin, std::size_t end) {
  return ValuesAround(text).may_be({begin, end});
}

}  // namespace sekisho::filters
