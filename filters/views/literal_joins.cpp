#include "filters/views/literal_joins.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "filters/char_set.h"
#include "filters/literal_at.h"
#include "filters/values/iban.h"
#include "filters/views/escape_marks.h"
#include "filters/views/marks_within.h"
#include "filters/views/sought_words.h"
#include "filters/views/survey.h"
#include "filters/views/token_prefixes.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestGlue = 160;
constexpr std::size_t kNearWord = 200;  // a word such as join( stands so near to a list

constexpr CharSet kQuotes{"\"'`"}, kBlanks{" \t\n\r"}, kSigns{"+.&|~\\(){}$<>*^"};
constexpr CharSet kMayFollow = kBlanks | kQuotes | kSigns | CharSet(",;#/frbuFRBUL@");

bool is_quote(char c) {
  return kQuotes.has(c);
}
bool is_blank(char c) {
  return kBlanks.has(c);
}
bool word_char(char c) {
  return kAsciiWord.has(c);
}

// Where the words stand that put a list of literals together.
class JoiningWords {
 public:
  JoiningWords(std::string_view text, Range where)
      : text_(text), words_(finder(), text, around(text, where)) {}

  // Beside `at`, or beside the end of the list of literals that goes on there.
  bool near(std::size_t at) {
    if (words_.none()) return false;
    if (stand_near(at)) return true;
    if (at < list_end_) return joined_;
    list_end_ = end_of_list(at);
    joined_ = stand_near(list_end_);
    return joined_;
  }

 private:
  static Range around(std::string_view text, Range where) {
    return {where.begin - std::min(where.begin, kNearWord),
            std::min(text.size(), where.end + kLongestGlue + kNearWord)};
  }
  static const WordFinder& finder() {
    static constexpr std::string_view kWords[] = {
        "join",    "concat", "implode",  "CONCAT", "Concat", "Join", "paste(",
        "paste0(", "str_c(", "mkString", "JOIN(",  "%s%s",   "{}{}", "{0}{1}"};
    static const WordFinder kFinder(kWords);
    return kFinder;
  }
  bool stand_near(std::size_t at) {
    return words_.any_in({at - std::min(at, kNearWord), at + kNearWord});
  }

  // From a closing quote over commas and further literals of the same kind.
  std::size_t end_of_list(std::size_t at) const {
    constexpr std::size_t kLongestList = 8u << 10;
    const char quote = text_[at];
    const std::size_t most = std::min(text_.size(), at + kLongestList);
    for (std::size_t pos = at; pos < most;) {
      std::size_t next = pos + 1;
      while (next < most && (kBlanks.has(text_[next]) || text_[next] == ',')) ++next;
      if (next >= most || text_[next] != quote) return next;
      pos = next + 1;
      while (pos < most && text_[pos] != quote && text_[pos] != '\n') ++pos;
      if (pos >= most || text_[pos] != quote) return pos;
    }
    return most;
  }

  std::string_view text_;
  SoughtWords words_;
  bool joined_ = false;
  std::size_t list_end_ = 0;
};

std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while ((word_char(at_or_nul(text, end)) || at_or_nul(text, end) == '$') && end - at < 48) ++end;
  return text.substr(at, end - at);
}

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (is_blank(at_or_nul(text, pos)) && pos - at < kLongestGlue) ++pos;
  return pos;
}

// ".append(" and the like behind the name that ends at `at`, `strcat(name, `, "append name ": where
// what is added begins; 0: none of these.
std::size_t adding_call_end(std::string_view text, std::string_view name, std::size_t at) {
  static constexpr std::string_view kMethods[] = {"append", "push",  "push_str", "WriteString",
                                                  "Append", "write", "add",      "concat"};
  if (at_or_nul(text, at) == '.') {
    const std::string_view method = word_at(text, at + 1);
    const std::size_t end = at + 1 + method.size();
    const bool adds =
        std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
    return adds && at_or_nul(text, end) == '(' ? end + 1 : 0;
  }
  if (name == "strcat" && at_or_nul(text, at) == '(') {
    const std::size_t end = at + 1 + word_at(text, at + 1).size();
    return at_or_nul(text, end) == ',' ? skip_blanks(text, end + 1) : 0;
  }
  if (name != "append" || at_or_nul(text, at) != ' ') return 0;
  return skip_blanks(text, at + 1 + word_at(text, at + 1).size());
}

