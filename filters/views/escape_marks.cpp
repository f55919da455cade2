#include "filters/views/escape_marks.h"

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/views/escaped_layout.h"
#include "filters/views/marks_within.h"
#include "filters/views/self_appends.h"
#include "filters/views/survey.h"
#include "filters/views/utf7_text.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool alnum(char c) {
  return is_alnum(static_cast<unsigned char>(c));
}

bool begins_escape(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1);
  if (next == 'u' || next == 'U' || next == 'x') return true;
  if (next == '\\') return false;  // its second half is looked at too
  if (escapes_sign(text, at)) return true;
  const char third = at_or_nul(text, at + 2);
  if (next == '/') return escapes_slash(text, at);
  if (next == 'N') return third == '{';
  if (next == '\'') return hex_value(third) >= 0 && at_or_nul(text, at + 4) == '\\';
  if (hex_value(next) >= 0 && hex_value(third) >= 0 && at_or_nul(text, at + 3) == ' ') return true;
  if (next == 'n' || next == '"' || next == 'r' || next == 't') return parts_value(text, at);
  return next >= '0' && next <= '7' && at_or_nul(text, at + 2) >= '0' &&
         at_or_nul(text, at + 2) <= '7';
}

bool begins_percent(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1), third = at_or_nul(text, at + 2);
  if (next == 'u' || next == 'U') return hex_value(third) >= 0;
  return hex_value(next) >= 0 && hex_value(third) >= 0;
}

bool digit(char c) {
  return is_digit(static_cast<unsigned char>(c));
}

// "&#…", "&commat;", "&nbsp;" between digits: not the names that HTML is full of.
bool begins_entity(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1);
  if (next == '#') return true;
  if (text.substr(at, 4) == "&lt;") return begins_escaped_tag(text, at);
  if (at > 0 && digit(text[at - 1])) {
    const std::size_t close = text.substr(at, 10).find(';');
    if (close != std::string_view::npos && digit(at_or_nul(text, at + close + 1))) return true;
  }
  if (next == 'n' || next == 'e' || next == 't')
    return at > 0 && alnum(text[at - 1]) && text.substr(at, 10).find(';') != std::string_view::npos;
  if (!is_letter(static_cast<unsigned char>(next))) return false;
  static constexpr std::string_view kNames[] = {
      "commat;", "period;",  "hyphen;",         "dash;",    "num;", "colon;", "sol;",
      "lowbar;", "plus;",    "equals;",         "amp;#",    "shy;", "zwj;",   "zwnj;",
      "Tab;",    "NewLine;", "ZeroWidthSpace;", "NoBreak;", "lrm;", "rlm;",   "ast;",
      "excl;",   "percnt;",  "quest;",          "dollar;",  "Hat;"};
  for (const std::string_view name : kNames)
    if (text.substr(at + 1, name.size()) == name) return true;
  return false;
}

bool begins_tag(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1);
  if (next == '~') return true;
  if (at == 0) return false;
  const char before = text[at - 1];
  const bool value = alnum(before) || static_cast<unsigned char>(before) >= 0x80 || before == '-' ||
                     before == '_' || before == '.' || before == '@';
  if (!value && !(before == ' ' && at > 1 && is_digit(static_cast<unsigned char>(text[at - 2]))))
    return false;
  return is_letter(static_cast<unsigned char>(next)) || next == '/' || next == '!';
}

bool begins_quoted_printable(std::string_view text, std::size_t at) {
  const char next = at_or_nul(text, at + 1), third = at_or_nul(text, at + 2);
  if (next == '?') return true;
  if (next == '\n' || (next == '\r' && third == '\n'))
    return at > 0 && text[at - 1] != '\n' && text[at - 1] != '=';
  return hex_value(next) >= 0 && hex_value(third) >= 0 &&
         (!is_lower(static_cast<unsigned char>(next)) || at_or_nul(text, at + 3) == '=');
}

bool is_quote(char c) {
  return c == '"' || c == '\'' || c == '`';
}

