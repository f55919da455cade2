#include "filters/views/pieces.h"

#include <algorithm>
#include <iterator>

#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/character_forms.h"
#include "filters/views/html_text.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGap = 3;  // characters between two singles or groups

// "|| token || ghp_ || A1b2 ||": a row of a wiki. In code such bars mean "or".
[[gnu::noinline]] bool in_wiki_row(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRow = 256;
  const std::size_t from = at > kLongestRow ? at - kLongestRow : 0;
  std::string_view row = text.substr(from, at - from);
  const std::size_t line = row.rfind('\n');
  if (line == row.npos && from > 0) return false;
  row.remove_prefix(line == row.npos ? 0 : line + 1);
  row.remove_prefix(std::min(row.find_first_not_of(' '), row.size()));
  return row.starts_with("||");
}

// Whether the next row may begin behind the line end at `end`, with the border that began at `at`:
// the rows of a table begin as they end.
[[gnu::noinline]] bool goes_on_as_row(std::string_view text, std::size_t at, std::size_t end) {
  const char next = end + 1 < text.size() ? text[end + 1] : '\0';
  const bool bar = text.substr(at, end - at).find('|') != std::string_view::npos;
  return next != '\n' && next != '\r' && (!bar || next == '|' || next == ' ');
}

// Over the line end and the margin behind a line break of HTML.
std::size_t blanks_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 16;
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kMost && static_cast<unsigned char>(text[pos]) <= ' ')
    ++pos;
  return pos;
}

}  // namespace

bool is_gap(char32_t c) {
  if (c < 0x80) return kGapSigns.has(static_cast<char>(c));
  return is_space(c) || is_hyphen(c) || is_dot(c) || c == 0x3000 || c == 0x3001 || c == 0xFF0C;
}

bool is_wide_sign(char32_t c) {
  switch (c) {
    case 0x30FC:
    case 0x30FB:
    case 0x2026:
    case 0x301C:
    case 0xFF5E:
    case 0x300C:
    case 0x300D:
    case 0x3010:
    case 0x3011:
    case 0xFF1A:
    case 0xFF1B:
    case 0xFF3F:
    case 0xFF5C:
      return true;
    default:
      return false;
  }
}

std::string_view gap_at(std::string_view text, std::size_t at) {
  if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) {
    if (!kGapSigns.has(text[at])) return {};
    // Only blanks go on with a gap.
    static constexpr CharSet kBlanks{" \t\r\n"};
    const char next = at + 1 < text.size() ? text[at + 1] : '.';
    if (static_cast<unsigned char>(next) < 0x80 && !kBlanks.has(next)) return text.substr(at, 1);
  }
  std::size_t pos = at;
  for (std::size_t i = 0; i < kLongestGap; ++i) {
    const RawChar c = raw_char(text, pos);
    if (c.size == 0 || !is_gap(c.value)) break;
    const bool space =
        is_space(c.value) || c.value == 0x3000 || c.value == U'\n' || c.value == U'\r';
    if (!space && i > 0) break;
    pos += c.size;
  }
  return text.substr(at, pos - at);
}

std::size_t border_end(std::string_view text, std::size_t at) {
  static constexpr CharSet kFirst{"|,;\t \"'<"};
  if (at >= text.size() || !kFirst.has(text[at])) return at;
  if (text[at] == '<') {
    const std::size_t end = cell_tags_end(text, at);
    return end == at || (text.substr(at, 3) != "<br" && text.substr(at, 3) != "<BR")
               ? end
               : blanks_end(text, end);
  }
  std::size_t pos = at;
  bool border = false;
  char before = 0;
  for (std::size_t i = 0; i < 24 && pos < text.size(); ++i, ++pos) {
    const char c = text[pos];
    if (c == '|' || c == ',' || c == ';' || c == '\t') {
      if (border && c != '\t' && before != '\n' &&
          !(c == '|' && before == '|' && in_wiki_row(text, at)))
        return at;
      border = true;
    } else if (c == '\n' && border) {
      if (!goes_on_as_row(text, at, pos)) break;
    } else if (c != ' ' && c != '"' && c != '\'') {
      break;
    }
    before = c;
  }
  // A blank of a cell's own.
  if (pos == at + 1 && text.substr(pos, 2) == "</") {
    const std::size_t end = cell_tags_end(text, pos);
    return end == pos ? at : end;
  }
  return border ? pos : at;
}