constexpr std::size_t kLongestCell = 256;

// What stands between the quote before the one at `closing` and that; `begin` 0: there is none
// near.
Range literal_before(std::string_view text, std::size_t closing,
                     std::size_t longest = kLongestCell) {
  const std::size_t from = closing > longest ? closing - longest : 0;
  const std::size_t quote = text.substr(from, closing - from).rfind(text[closing]);
  return quote == std::string_view::npos ? Range{} : Range{from + quote + 1, closing};
}

// Whether the literals that end at `at` and begin at `opening` look like pieces of a value:
// numbers, what begins a token. Code adds texts to each other all the time.
bool pieces_tell(std::string_view text, std::size_t at, std::size_t opening) {
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("ABCDEFGHIJKLMNOPQRSTUVWXYZ- ");
  std::size_t begin = at, end = opening + 1;
  bool left = false, right = false;  // hold digits
  for (; begin > 0 && at - begin < 40 && kNumber.has(text[begin - 1]); --begin)
    left |= kAsciiDigits.has(text[begin - 1]);
  for (; end - opening < 40 && kNumber.has(at_or_nul(text, end)); ++end)
    right |= kAsciiDigits.has(text[end]);
  // "app@kaisha-sam" + "ple.jp", "redis://app" + ":pass@db".
  const Range literal = literal_before(text, at);
  const std::string_view before = text.substr(literal.begin, literal.size());
  const bool open = before.find('@') != before.npos || before.find("://") != before.npos;
  if (open && before.find(' ') == before.npos) return true;
  const bool numbers =
      left && right && begin > 0 && is_quote(text[begin - 1]) && is_quote(at_or_nul(text, end));
  return numbers || may_be_value_around(text, at, opening + 1);
}

// echo -n 'a'; echo 'b': whether what `closing` ends is printed without a line end, and what stands
// at `next`, straight behind a further command of that kind, is a literal.
bool prints_on(std::string_view text, std::size_t closing, std::string_view command,
               std::size_t next) {
  constexpr std::size_t kLongestLiteral = 256;
  if (command != "echo" && command != "printf") return false;
  if (!is_quote(at_or_nul(text, next))) return false;
  const std::size_t from = closing > kLongestLiteral ? closing - kLongestLiteral : 0;
  const std::size_t quote = text.substr(from, closing - from).rfind(text[closing]);
  if (quote == std::string_view::npos) return false;
  const std::string_view before = text.substr(0, from + quote);
  return before.ends_with("echo -n ") || before.ends_with("printf ");
}

// "; name += ", "\nname .= ", ");\nname.append(": the rest of a value is added by a statement of
// its own.
std::size_t appending_statement(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  const bool call = at_or_nul(text, pos) == ')';
  if (call) ++pos;
  if (at_or_nul(text, pos) == ';') ++pos;
  pos = skip_blanks(text, pos);
  const std::string_view name = word_at(text, pos);
  if (name.empty()) return 0;
  pos += name.size();
  if (const std::size_t added = adding_call_end(text, name, pos); added != 0)
    return is_quote(at_or_nul(text, added)) ? added : 0;
  if (call) return 0;
  pos = skip_blanks(text, pos);
  const std::size_t option = text.substr(pos, 3) == "-n " ? pos + 3 : pos;
  if (prints_on(text, at - 1, name, option)) return option;
  const char sign = at_or_nul(text, pos), second = at_or_nul(text, pos + 1);
  if (((sign != '+' && sign != '.') || second != '=') && (sign != '<' || second != '<')) return 0;
  pos = skip_blanks(text, pos + 2);
  return is_quote(at_or_nul(text, pos)) ? pos : 0;
}

