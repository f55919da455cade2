#include "filters/views/line_pieces.h"

#include <algorithm>
#include <string>

#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/iban.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostLines = 8;  // of a token
constexpr std::size_t kLongestLine = 512;

bool holds_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return kAsciiDigits.has(c); });
}

// The beginning of the line that ends at `end`, if it is not too long.
std::size_t line_begin(std::string_view text, std::size_t end) {
  const std::size_t from = end > kLongestLine ? end - kLongestLine : 0;
  const std::size_t before = last_line_end(text.substr(from, end - from));
  return before == std::string_view::npos ? from : from + before + 1;
}

// " 12  ", "12: ", "12 | " at the beginning of a line; `end` is `at`: it has no number.
struct LineNumber {
  std::size_t value = 0, end = 0;
};
LineNumber line_number(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostBlanks = 8, kMostDigits = 5;
  std::size_t pos = at;
  while (pos < text.size() && pos - at < kMostBlanks && text[pos] == ' ') ++pos;
  LineNumber number{0, at};
  const std::size_t first = pos;
  for (; digit_at(text, pos) && pos - first < kMostDigits; ++pos)
    number.value = number.value * 10 + static_cast<std::size_t>(text[pos] - '0');
  static constexpr CharSet kSigns{" :\t"};
  if (pos == first || pos >= text.size() || !kSigns.has(text[pos])) return number;
  static constexpr std::string_view kAfter[] = {"  ", ": ", " | ", "\t"};
  for (const std::string_view sign : kAfter)
    if (begins_at(text, pos, sign)) return {number.value, pos + sign.size()};
  return number;
}

// "＞ ", "≫", "» ", "│ " at `pos`.
std::size_t behind_quotation(std::string_view text, std::size_t pos) {
  static constexpr std::string_view kMarks[] = {"＞", "≫", "»", "│", "┃", "｜"};
  const auto mark = std::find_if(std::begin(kMarks), std::end(kMarks),
                                 [&](auto known) { return begins_at(text, pos, known); });
  if (mark == std::end(kMarks)) return pos;
  pos += mark->size();
  constexpr std::string_view kWide = "　";
  if (begins_at(text, pos, kWide)) return pos + kWide.size();
  return pos < text.size() && text[pos] == ' ' ? pos + 1 : pos;
}

}  // namespace

std::size_t behind_mark(std::string_view text, std::size_t at, std::size_t pos) {
  if (pos + 2 >= text.size()) return pos;
  if (static_cast<unsigned char>(text[pos]) >= 0x80) return behind_quotation(text, pos);
  if (text[pos] == '+') return pos == at && text[line_begin(text, at - 1)] == '+' ? at + 1 : pos;
  if (kAsciiDigits.has(text[pos])) {
    const LineNumber number = line_number(text, at);
    if (number.end == at || !alnum_at(text, number.end)) return pos;
    const std::size_t line = line_begin(text, at - 1);
    const LineNumber above = line_number(text, line);
    if (above.end != line && above.value + 1 == number.value) return number.end;
    // What was copied begins within a line perhaps.
    const std::size_t stop = text.substr(at, kLongestLine).find('\n');
    if (stop == std::string_view::npos) return pos;
    const LineNumber below = line_number(text, at + stop + 1);
    return below.end != at + stop + 1 && below.value == number.value + 1 ? number.end : pos;
  }
  const std::size_t end = text[pos] == ';' ? pos + 1 : pos + 2;
  return text[end] == ' ' && text[end - 1] == text[pos] ? end + 1 : pos;
}

std::size_t next_line(std::string_view text, std::size_t at) {
  std::size_t line = text.substr(at, 2) == " \\" ? at + 1 : at;
  while (line < text.size() && line - at < 3 && (text[line] == '\\' || text[line] == '\r')) ++line;
  return line < text.size() && text[line] == '\n' ? skip_margin(text, line + 1) : at;
}

bool begins_other(std::string_view text, Range piece) {
  const char sign = piece.end < text.size() ? text[piece.end] : '\n';
  const char behind = piece.end + 1 < text.size() ? text[piece.end + 1] : '\n';
  const bool goes_on = sign == ':' || (sign == ' ' && behind > ' ' && behind < 0x7F);
  return goes_on && behind != '\\' && !holds_digit(text.substr(piece.begin, piece.size()));
}

std::vector<Range> breaks_of_prefix(std::string_view text, std::size_t begin, std::size_t end) {
  constexpr std::size_t kShortestToken = 16;
  std::vector<Range> breaks;
  std::string value(text.substr(begin, end - begin));
  for (std::size_t last = end; breaks.size() < kMostLines;) {
    const std::size_t next = next_line(text, last);
    if (next == last) break;
    const std::size_t stop = token_end(text, next);
    const std::string_view piece = text.substr(next, stop - next);
    if (piece.empty() || is_plain_word(piece) || begins_other(text, {next, stop})) break;
    value += piece;
    if (value.size() >= kLongestTokenPrefix && !has_token_prefix(value)) break;
    breaks.push_back({last, next});
    last = stop;
  }
  const bool token =
      value.size() >= kShortestToken && has_token_prefix(value) && holds_digit(value);
  if (!token) breaks.clear();
  return breaks;
}

bool may_begin_iban(std::string_view piece) {
  constexpr std::size_t kLongest = 34;
  const auto is = [piece](std::size_t at, const CharSet& set) {
    return at >= piece.size() || set.has(piece[at]);
  };
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  return piece.size() > 1 && piece.size() < kLongest && is(0, kCapitals) && is(1, kCapitals) &&
         is(2, kAsciiDigits) && is(3, kAsciiDigits) && iban_length(piece.substr(0, 2)) != 0;
}

std::vector<Range> breaks_of_iban(std::string_view text, std::size_t begin, std::size_t end,
                                  NextPiece next_piece) {
  constexpr std::size_t kMostPairs = 17;  // of the longest one
  std::vector<Range> breaks;
  std::string value(text.substr(begin, end - begin));
  const std::size_t size = iban_length(text.substr(begin, 2));
  while (value.size() < size && breaks.size() < kMostPairs) {
    const std::size_t next = next_piece(text, end);
    std::size_t stop = next;
    while (alnum_at(text, stop) && stop - next < size) ++stop;
    if (next == end || stop == next) break;
    value += text.substr(next, stop - next);
    breaks.push_back({end, next});
    end = stop;
  }
  if (value.size() != size || alnum_at(text, end) || !iban_valid(value)) breaks.clear();
  return breaks;
}

}  // namespace sekisho::filters
