#include "filters/views/turned_values.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/survey.h"

namespace sekisho::filters {

namespace {

// A word that says so; size 0: there is none.
Range backwards_word(std::string_view near) {
  static constexpr std::string_view kWords[] = {
      "後ろから", "逆順", "逆",       "反転",   "reversed",      "Reversed",
      "everse",   "rev(", "backward", "[::-1]", "right to left", "| rev"};
  for (const std::string_view word : kWords)
    if (const std::size_t at = near.find(word); at != near.npos) return {at, at + word.size()};
  return {};
}

}  // namespace

bool told_backwards(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBefore = 64, kBehind = 40;
  const std::size_t from = begin > kBefore ? begin - kBefore : 0;
  return backwards_word(text.substr(from, end + kBehind - from)).size() != 0;
}

namespace {

constexpr std::size_t kLongest = 160;  // on either side of the "@"

// "moc.", "pj.oc.", as addresses end.
bool begins_with_top(std::string_view run) {
  static constexpr std::string_view kTops[] = {"moc.", "pj.", "ten.", "gro.", "oi.", "ved.", "oc."};
  return std::any_of(std::begin(kTops), std::end(kTops),
                     [run](std::string_view top) { return run.starts_with(top); });
}

// "//:lqsym", as the URL of a database begins.
bool ends_with_scheme(std::string_view run) {
  const std::size_t sign = run.rfind("//:");
  if (sign == run.npos || run.size() - sign < 8) return false;
  return std::all_of(run.begin() + static_cast<std::ptrdiff_t>(sign) + 3, run.end(),
                     [](char c) { return kAsciiLetters.has(c) || c == '+'; });
}

constexpr std::size_t kLongestNote = 40;

// " (reversed)", "（逆順）" at `at`, behind what it speaks of; `at`: there is none.
std::size_t note_end(std::string_view text, std::size_t at) {
  const std::size_t open = at_or_nul(text, at) == ' ' ? at + 1 : at;
  const bool wide = literal_at(text, open, "（") || literal_at(text, open, "［");
  if (!wide && at_or_nul(text, open) != '(' && at_or_nul(text, open) != '[') return at;
  // Cheap: the first byte of 逆 反 後 is one of these.
  static constexpr CharSet kFirst{"rRbB\xE9\xE5"};
  if (!kFirst.has(at_or_nul(text, open + (wide ? 3 : 1)))) return at;
  const std::string_view behind = text.substr(open, kLongestNote);
  const Range word = backwards_word(behind);
  if (word.size() == 0) return at;
  std::size_t close = std::string_view::npos;
  for (const std::string_view sign : {")", "]", "）", "］"})
    if (const std::size_t found = behind.find(sign, word.end); found != behind.npos)
      close = std::min(close, found + sign.size());
  return open + (close == std::string_view::npos ? word.end : close);
}

// Of tokens and URLs.
constexpr CharSet kTokenParts = kAsciiWord | CharSet("-+./:~");
constexpr std::size_t kLongestToken = 2048;

// The token or URL that ends at `end`, the padding of a key before it.
std::size_t turned_begin(std::string_view text, std::size_t end) {
  constexpr std::size_t kPadding = 2;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestToken && kTokenParts.has(text[begin - 1])) --begin;
  for (std::size_t i = 0; i < kPadding && begin > 1 && text[begin - 1] == '='; ++i)
    if (text[begin - 2] == '=') --begin;
  return begin;
}

}  // namespace

bool noted_backwards(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kLongestToken && kTokenParts.has(text[end])) ++end;
  return note_end(text, end) != end;
}

void find_told_backwards(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kTurned | kWrapped);
  constexpr std::size_t kShortest = 12;
  // Brackets behind a token, or a blank behind one, before a letter or Japanese.
  constexpr auto kOpens = [](const BlockMarks& before, const BlockMarks& m,
                             const BlockMarks& after) {
    const std::uint64_t brackets = m.close | m.gap;
    const std::uint64_t part = m.alnum() | m.token;
    const std::uint64_t last = before.alnum() | before.token;
    const std::uint64_t behind = part << 1 | last >> 63;
    const std::uint64_t blank = (m.space << 1 | before.space >> 63) & (part << 2 | last >> 62);
    if ((brackets & (behind | blank)) == 0) return std::uint64_t{0};
    const TwoBlocks letters{m.letter, after.letter}, high{m.high, after.high};
    return (m.close & (behind | blank) & (letters.ahead(1) | high.ahead(1))) |
           (m.gap & behind & (high.ahead(3) | letters.ahead(3)));
  };
  survey.each(std::max(where.begin, kShortest + 1), where.end, kOpens, [&](std::size_t at) {
    const std::size_t end = text[at - 1] == ' ' ? at - 1 : at;
    const std::size_t behind = note_end(text, end);
    if (behind == end) return at + 1;
    const std::size_t begin = turned_begin(text, end);
    if (end - begin < kShortest) return at + 1;
    const std::string_view run = text.substr(begin, end - begin);
    out.add({begin, end}, std::string(run.rbegin(), run.rend()));
    // Or it would be turned again.
    out.add({end, behind}, "", false);
    return behind;
  });
}

void find_turned_values(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kTurned | kWrapped);
  static constexpr CharSet kParts = kAsciiWord | CharSet("-+./:@%!#$&*?^~");
  std::size_t done = 0;
  survey.each(where.begin, where.end, kAtSigns, [&](std::size_t at) {
    if (at < done) return at + 1;
    std::size_t begin = at, end = at;
    while (begin > 0 && at - begin < kLongest && kParts.has(text[begin - 1])) --begin;
    while (end < text.size() && end - at < kLongest && kParts.has(text[end])) ++end;
    done = end;
    const std::string_view run = text.substr(begin, end - begin);
    if (!(begins_with_top(run) || ends_with_scheme(run)) || !told_backwards(text, begin, end))
      return at + 1;
    out.add({begin, end}, std::string(run.rbegin(), run.rend()));
    return end;
  });
}

}  // namespace sekisho::filters