// "https://app.example/list" "Mozilla/5.0 …", "-" "curl/8.4": where a line of a log tells the page
// and the browser.
bool are_log_fields(std::string_view text, std::size_t closing, std::size_t opening) {
  constexpr std::size_t kLongestPage = 256;
  const std::size_t from = closing > kLongestPage ? closing - kLongestPage : 0;
  const std::size_t quote = text.substr(from, closing - from).rfind(text[closing]);
  if (quote == std::string_view::npos) return false;
  const std::string_view page = text.substr(from + quote + 1, closing - from - quote - 1);
  if (page != "-" && page.substr(0, 4) != "http") return false;
  std::size_t end = opening + 1;
  while (end < text.size() && (kAsciiLetters.has(text[end]) || text[end] == '-')) ++end;
  return end > opening + 1 && at_or_nul(text, end) == '/' &&
         kAsciiDigits.has(at_or_nul(text, end + 1));
}

// What borders the cell whose quotes stand before `begin` and at `end`, on either side, a blank
// away at most. '\0': nothing.
char border_before(std::string_view text, std::size_t begin) {
  static constexpr CharSet kBorders{",\t;|"};
  if (begin < 2) return '\0';
  const char c = text[begin - 2];
  const char beyond = c == ' ' && begin > 2 ? text[begin - 3] : c;
  return kBorders.has(beyond) ? beyond : '\0';
}
bool border_after(std::string_view text, std::size_t end, char border) {
  const std::size_t at = at_or_nul(text, end + 1) == ' ' ? end + 2 : end + 1;
  return at_or_nul(text, at) == border && at_or_nul(text, at + 1) != '\n';
}

// "…","58"\n"2021","x", with commas or tabs: the last cell of a row and the first one of the next.
bool are_rows(std::string_view text, std::size_t closing, std::size_t opening) {
  if (text[opening - 1] != '\n' || text[opening] != text[closing]) return false;
  const char border = border_before(text, literal_before(text, closing).begin);
  if (border == '\0') return false;
  const std::size_t end = text.substr(opening + 1, kLongestCell).find(text[closing]);
  return end != std::string_view::npos && border_after(text, opening + 1 + end, border);
}

// "090-3853-2105"\t"7470-319302", "090-3853-2105" | "7470-319302": cells of one row. A token cut
// over them is put together where cells are.
bool are_cells(std::string_view text, std::size_t closing, std::size_t opening) {
  std::string_view glue = text.substr(closing + 1, opening - closing - 1);
  if (glue.starts_with(' ') && glue.ends_with(' ') && glue.size() == 3) glue = glue.substr(1, 1);
  const bool cells = glue == "|" || glue.find_first_not_of('\t') == glue.npos;
  return !glue.empty() && cells && text[opening] == text[closing];
}

// "AKIA…"\n"AKIA…": two tokens. A part of one begins "eyJ" as well.
bool are_tokens(std::string_view text, std::size_t closing, std::size_t opening) {
  const std::string_view next = text.substr(opening + 1, kLongestTokenPrefix);
  if (!has_token_prefix(next) || next.starts_with("eyJ")) return false;
  const Range literal = literal_before(text, closing);
  return has_token_prefix(text.substr(literal.begin, literal.size()));
}

constexpr std::size_t kFewestSingles = 6;  // literals of one character that may be a value

// The quote that opens a literal of one character behind the comma after the closing one at `at`,
// or closes one before the comma before the opening one at `at`; `at`: there is none.
std::size_t single_after(std::string_view text, std::size_t at) {
  std::size_t pos = at + 1;
  while (pos - at < kLongestGlue && (is_blank(at_or_nul(text, pos)) || at_or_nul(text, pos) == ','))
    ++pos;
  return at_or_nul(text, pos) == text[at] && at_or_nul(text, pos + 2) == text[at] ? pos : at;
}
std::size_t single_before(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos > 0 && at - pos < kLongestGlue && (is_blank(text[pos - 1]) || text[pos - 1] == ','))
    --pos;
  return pos > 2 && text[pos - 1] == text[at] && text[pos - 3] == text[at] ? pos - 1 : at;
}

