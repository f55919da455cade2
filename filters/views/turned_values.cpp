#include "filters/views/turned_values.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/views/survey.h"

namespace sekisho::filters {

bool told_backwards(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kBefore = 64, kBehind = 40;
  static constexpr std::string_view kWords[] = {
      "逆", "反転", "後ろから", "everse", "rev(", "backward", "right to left", "[::-1]", "| rev"};
  const std::size_t from = begin > kBefore ? begin - kBefore : 0;
  const std::string_view near = text.substr(from, end + kBehind - from);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [near](std::string_view word) { return near.find(word) != near.npos; });
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

}  // namespace

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
