#include "filters/views/marks_within.h"

#include <algorithm>

#include "filters/char_set.h"
#include "filters/views/pieces.h"
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

// The characters of a value on both sides, as many as kAround bytes hold.
class Around {
 public:
  Around(std::string_view text, std::size_t begin, std::size_t end) {
    std::size_t from = begin;
    const std::size_t least = begin - std::min(begin, kAround);
    while (from > least && belongs(text, from - 1)) --from;
    const std::size_t most = std::min(text.size(), end + kAround);
    std::size_t to = end;
    while (to < most && belongs(text, to)) ++to;
    take(text.substr(from, begin - from));
    take(text.substr(end, to - end));
  }
  std::string_view text() const { return {kept_, size_}; }

 private:
  // A blank only between digits and marks.
  static bool belongs(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (kValueChars.has(c) || kLeftOut.has(c)) return true;
    const auto part = [text](std::size_t i) {
      return digit_at(text, i) || (i < text.size() && kMarks.has(text[i]));
    };
    return c == ' ' && at > 0 && part(at - 1) && part(at + 1);
  }
  void take(std::string_view piece) {
    for (const char c : piece)
      if (!kLeftOut.has(c)) kept_[size_++] = c;
  }

  char kept_[2 * kAround];
  std::size_t size_ = 0;
};

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

bool may_be_value_around(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kFewestDigits = 8, kMostLetters = 4;
  const Around around(text, begin, end);
  const std::string_view value = around.text();
  if (has_token_prefix(value)) return true;
  std::size_t digits = 0, letters = 0;
  for (const char c : value) {
    digits += kAsciiDigits.has(c) ? 1 : 0;
    letters += kAsciiLetters.has(c) ? 1 : 0;
  }
  if (digits >= kFewestDigits && letters <= kMostLetters) return true;
  const std::size_t at = value.find('@');
  return at != value.npos && at > 0 && value.find('.', at) != value.npos;
}

}  // namespace sekisho::filters