// ['4', '5', '3', …]: literals of one character on both sides, and beside them.
bool are_single_characters(std::string_view text, std::size_t closing, std::size_t opening) {
  const bool both = closing >= 2 && text[closing - 2] == text[closing] &&
                    at_or_nul(text, opening) == text[closing] &&
                    at_or_nul(text, opening + 2) == text[closing];
  if (!both) return false;
  std::size_t singles = 2;
  for (std::size_t at = opening + 2, next = 0; singles < kFewestSingles; at = next + 2, ++singles)
    if ((next = single_after(text, at)) == at) break;
  for (std::size_t at = closing - 2, last = 0; singles < kFewestSingles; at = last - 2, ++singles)
    if ((last = single_before(text, at)) == at) break;
  return singles >= kFewestSingles;
}

// Behind a comment between two literals: /* … */, or up to the end of the line.
std::size_t comment_behind(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at, kLongestGlue);
  const bool line = text[at] == '#' || rest.substr(0, 2) == "//";
  if (!line && rest.substr(0, 2) != "/*") return at;
  const std::size_t end = line ? rest.find('\n') : rest.find("*/", 2);
  return end == std::string_view::npos ? at : at + end + (line ? 1 : 2);
}

// f"{'a'}{'b'}": the quote before belongs to the template, not to a literal in it.
bool opens_template(std::string_view text, std::size_t at) {
  if (text[at] == '$' || text[at] == '#') ++at;
  return at_or_nul(text, at) == '{' && is_quote(at_or_nul(text, at + 1));
}

// Whether the text that ends at `end` stands behind a quote, or behind another literal:
// f"AKIA{'IO'} and no list, string{"AKIA"}.
bool in_template(std::string_view text, std::size_t end) {
  constexpr std::size_t kLongest = 256;
  static constexpr CharSet kText = kAsciiWord | CharSet("-+/@.: ");
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongest && kText.has(text[begin - 1])) --begin;
  return begin > 0 && (is_quote(text[begin - 1]) || text[begin - 1] == '}');
}

// `AKIA${"IOSF"}ODNN`: what parts the template's own text from a literal in it, at the literal's
// quote at `at`; empty: nothing does.
Range template_border(std::string_view text, std::size_t at) {
  static constexpr CharSet kText = kAsciiWord | CharSet("-+/@");
  if (text[at - 1] == '{') {
    std::size_t begin = at - 1;
    const bool marked = begin > 0 && (text[begin - 1] == '$' || text[begin - 1] == '#');
    if (marked) --begin;
    const bool beside = begin > 0 && kText.has(text[begin - 1]);
    return beside && (marked || in_template(text, begin)) ? Range{begin, at + 1} : Range{};
  }
  return at_or_nul(text, at + 1) == '}' && kText.has(at_or_nul(text, at + 2)) ? Range{at, at + 2}
                                                                              : Range{};
}

// 'AKIA' // 'IOSF', as Fortran puts literals together.
bool joins_by_slashes(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) != "//") return false;
  std::size_t pos = at + 2;
  while (at_or_nul(text, pos) == ' ') ++pos;
  return is_quote(at_or_nul(text, pos));
}

// "- " behind a line end: the next member of a list of YAML.
bool begins_member(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  while (pos > 0 && at - pos < kLongestGlue && text[pos - 1] == ' ') --pos;
  return text[at] == '-' && at_or_nul(text, at + 1) == ' ' && pos > 0 && text[pos - 1] == '\n';
}

// = "+" "44 20": a literal of its own, no sign between two.
bool opens_plus(std::string_view text, std::size_t at) {
  if (at_or_nul(text, at + 1) != '+' || at_or_nul(text, at + 2) != text[at]) return false;
  static constexpr CharSet kGives{"=:,([{"};
  std::size_t pos = at;
  while (pos > 0 && at - pos < 4 && (text[pos - 1] == ' ' || word_char(text[pos - 1]))) --pos;
  return pos > 0 && kGives.has(text[pos - 1]);
}