std::size_t token_begin(const Survey& survey, std::size_t end) {
  return survey.run_begin(end, kLongestToken, kTokenMarks);
}
std::size_t token_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (end - begin < kLongestToken && token_at(text, end)) ++end;
  return end;
}

bool begins_dump_row(std::string_view text, std::size_t at) {
  static constexpr CharSet kHex{"0123456789abcdefABCDEF"};
  constexpr std::size_t kFewest = 7, kMost = 16;
  std::size_t end = at;
  while (end < text.size() && end - at <= kMost && kHex.has(text[end])) ++end;
  const std::string_view sign = text.substr(end, 2);
  return end - at >= kFewest && end - at <= kMost && (sign == ": " || sign == "  ");
}

bool is_plain_word(std::string_view text) {
  if (text.size() < 3) return false;
  return std::all_of(text.begin() + 1, text.end(),
                     [](char c) {
                       return is_lower(static_cast<unsigned char>(c)) || c == '.' || c == '-';
                     }) &&
         is_letter(static_cast<unsigned char>(text[0]));
}

namespace {

bool begins_with(std::string_view text, std::size_t at, std::string_view word) {
  return begins_at(text, at, word);
}

// "</part><part n=\"2\">" at `at`, of an element of data.
std::size_t same_tag_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 24, kLongestTag = 64;
  std::size_t end = at + 2;
  while (end < text.size() && end - at < kLongestName && kAsciiWord.has(text[end])) ++end;
  const std::string_view name = text.substr(at + 2, end - at - 2);
  static constexpr std::string_view kCells[] = {"td", "th", "li", "p", "div", "tr", "option"};
  if (name.empty() || std::find(std::begin(kCells), std::end(kCells), name) != std::end(kCells) ||
      end >= text.size() || text[end] != '>')
    return at;
  do ++end;
  while (end < text.size() && (text[end] == ' ' || text[end] == '\n' || text[end] == '\r'));
  if (end >= text.size() || text[end] != '<' || !begins_with(text, end + 1, name)) return at;
  const std::size_t close = text.substr(end, kLongestTag).find('>');
  const std::size_t behind = end + 1 + name.size();
  const bool same = behind < text.size() && !kAsciiWord.has(text[behind]);
  return close == std::string_view::npos || !same ? at : end + close + 1;
}

bool ends_with_folded(std::string_view text, std::string_view word) {
  return text.size() >= word.size() &&
         std::equal(word.begin(), word.end(), text.end() - static_cast<std::ptrdiff_t>(word.size()),
                    [](char a, char b) { return a == (b | 0x20); });
}

// The end of a word that says "the second part"; `at`: it is none.
std::size_t part_word_end(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWords[] = {
      "後半",     "残り",   "続き", "つづき", "下半分", "その2", "その２", "その3",
      "その後ろ", "その後", "後ろ", "のあと", "の後",   "2/2",   "2/3",    "3/3",
      "(続き)",   "(2)",    "(3)",  "（2）",  "②",      "③"};
  if (at >= text.size()) return at;
  if (!kAsciiLetters.has(text[at])) {
    static constexpr CharSet kFirst{"23("};
    if (static_cast<unsigned char>(text[at]) < 0x80 && !kFirst.has(text[at])) return at;
    for (const std::string_view word : kWords)
      if (text[at] == word[0] && begins_with(text, at, word)) return at + word.size();
    return at;
  }
  std::size_t end = at;
  while (end < text.size() && end - at < 24 && kAsciiWord.has(text[end])) ++end;
  // Cheap: most words are followed by another one.
  static constexpr CharSet kNames{":=\""};
  const std::size_t sign = end < text.size() && text[end] == ' ' ? end + 1 : end;
  const bool counted = sign > end && (text[sign] == '2' || text[sign] == '3' || text[sign] == 'h');
  // {"p1": "4539", "p2": …}.
  const bool key = at > 0 && text[at - 1] == '"' && end < text.size() && text[end] == '"';
  if (key && end - at >= 2 && end - at <= 4 && text[end - 1] >= '2' && text[end - 1] <= '5' &&
      kAsciiLetters.has(text[end - 2]))
    return end;
  const bool high = sign < text.size() && static_cast<unsigned char>(text[sign]) >= 0x80;
  if (end - at < 4 || sign >= text.size() || !(kNames.has(text[sign]) || counted || high))
    return at;
  const std::string_view name = text.substr(at, end - at);
  static constexpr std::string_view kEnds[] = {"second", "tail",   "suffix",
                                               "rest",   "latter", "third"};
  for (const std::string_view word : kEnds)
    if (ends_with_folded(name, word)) return literal_at(text, end, " half") ? end + 5 : end;
  if (counted && (ends_with_folded(name, "part") || ends_with_folded(name, "half"))) return end + 2;
  const char last = name.back(), before = name[name.size() - 2];
  const bool number = (last == '2' || last == '3') &&
                      (before == '_' || ends_with_folded(name.substr(0, name.size() - 1), "part"));
  return number || (before == '_' && ((last | 0x20) == 'b' || (last | 0x20) == 'c')) ? end : at;
}

