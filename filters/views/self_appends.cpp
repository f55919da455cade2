#include "filters/views/self_appends.h"

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestName = 40, kLongestStatement = 256, kLongestGap = 16;

std::string_view name_before(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestName && kAsciiWord.has(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// Behind $K, ${K}, "$K, "${K} at `at`; 0: something else stands there.
std::size_t behind_name(std::string_view text, std::size_t at, std::string_view name) {
  if (at_or_nul(text, at) == '"') ++at;
  if (at_or_nul(text, at) != '$') return 0;
  const bool braces = at_or_nul(text, ++at) == '{';
  if (braces) ++at;
  if (name.empty() || text.substr(at, name.size()) != name) return 0;
  at += name.size();
  if (braces && at_or_nul(text, at++) != '}') return 0;
  static constexpr CharSet kNothing{" \t\r\n\"';:"};
  // The groups of a number may be parted.
  if (at_or_nul(text, at) == ' ' && kAsciiDigits.has(at_or_nul(text, at + 1))) return at;
  return at < text.size() && !kNothing.has(text[at]) ? at : 0;
}

// The end of the value that the statement before `begin` gives `name`; 0: there is none.
std::size_t value_end_before(std::string_view text, std::size_t begin, std::string_view name) {
  static constexpr CharSet kParts{" \t\r\n;"};
  std::size_t end = begin;
  while (end > 0 && begin - end < kLongestGap && kParts.has(text[end - 1])) --end;
  if (text.substr(end, begin - end).find_first_of("\n;") == std::string_view::npos) return 0;
  if (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'')) --end;
  const std::size_t from = end - (end > kLongestStatement ? kLongestStatement : end);
  const std::string_view before = text.substr(from, end - from);
  const std::size_t line = last_line_end(before) + 1;  // npos + 1 = 0
  const std::size_t sign = before.find('=', line);
  if (sign == std::string_view::npos || sign + 1 >= before.size()) return 0;
  return name_before(before, sign) == name ? end : 0;
}

}  // namespace

Range self_append_glue(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1);
  if (next != '$' && (next != '"' || at_or_nul(text, at + 2) != '$')) return {};
  const std::string_view name = name_before(text, at);
  const std::size_t rest = behind_name(text, at + 1, name);
  if (rest == 0) return {};
  std::size_t begin = at - name.size();
  constexpr std::string_view kExport = "export ";
  if (text.substr(0, begin).ends_with(kExport)) begin -= kExport.size();
  const std::size_t end = value_end_before(text, begin, name);
  return end == 0 ? Range{} : Range{end, rest};
}

}  // namespace sekisho::filters
