#include "filters/values/declaration.h"

#include <algorithm>

#include "filters/char_set.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestType = 48;    // bytes from a name to its equals sign
constexpr std::size_t kLongestBlock = 200;  // from the name of a variable to its default

constexpr CharSet kBlanks{" \t"};
constexpr CharSet kTypeSigns = kAsciiWord | CharSet(" \t&'<>[]?.,*!");

std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  while (pos < text.size() && kBlanks.has(text[pos])) ++pos;
  return pos;
}

// Behind an equals sign at `pos`, the quotation mark of a literal.
std::optional<std::size_t> literal_behind(std::string_view text, std::size_t pos) {
  if (pos >= text.size() || text[pos] != '=') return std::nullopt;
  const std::size_t mark = skip_blanks(text, pos + 1);
  if (mark >= text.size() || std::string_view("\"'`").find(text[mark]) == std::string_view::npos)
    return std::nullopt;
  return mark;
}

// "{\n  type = string\n  default = \"…\"" of a variable named in quotation marks.
std::optional<std::size_t> default_of(std::string_view text, std::size_t open) {
  const std::string_view block = text.substr(open, kLongestBlock);
  const std::string_view inside = block.substr(0, block.find('}'));
  constexpr std::string_view kWord = "default";
  const std::size_t word = inside.find(kWord);
  if (word == std::string_view::npos || kAsciiWord.has(inside[word - 1])) return std::nullopt;
  return literal_behind(text, skip_blanks(text, open + word + kWord.size()));
}

}  // namespace

std::optional<std::size_t> declared_value(std::string_view text, std::size_t name_end) {
  if (name_end >= text.size()) return std::nullopt;
  if (text[name_end] == '"') {
    const std::size_t open = skip_blanks(text, name_end + 1);
    if (open < text.size() && text[open] == '{') return default_of(text, open);
    return std::nullopt;
  }
  std::size_t pos = skip_blanks(text, name_end);
  const std::size_t limit = std::min(text.size(), name_end + kLongestType);
  if (text.substr(pos, 5) == "{ get") {
    const std::size_t close = text.substr(0, limit).find('}', pos);
    if (close == std::string_view::npos) return std::nullopt;
    return literal_behind(text, skip_blanks(text, close + 1));
  }
  const bool colon = pos < limit && text[pos] == ':';
  if (colon) ++pos;
  const std::size_t type = skip_blanks(text, pos);
  // A name and a type are words of their own, where no colon parts them.
  if (type == name_end || type >= limit || text[type] == '\'') return std::nullopt;
  int depth = 0;
  for (pos = type; pos < limit && kTypeSigns.has(text[pos]); ++pos) {
    const char c = text[pos];
    // One word is a type, two are prose; a comma parts two names.
    if (!colon && kBlanks.has(c)) break;
    if (c == ',' && depth == 0) return std::nullopt;
    depth += c == '<' || c == '[' ? 1 : c == '>' || c == ']' ? -1 : 0;
  }
  pos = skip_blanks(text, pos);
  return pos == type || pos >= limit ? std::nullopt : literal_behind(text, pos);
}

}  // namespace sekisho::filters