// Whether the pieces before and behind " と " at `at` may be of one value: no dates and times.
bool goes_on_behind_and(std::string_view text, std::size_t at) {
  constexpr std::size_t kSize = 5;
  static constexpr CharSet kPiece = kAsciiWord | CharSet("-");
  static constexpr CharSet kOfTimes{"/:."};
  std::size_t begin = at, end = at + kSize;
  while (begin > 0 && at - begin < kLongestToken && kPiece.has(text[begin - 1])) --begin;
  while (end < text.size() && end - at < kLongestToken && kPiece.has(text[end])) ++end;
  return begin < at && end > at + kSize && (begin == 0 || !kOfTimes.has(text[begin - 1])) &&
         (end == text.size() || !kOfTimes.has(text[end]));
}

}  // namespace

std::size_t part_label_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 8;
  static constexpr CharSet kBefore{" \t\r\n\"',;"};
  // Cheap: a cell, a member of an object.
  if (at + 1 >= text.size() || (text[at] == ',' && text[at + 1] != ' ')) return at;
  if (text[at] == '<') return text[at + 1] == '/' ? same_tag_end(text, at) : at;
  if (literal_at(text, at, " と ")) return goes_on_behind_and(text, at) ? at + 5 : at;
  std::size_t pos = at;
  // "4539（前半）、": its own name stands behind the first one.
  if (literal_at(text, at, "（前半）")) {
    pos += literal_at(text, at + 12, "、") ? 15 : 12;
    if (token_at(text, pos)) return pos;
  }
  while (pos < text.size() && pos - at < kMost) {
    if (kBefore.has(text[pos]))
      ++pos;
    else if (literal_at(text, pos, "で、"))
      pos += 6;
    else if (literal_at(text, pos, "、") || literal_at(text, pos, "。") ||
             literal_at(text, pos, "」") || literal_at(text, pos, "…"))
      pos += 3;
    else
      break;
  }
  const std::size_t word = part_word_end(text, pos);
  if (word == pos) return at;
  static constexpr CharSet kBehind{" \"'"};
  // One sign: "続きは :pass@db", "後半: ://app" begin with a value's own.
  bool told = false;
  pos = word;
  while (pos < text.size() && pos - word < 12) {
    const bool sign = text[pos] == ':' || text[pos] == '=';
    if (kBehind.has(text[pos]) || (sign && !told))
      ++pos;
    else if (literal_at(text, pos, "：") || literal_at(text, pos, "は") ||
             literal_at(text, pos, "が") || literal_at(text, pos, "、") ||
             literal_at(text, pos, "「") || literal_at(text, pos, "に"))
      pos += 3;
    else
      break;
    told = told || !kBehind.has(text[pos - 1]);
  }
  // Signs that addresses go on with, and passwords.
  static constexpr CharSet kOpens{":@!#$%&*?^"};
  const bool opens = pos < text.size() && kOpens.has(text[pos]);
  return pos > word && token_at(text, opens ? pos + 1 : pos) ? pos : at;
}

bool in_dump_row(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRow = 96;
  if (at < 9 || alnum_at(text, at - 1)) return false;
  std::size_t from = at > kLongestRow ? at - kLongestRow : 0;
  const std::size_t line = last_line_end(text.substr(from, at - from));
  const bool whole = line != std::string_view::npos || from == 0;
  if (line != std::string_view::npos) from += line + 1;
  if (whole && begins_dump_row(text, from)) return true;
  // "payload=00000000: 7068 …": the first row stands behind something else.
  const std::size_t first = text.substr(from, at - from).find("0000000");
  return first != std::string_view::npos && begins_dump_row(text, from + first) &&
         (from + first == 0 || !kAsciiWord.has(text[from + first - 1]));
}

}  // namespace sekisho::filters