// The quote that opens the next literal after the closing one at `at`; 0 = they are not joined.
std::size_t next_literal(std::string_view text, std::size_t at, JoiningWords& words) {
  std::size_t pos = at + 1;
  // Most quotes open a literal, or end a name.
  const char first = at_or_nul(text, pos);
  if (!kMayFollow.has(first) || opens_template(text, pos)) return 0;
  if (word_char(first) && literal_prefix_size(text, pos) == 0) return 0;
  static constexpr CharSet kBeforeStatement{"); \t\r\n"};
  if (kBeforeStatement.has(first))
    if (const std::size_t statement = appending_statement(text, pos); statement != 0)
      return statement;
  const std::size_t most = std::min(text.size(), at + kLongestGlue);
  bool sign = false, comma = false, space = false, closed = false, member = false;
  constexpr std::string_view kBySize = "DELIMITED BY SIZE";  // of COBOL
  while (pos < most) {
    const char c = text[pos];
    if (text.substr(pos, 3) == "```") return 0;  // of Markdown
    if (is_quote(c)) break;
    if (is_blank(c)) {
      space = true;
    } else if (c == '/' && joins_by_slashes(text, pos)) {
      sign = true;
      ++pos;
    } else if (c == '#' || c == '/') {
      const std::size_t comment = comment_behind(text, pos);
      if (comment == pos) return 0;
      pos = comment;
      continue;
    } else if (c == ',' || (c == ';' && pos == at + 1 && is_quote(at_or_nul(text, pos + 1)))) {
      if (comma) return 0;
      comma = true;
    } else if (c == '{' && space && closed) {
      return 0;  // the next object
    } else if (kSigns.has(c)) {
      closed = closed || c == '}';
      if (const std::size_t call = c == '.' ? appending_call_end(text, pos) : 0; call != 0) {
        pos = call;
        sign = true;
        continue;
      }
      sign = true;
    } else if (begins_member(text, pos)) {
      member = true;
    } else if (c == 'D' && text.substr(pos, kBySize.size()) == kBySize) {
      pos += kBySize.size() - 1;
      sign = true;
    } else if (c == '_' && kBlanks.has(at_or_nul(text, pos + 1)) && kBlanks.has(text[pos - 1])) {
      // Visual Basic: the line goes on.
    } else if (const std::size_t prefix = literal_prefix_size(text, pos);
               prefix != 0 && !word_char(text[pos - 1])) {
      pos += prefix - 1;  // the quote comes next
    } else {
      return 0;
    }
    ++pos;
  }
  if (pos >= most) return 0;
  if (member) return pos;
  // "%s%s", "AKIA", "IOSF": the first literal is the form of the others.
  const bool blanks = space && !sign;
  if ((comma || blanks) && at > 1 && (text[at - 1] == '}' || text.substr(at - 2, 2) == "%s"))
    return 0;
  if (comma) return are_single_characters(text, at, pos) || words.near(at) ? pos : 0;
  if (are_cells(text, at, pos) || are_tokens(text, at, pos)) return 0;
  if (sign) return pos;
  if (space) return are_log_fields(text, at, pos) || are_rows(text, at, pos) ? 0 : pos;
  // Two quotes side by side: an empty literal, unless a word goes on (as shells write it).
  static constexpr CharSet kPart = kAsciiWord | CharSet("-.+/=@%");
  return kPart.has(text[at - 1]) && kPart.has(at_or_nul(text, pos + 1)) ? pos : 0;
}

// ".jp", ".com"
bool ends_as_mail(std::string_view value) {
  static constexpr std::string_view kTops[] = {".com", ".jp", ".net", ".org", ".io", ".dev"};
  return std::any_of(std::begin(kTops), std::end(kTops),
                     [value](std::string_view top) { return value.ends_with(top); });
}

// strcpy(password, "…"
bool is_copied(std::string_view before) {
  std::size_t begin = before.size();
  while (begin > 0 && word_char(before[begin - 1])) --begin;
  const std::string_view call = before.substr(0, begin);
  return call.ends_with("cpy(") || call.ends_with("cat(");
}

// SELECT 'Kx9' || 'vTq!' AS password: whether the literals from the quote at `opening` on are given
// a password's name.
bool named_behind(std::string_view text, std::size_t opening) {
  constexpr std::size_t kReach = 160;
  std::string_view line = text.substr(opening, kReach);
  line = line.substr(0, line.find('\n'));
  for (const std::string_view as : {" AS ", " as "}) {
    const std::size_t at = line.find(as);
    if (at == line.npos) continue;
    const std::string name = lower_case(std::string(word_at(line, at + as.size())));
    return name.find("passw") != name.npos || name.find("pwd") != name.npos;
  }
  return false;
}