// What joins literals by a dot is another one, or a method: no new sentence.
bool dot_joins(std::string_view text, std::size_t dot) {
  std::size_t pos = dot + 1;
  if (is_letter(static_cast<unsigned char>(at_or_nul(text, pos)))) return true;
  for (int i = 0; i < 3 && is_blank(at_or_nul(text, pos)); ++i) ++pos;
  return is_quote(at_or_nul(text, pos)) || at_or_nul(text, pos) == '.';
}

}  // namespace

std::size_t literal_prefix_size(std::string_view text, std::size_t at) {
  static constexpr CharSet kPrefixes{"frbuFRBUL@$"};
  if (!kPrefixes.has(at_or_nul(text, at))) return 0;
  if (is_quote(at_or_nul(text, at + 1))) return 1;
  return literal_at(text, at, "u8") && is_quote(at_or_nul(text, at + 2)) ? 2 : 0;
}

std::size_t empty_hole_end(std::string_view text, std::size_t quote) {
  const bool hole = quote > 1 && text[quote - 1] == '{' &&
                    (text[quote - 2] == '$' || text[quote - 2] == '#') &&
                    at_or_nul(text, quote + 1) == text[quote] && at_or_nul(text, quote + 2) == '}';
  return hole ? quote + 3 : quote;
}

namespace {

// A closing quote with what joins literals, or parts cells, after it.
std::uint16_t quote_flags(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  std::size_t pos = at + 1;
  bool line_ends = false;
  for (int i = 0; i < 3 && is_blank(at_or_nul(text, pos)); ++i) line_ends |= text[pos++] == '\n';
  const char next = at_or_nul(text, pos);
  if (is_quote(next) && empty_hole_end(text, at) != at) return kEscape;
  if (is_quote(next)) {
    const char first = at_or_nul(text, pos + 1);
    return alnum(first) || first == '%' || pos > at + 1 ? kQuotes : 0;
  }
  // A blank behind digits may part the groups of a number.
  if (next == ',')
    return is_blank(text[at - 1]) && !(at > 1 && digit(text[at - 2])) ? 0 : kQuotes | kCells;
  // parts["a"] + …
  if (next == ']') {
    const char sign = at_or_nul(text, pos + (at_or_nul(text, pos + 1) == ' ' ? 2 : 1));
    return sign == '+' || sign == '.' || sign == '&' ? kQuotes : 0;
  }
  if (next == '.') return dot_joins(text, pos) ? kQuotes : 0;
  // K="$A$B", $k = "$a$b".
  if (next == '$' && (text[at - 1] == '=' || line_ends || text[at - 1] == ' ')) return kQuotes;
  if (next == ')') {
    const char behind = at_or_nul(text, pos + 1);
    const char third = at_or_nul(text, pos + 2);
    if (behind == ';' && is_letter(static_cast<unsigned char>(third))) return kQuotes;
    if (behind == '\n' || (behind == ';' && third == '\n')) {
      std::size_t word = pos + (behind == ';' ? 3 : 2);
      if (at_or_nul(text, word) == '\n') ++word;
      for (int i = 0; i < 16 && at_or_nul(text, word) == ' '; ++i) ++word;
      return is_letter(static_cast<unsigned char>(at_or_nul(text, word))) ? kQuotes : 0;
    }
    return appending_call_end(text, pos + 1) != 0 ? kQuotes : 0;
  }
  const char third = at_or_nul(text, pos + 1);
  // "AKIA" u8"IOSF".
  if (pos > at + 1 && literal_prefix_size(text, pos) != 0) return kQuotes;
  const bool comment = next == '#' || (next == '/' && (third == '/' || third == '*'));
  const bool joins = comment || next == '+' || next == '&' || next == '|' || next == '\\' ||
                     next == '~' || next == ';' || next == '}' || pos == at + 4 ||
                     (next == '<' && (third == '>' || third == '<')) ||
                     (next == '^' && is_blank(third)) || (next == '*' && is_blank(third)) ||
                     (next == 'D' && third == 'E') ||
                     (line_ends && (is_letter(static_cast<unsigned char>(next)) || next == '-'));
  return joins ? kQuotes : 0;
}

// ${A}${B}, $A$B
bool puts_together(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  std::size_t pos = at + 1;
  const bool brace = at_or_nul(text, pos) == '{';
  while (pos - at < kLongest && (alnum(at_or_nul(text, pos)) || at_or_nul(text, pos) == '_' ||
                                 (brace && text[pos] == '{')))
    ++pos;
  if (brace && at_or_nul(text, pos) == ':') return true;
  return at_or_nul(text, brace ? pos + 1 : pos) == '$';
}

// "A1&" of a formula.
bool is_cell(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos - at < 2 && is_upper(static_cast<unsigned char>(at_or_nul(text, pos)))) ++pos;
  const std::size_t row = pos;
  while (pos - row < 4 && digit(at_or_nul(text, pos))) ++pos;
  return row > at && pos > row && at_or_nul(text, pos) == '&';
}

