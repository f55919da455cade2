#include "filters/views/literal_joins.h"

#include <algorithm>
#include <iterator>

#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGlue = 160;
constexpr std::size_t kNearWord = 200;  // a word such as join( stands so near to a list

char at_or_nul(std::string_view text, std::size_t at) {
  return at < text.size() ? text[at] : '\0';
}

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool word_char(char c) {
  return is_word(static_cast<unsigned char>(c));
}

// "f", "r", "b", "L", "@", "$" before a literal.
bool is_prefix(char c) {
  return std::string_view("frbuFRBUL@$").find(c) != std::string_view::npos;
}

bool has_word_near(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWords[] = {"join",   "concat", "implode",
                                                "CONCAT", "Concat", "Join"};
  const std::size_t from = at > kNearWord ? at - kNearWord : 0;
  const std::string_view near = text.substr(from, at - from + kNearWord);
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [near](std::string_view w) { return near.find(w) != std::string_view::npos; });
}

// "; name += " or "\nname .= ": the rest of a value is added by a statement of its own.
std::size_t appending_statement(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  if (at_or_nul(text, pos) == ';') ++pos;
  while (is_blank(at_or_nul(text, pos)) && pos - at < kLongestGlue) ++pos;
  const std::size_t name = pos;
  while ((word_char(at_or_nul(text, pos)) || at_or_nul(text, pos) == '$') && pos - name < 48) ++pos;
  if (pos == name) return 0;
  while (is_blank(at_or_nul(text, pos)) && pos - at < kLongestGlue) ++pos;
  const char sign = at_or_nul(text, pos);
  if ((sign != '+' && sign != '.') || at_or_nul(text, pos + 1) != '=') return 0;
  pos += 2;
  while (is_blank(at_or_nul(text, pos)) && pos - at < kLongestGlue) ++pos;
  return is_quote(at_or_nul(text, pos)) ? pos : 0;
}

// A method that puts its argument at the end: .concat("…").
std::size_t appending_call(std::string_view text, std::size_t at) {
  static constexpr std::string_view kCalls[] = {".concat(", ".append(", ".plus(", ".push("};
  for (const std::string_view call : kCalls)
    if (text.substr(at, call.size()) == call) return at + call.size();
  return 0;
}

// The quote that opens the next literal after the closing one at `at`; 0 = they are not joined.
std::size_t next_literal(std::string_view text, std::size_t at) {
  std::size_t pos = at + 1;
  if (const std::size_t statement = appending_statement(text, pos); statement != 0)
    return statement;
  const std::size_t most = std::min(text.size(), at + kLongestGlue);
  bool sign = false, comma = false, space = false;
  while (pos < most) {
    const char c = text[pos];
    if (is_quote(c)) break;
    if (is_blank(c)) {
      space = true;
    } else if (c == ',') {
      if (comma) return 0;
      comma = true;
    } else if (std::string_view("+.&|~\\(){}$<>").find(c) != std::string_view::npos) {
      if (const std::size_t call = appending_call(text, pos); call != 0) {
        pos = call;
        sign = true;
        continue;
      }
      sign = true;
    } else if (is_prefix(c) && is_quote(at_or_nul(text, pos + 1)) && !word_char(text[pos - 1])) {
      // The quote comes next.
    } else {
      return 0;
    }
    ++pos;
  }
  if (pos >= most) return 0;
  if (comma) return has_word_near(text, at) ? pos : 0;
  if (sign || space) return pos;
  // Two quotes side by side: an empty literal, unless a word goes on (as shells write it).
  return word_char(text[at - 1]) && word_char(at_or_nul(text, pos + 1)) ? pos : 0;
}

}  // namespace

void find_literal_joins(std::string_view text, Range where, Patches& out) {
  out.undo(kJoined);
  for (std::size_t at = std::max<std::size_t>(where.begin, 1); at < where.end; ++at) {
    if (!is_quote(text[at]) || text[at - 1] == '(') continue;
    const std::size_t opening = next_literal(text, at);
    if (opening == 0) continue;
    const char inside = at_or_nul(text, opening + 1);
    if (inside == '\0' || inside == '\n') continue;
    out.add({at, opening + 1}, "", !(is_blank(text[at - 1]) && is_blank(inside)));
    at = opening;
  }
}

}  // namespace sekisho::filters