// ["AT07 4310 16", "1", "2 8607 4627"], ["k.sato@kaisha", "-sample.jp"]: the quote that closes the
// last literal of an array behind the one at `at`, whose pieces prove an IBAN or an address of mail
// together; 0: they do not.
std::size_t proven_array_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMostPieces = 8, kLongest = 64;
  // Cheap: most members of an array are no literals, and most literals no short ones.
  const std::size_t behind = skip_blanks(text, at + 2);
  if (at_or_nul(text, behind) != text[at]) return 0;
  const Range first = literal_before(text, at, kLongest);
  std::string_view piece = text.substr(first.begin, first.size());
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};
  const bool mail = piece.find('@') != piece.npos && piece.find(' ') == piece.npos;
  const bool iban = piece.size() > 1 && kCapitals.has(piece[0]) && kCapitals.has(piece[1]);
  if (first.begin == 0 || !(mail || iban) || (iban && iban_length(piece.substr(0, 2)) == 0) ||
      ends_as_mail(piece))
    return 0;
  std::string value;
  std::size_t end = at;
  for (std::size_t pieces = 0; pieces < kMostPieces; ++pieces) {
    for (const char c : piece)
      if (c != ' ') value += c;
    if (value.size() > kLongest) return 0;
    if (pieces > 0 && (iban ? iban_valid(value) : ends_as_mail(value))) return end;
    std::size_t next = end + 1;
    while (is_blank(at_or_nul(text, next)) ||
           (at_or_nul(text, next) == ',' && text[next - 1] != ','))
      ++next;
    if (at_or_nul(text, next) != text[at]) return 0;
    const std::size_t size = text.substr(next + 1, kLongest).find(text[at]);
    if (size == std::string_view::npos) return 0;
    piece = text.substr(next + 1, size);
    if (mail && piece.find('@') != piece.npos) return 0;
    end = next + 1 + size;
  }
  return 0;
}

constexpr std::size_t kNearName = 96;

// Names of passwords before the literals that end in `where`.
SoughtWords password_names(std::string_view text, Range where) {
  static constexpr std::string_view kNames[] = {"assword",    "ASSWORD", "asswd", "ASSWD",
                                                "assphrase",  "PW",      "pwd",   "PWD",
                                                "パスワード", "暗証番号"};
  static const WordFinder kFinder(kNames);
  const std::size_t before = std::min(where.begin, kLongestCell + kNearName + 2);
  return {kFinder, text, {where.begin - before, where.end}};
}

// Behind the name of a password before `end`, with a sign that gives it a value, or a definition of
// Lisp before; 0: there is none near, or another literal stands between.
std::size_t behind_password_name(std::string_view text, std::size_t end, SoughtWords& names) {
  const std::size_t from = end > kNearName ? end - kNearName : 0;
  const std::size_t name_end = names.last_end_in({from, end});
  if (name_end == 0) return 0;
  const std::string_view before = text.substr(from, end - from);
  const std::size_t behind = name_end - from;
  std::string_view rest = before.substr(behind);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const bool given = rest.starts_with(':') || rest.starts_with('=') || rest.starts_with("<-") ||
                     rest.starts_with("：") || rest.starts_with("は") ||
                     (rest.starts_with(',') && is_copied(before.substr(0, behind)));
  const std::string_view first = before.substr(0, behind);
  const bool defined = first.find("(def") != first.npos && first.find(')') == first.npos;
  if (!given && !defined) return 0;
  // Only forms and empty literals stand before the first one.
  for (std::size_t at = rest.find_first_of("\"'`"); at != rest.npos;) {
    const std::size_t close = rest.find(rest[at], at + 1);
    if (close == rest.npos) break;
    const std::string_view literal = rest.substr(at + 1, close - at - 1);
    if (literal.find_first_not_of("%s{}0123456789") != literal.npos) return 0;
    at = rest.find_first_of("\"'`", close + 1);
  }
  return from + behind;
}