// "AKIA**IOSF**", "`AKIA`IOSF", "AKIA/* */IOSF": seen at the first mark.
std::uint16_t bold_flags(std::string_view text, std::size_t at) {
  if (at > 0 && text[at - 1] == '/') return comment_end(text, at - 1) != at - 1 ? kEscape : 0;
  return bold_end(text, at) != at ? kEscape : 0;
}

}  // namespace

bool escapes_slash(std::string_view text, std::size_t at) {
  static constexpr CharSet kBefore = kAsciiWord | CharSet(":/+-=.\\"),
                           kBehind = kAsciiAlnum | CharSet("\\+");
  return at > 0 && kBefore.has(text[at - 1]) && kBehind.has(at_or_nul(text, at + 2));
}

bool begins_escaped_tag(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 8;
  const auto is_number = [text](std::size_t i) {
    const char c = at_or_nul(text, i);
    return digit(c) || ((c == ' ' || c == '-') && digit(at_or_nul(text, i - 1)));
  };
  if (at < 2 || !is_number(at - 1)) return false;
  std::size_t end = at + std::string_view("&lt;").size();
  if (at_or_nul(text, end) == '/') ++end;
  const std::size_t name = end;
  while (end - name < kLongestName && is_letter(static_cast<unsigned char>(at_or_nul(text, end))))
    ++end;
  if (end == name || text.substr(end, 4) != "&gt;") return false;
  const char after = at_or_nul(text, end + 4);
  return digit(after) || ((after == ' ' || after == '-') && digit(at_or_nul(text, end + 5)));
}

std::size_t appending_call_end(std::string_view text, std::size_t at) {
  static constexpr std::string_view kCalls[] = {".concat(", ".append(", ".plus(", ".push("};
  if (at_or_nul(text, at) != '.') return 0;
  for (const std::string_view call : kCalls)
    if (text.substr(at, call.size()) == call) return at + call.size();
  return 0;
}

std::uint16_t mark_flags(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '\\':
      // "\\\\" ends a row of LaTeX.
      if (at_or_nul(text, at + 1) == '\n' && at > 0 && text[at - 1] == '\\') return kCells;
      return begins_escape(text, at) ? kEscape : 0;
    case '%':
      if ((at_or_nul(text, at + 1) | 0x20) == 'w' && at > 0 && is_blank(text[at - 1]))
        return kQuotes;  // %w[a b].join
      return begins_percent(text, at) ? kEscape : 0;
    case '&':
      return begins_entity(text, at) ? kEscape : 0;
    case '<':
      return begins_tag(text, at) ? kEscape : 0;
    case '=':
      // K=${K}…, K=${A}${B}, =A1&B1
      if (at_or_nul(text, at + 1) == '$')
        return self_append_glue(text, at).size() != 0 || puts_together(text, at + 1) ? kQuotes : 0;
      if (is_cell(text, at + 1)) return kQuotes;
      if (names_utf7(text, at + 1)) return kEscape;
      return begins_quoted_printable(text, at) ? kEscape : 0;
    case '|':
      return kCells;
    case '*':
      return bold_flags(text, at);
    case '`':
      return bold_flags(text, at) | quote_flags(text, at) |
             (text.substr(at + 1, 2) == "u{" ? kEscape : 0);
    default:
      return quote_flags(text, at);
  }
}

}  // namespace sekisho::filters
