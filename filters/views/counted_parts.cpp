#include "filters/views/counted_parts.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/message_borders.h"
#include "filters/views/pieces.h"

namespace sekisho::filters {
namespace {

constexpr char kFewest = '2', kMost = '9';
constexpr std::size_t kLongestLine = 320, kLongestPart = 256;

// `word` is in lower case.
bool begins_like(std::string_view text, std::size_t at, std::string_view word) {
  if (at > text.size() || text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (text[at + i] != word[i] &&
        !(kAsciiLetters.has(text[at + i]) && (text[at + i] | 0x20) == word[i]))
      return false;
  return true;
}

// "(2/3) ", "[2/3]: ", "2/3: ", "part 2 of 3: ".
struct Count {
  std::size_t end = 0;  // 0: it is none
  char part = 0, all = 0;
};
Count count_at(std::string_view text, std::size_t at) {
  constexpr std::string_view kWord = "part ", kOf = " of ";
  const char open = at_or_nul(text, at);
  const bool bracket = open == '(' || open == '[', word = begins_like(text, at, kWord);
  std::size_t pos = at + (bracket ? 1 : word ? kWord.size() : 0);
  Count count;
  count.part = at_or_nul(text, pos++);
  if (word && begins_at(text, pos, kOf))
    pos += kOf.size();
  else if (at_or_nul(text, pos) == '/')
    ++pos;
  else
    return {};
  count.all = at_or_nul(text, pos++);
  if (count.all < kFewest || count.all > kMost) return {};
  if (bracket && at_or_nul(text, pos++) != (open == '(' ? ')' : ']')) return {};
  if (at_or_nul(text, pos) == ':')
    ++pos;
  else if (!bracket)
    return {};
  // One blank: another one is the part's own.
  count.end = at_or_nul(text, pos) == ' ' ? pos + 1 : pos;
  return count;
}

// "and the rest: ", "続きは "; `at`: nothing of the kind.
std::size_t rest_words_end(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWords[] = {
      "and the rest",   "the rest",    "rest",        "remaining",       "the remaining",
      "remainder",      "second half", "second part", "the second half", "other half",
      "the other half", "last half",   "last part",   "latter half",     "後半",
      "後ろ半分",       "残り",        "続き",        "その続き"};
  static constexpr std::string_view kSigns[] = {": ", " is ", ":", "は ", "は", "：", " is: "};
  for (const std::string_view word : kWords) {
    if (!begins_like(text, at, word)) continue;
    for (const std::string_view sign : kSigns)
      if (begins_at(text, at + word.size(), sign)) return at + word.size() + sign.size();
  }
  return at;
}

// The part that fills the rest of the line: one word, or groups of a number. `at`: it is none.
std::size_t part_end(std::string_view text, std::size_t at) {
  static constexpr CharSet kGroups{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ +-()./"};
  std::size_t end = at;
  bool blanks = false, groups = true;
  while (end < text.size() && end - at <= kLongestPart && text[end] != '\n' && text[end] != '\r') {
    if (static_cast<unsigned char>(text[end]) < ' ') return at;
    blanks = blanks || text[end] == ' ';
    groups = groups && kGroups.has(text[end]);
    ++end;
  }
  return end - at <= kLongestPart && (!blanks || groups) ? end : at;
}

std::size_t line_end_behind(std::string_view text, std::size_t end) {
  return at_or_nul(text, end) == '\r' ? end + 1 : end;
}

// The first part, and what stands between it and its label.
struct First {
  Range part, head;
  bool sign = false;  // the label has one already
};

// Where the line that ends at `end` begins; npos: it is too long.
std::size_t line_begin(std::string_view text, std::size_t end) {
  const std::size_t from = end - std::min(end, kLongestLine);
  const std::size_t cut = last_line_end(text.substr(from, end - from));
  if (cut == std::string_view::npos) return from == 0 ? 0 : std::string_view::npos;
  return from + cut + 1;
}

// "SSNを分けて送ります", "SSN in two parts" above the line that begins at `line`: where the label
// ends; `line`: there is none.
std::size_t label_above(std::string_view text, std::size_t line) {
  constexpr std::size_t kLongestLabel = 96;
  std::size_t end = line;
  while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r') && line - end < 4) --end;
  if (end == line || end == 0) return line;
  const std::size_t begin = line_begin(text, end);
  if (begin == std::string_view::npos) return line;
  const std::string_view above = text.substr(begin, end - begin);
  std::size_t size = above.size();
  for (const std::string_view stop : {" in ", "を", "は", "：", ":", " (", "（"})
    size = std::min(size, above.find(stop));
  return size == 0 || size > kLongestLabel ? line : begin + size;
}

First first_between(std::string_view text, Range head, std::size_t line, Range part) {
  static constexpr CharSet kBlanks{" \t"};
  while (head.begin > line && kBlanks.has(text[head.begin - 1])) --head.begin;
  if (head.begin == line) {
    head.begin = label_above(text, line);
    return {part, head, head.begin == line};
  }
  const char last = text[head.begin - 1];
  return {part, head, last == ':' || last == '='};
}

// "label (1/2) part" on the line that ends at `end`, or the same below its label.
First first_counted(std::string_view text, std::size_t end, char all) {
  const std::size_t line = line_begin(text, end);
  if (line == std::string_view::npos) return {};
  for (std::size_t at = end; at-- > line;) {
    if (text[at] != '1') continue;
    for (const std::size_t before : {0, 1, 5}) {
      if (at - line < before) continue;
      const Count count = count_at(text, at - before);
      if (count.end == 0 || count.end >= end || count.part != '1' || count.all != all) continue;
      // "(1/2)" has "1/2" in it.
      if (before == 0 && at > line && (text[at - 1] == '(' || text[at - 1] == '[')) continue;
      return first_between(text, {at - before, count.end}, line, {count.end, end});
    }
  }
  return {};
}

// "label first half: part", "labelの前半は part" on the line that ends at `end`.
First first_half(std::string_view text, std::size_t end) {
  static constexpr std::string_view kWords[] = {"first half",  "first part", "1st half",
                                                "former half", "前半",       "最初の半分"};
  static constexpr std::string_view kSigns[] = {": ", " is ", ":", "は ", "は", "：", " is: "};
  static constexpr std::string_view kBefore[] = {"の", " (", "（", ", ", " - ", "'s ", " "};
  const std::size_t line = line_begin(text, end);
  if (line == std::string_view::npos) return {};
  for (std::size_t at = line; at < end; ++at)
    for (const std::string_view word : kWords) {
      if (!begins_like(text, at, word)) continue;
      const std::size_t behind = at + word.size();
      const auto sign = std::find_if(std::begin(kSigns), std::end(kSigns),
                                     [&](auto known) { return begins_at(text, behind, known); });
      if (sign == std::end(kSigns) || behind + sign->size() >= end) continue;
      std::size_t begin = at;
      for (const std::string_view before : kBefore) {
        if (!text.substr(line, at - line).ends_with(before)) continue;
        begin -= before.size();
        break;
      }
      const std::size_t part = behind + sign->size();
      return first_between(text, {begin, part}, line, {part, end});
    }
  return {};
}

// Words have none of them: "(1/2) tests", "(2/2) docs".
bool may_be_value(std::string_view part) {
  static constexpr CharSet kOfValues = kAsciiDigits | CharSet("@:");
  return std::any_of(part.begin(), part.end(), [](char c) { return kOfValues.has(c); });
}

}  // namespace

std::size_t join_counted_parts(std::string_view text, std::size_t at, PulledApart out) {
  const Count second = count_at(text, at + 1);
  const bool counted = second.end != 0 && second.part == '2';
  if (!counted && rest_words_end(text, at + 1) == at + 1) return 0;
  std::size_t end = at;
  if (end > 0 && text[end - 1] == '\r') --end;
  const First first = counted ? first_counted(text, end, second.all) : first_half(text, end);
  if (first.part.size() == 0 || part_end(text, first.part.begin) != end) return 0;
  bool value = may_be_value(text.substr(first.part.begin, first.part.size()));
  std::vector<Range> borders;
  std::size_t last = end;
  for (char part = '2'; part <= (counted ? second.all : kMost); ++part) {
    const std::size_t line = line_end_behind(text, last) + 1;
    const Count count = count_at(text, line);
    const bool follows = count.part == part && count.all == second.all;
    const std::size_t begin = counted ? (follows ? count.end : 0) : rest_words_end(text, line);
    if (begin <= line) {
      if (!counted && !borders.empty()) break;
      return 0;
    }
    const std::size_t stop = part_end(text, begin);
    if (stop == begin) return 0;
    value = value || may_be_value(text.substr(begin, stop - begin));
    borders.push_back({last, begin});
    last = stop;
  }
  if (!value) return 0;
  if (first.head.begin > 0) out.sure.add(first.head, first.sign ? " " : ": ");
  for (const Range& border : borders)
    out.sure.add(border, lost_separator(text, border.begin, border.end));
  return last;
}

}  // namespace sekisho::filters