// The bracket that opens a list of literals, or literals on lines of their own, before the first of
// them at `quote`, with the blanks behind it, where a name is given them all; size 0: there is
// none.
Range opening_bracket(std::string_view text, std::size_t quote) {
  std::size_t at = quote;
  while (at > 0 && is_blank(text[at - 1]) && quote - at < kNearWord) --at;
  if (at < 3 || (text[at - 1] != '[' && text[at - 1] != '(')) return {};
  std::size_t before = at - 1;
  if (text[before - 1] == ' ') --before;
  static constexpr CharSet kGives{"=:>\x9A"};  // ： ends with \x9A
  return kGives.has(text[before - 1]) ? Range{at - 1, quote} : Range{};
}

}  // namespace

void find_literal_joins(std::string_view text, const Survey& survey, Range where, Patches& out) {
  out.undo(kJoined);
  JoiningWords words(text, where);
  SoughtWords names = password_names(text, where);
  std::size_t joined = 0;  // what opens the literal that the last join goes on with
  std::size_t array = 0;   // the end of the last array that proves a value
  // Not quotes that open a text, or close the name of a member, outside of templates.
  constexpr auto kClosing = [](const BlockMarks& before, const BlockMarks& m,
                               const BlockMarks& after) {
    const TwoBlocks alnum{m.alnum(), after.alnum()}, specials{m.special, after.special};
    const TwoBlocks colons{m.colon, after.colon};
    const std::uint64_t opens = alnum.ahead(1) & ~specials.ahead(2);
    return m.special & (m.close << 1 | before.close >> 63 | ~(opens | colons.ahead(1)));
  };
  survey.each(std::max<std::size_t>(where.begin, 1), where.end, kClosing, [&](std::size_t at) {
    if (!is_quote(text[at]) || text[at - 1] == '(' || opens_plus(text, at)) return at + 1;
    if (const Range border = template_border(text, at); border.size() != 0) {
      out.add(border, "", may_be_value_around(text, border.begin, border.end));
      return at + 1;
    }
    const bool goes_on = std::exchange(joined, 0) != 0;
    std::size_t opening = next_literal(text, at, words);
    if (opening == 0 && at_or_nul(text, at + 1) == ',') {
      if (at > array) array = proven_array_end(text, at);
      if (at >= array) return at + 1;
      opening = text.find(text[at], at + 1);
    }
    if (opening == 0 || opening == text.npos) return at + 1;
    // Statements and lists of their own: only values that say so, then all that goes on with them.
    const std::string_view glue = text.substr(at + 1, opening - at - 1);
    const bool apart = glue.find("- ") != glue.npos ||
                       (glue.starts_with(')') && glue.find_first_of("\n;") != glue.npos);
    // What calls and statements do with a password is told as if it were given at once.
    const Range first = goes_on ? Range{} : literal_before(text, at);
    const std::size_t name =
        first.begin != 0 ? behind_password_name(text, first.begin - 1, names) : 0;
    const bool tells = !apart || name != 0 || pieces_tell(text, at, opening);
    if (!tells && !goes_on) return at + 1;
    joined = opening;
    const char inside = at_or_nul(text, opening + 1);
    if (inside == '\0' || inside == '\n') return at + 1;
    const Range bracket =
        name == 0 && first.begin != 0 ? opening_bracket(text, first.begin - 1) : Range{};
    const std::size_t quote = first.begin - std::min<std::size_t>(first.begin, 1);
    if (first.begin > 2 && text.substr(0, quote).ends_with("u8"))
      out.add({quote - 2, quote}, "", false);
    if (bracket.size() != 0)
      out.add(bracket, "", false);
    else if (name != 0)
      out.add({name, first.begin}, std::string(": ") + text[at]);
    else if (first.begin != 0 && named_behind(text, opening))
      out.add({first.begin - 1, first.begin}, std::string("password: ") + text[at]);
    out.add({at, opening + 1}, "", tells && !(is_blank(text[at - 1]) && is_blank(inside)));
    return opening + 1;
  });
}

}  // namespace sekisho::filters
