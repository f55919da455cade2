#include "filters/views/pieces.h"

#include <algorithm>

#include "filters/views/character_forms.h"
#include "filters/views/html_text.h"
#include "filters/views/survey.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGap = 3;  // characters between two singles or groups

}  // namespace

bool is_gap(char32_t c) {
  if (c < 0x80) return kGapSigns.has(static_cast<char>(c));
  return is_space(c) || is_hyphen(c) || is_dot(c) || c == 0x3000 || c == 0x3001 || c == 0xFF0C;
}

std::string_view gap_at(std::string_view text, std::size_t at) {
  if (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80 && !kGapSigns.has(text[at]))
    return {};
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
  if (at < text.size() && text[at] == '<') return cell_tags_end(text, at);
  std::size_t pos = at;
  bool border = false;
  for (std::size_t i = 0; i < 24 && pos < text.size(); ++i, ++pos) {
    const char c = text[pos];
    if (c == '|' || c == ',' || c == ';' || c == '\t') {
      if (border && c != '\t' && text[pos - 1] != '\n') return at;
      border = true;
    } else if (c != ' ' && c != '"' && c != '\'' && !(c == '\n' && border)) {
      break;
    }
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

bool in_dump_row(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRow = 96;
  if (at < 9 || alnum_at(text, at - 1)) return false;
  const std::size_t from = at > kLongestRow ? at - kLongestRow : 0;
  const std::size_t line = text.substr(from, at - from).rfind('\n');
  if (line == std::string_view::npos && from > 0) return false;
  return begins_dump_row(text, line == std::string_view::npos ? 0 : from + line + 1);
}

}  // namespace sekisho::filters
