#include "filters/views/named_pieces.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/iban.h"
#include "filters/values/password_value.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 768;  // from the expression back to the first piece
constexpr std::size_t kLongestName = 40, kLongestPiece = 256, kMostPieces = 8;

constexpr CharSet kNameFirst = kAsciiLetters | CharSet("_"), kBlanks{" \t"}, kQuotes{"\"'`"};

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 16;
  std::size_t pos = at;
  while (kBlanks.has(at_or_nul(text, pos)) && pos - at < kMost) ++pos;
  return pos;
}
std::string_view word_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kLongestName && kAsciiWord.has(text[end])) ++end;
  return text.substr(at, end - at);
}

// The literal that the quote at `at` begins, without its quotes; `end` 0: it is none.
Range literal_at(std::string_view text, std::size_t at) {
  const char quote = at_or_nul(text, at);
  if (!kQuotes.has(quote)) return {};
  const std::string_view rest = text.substr(at + 1, kLongestPiece);
  const std::size_t end = rest.find(quote);
  if (end == rest.npos || end == 0 || rest.substr(0, end).find('\n') != rest.npos) return {};
  return {at + 1, at + 1 + end};
}

// A value without quotes up to the end of its line, as shells and cells have it.
Range plain_at(std::string_view text, std::size_t at) {
  static constexpr CharSet kEnds{"\r\n;"}, kNone{"\"'`${}()<>"};
  std::size_t end = at;
  while (end < text.size() && end - at < kLongestPiece && !kEnds.has(text[end])) {
    if (kNone.has(text[end])) return {};
    ++end;
  }
  while (end > at && text[end - 1] == ' ' && !kAsciiDigits.has(at_or_nul(text, end - 2))) --end;
  return end > at && end - at < kLongestPiece ? Range{at, end} : Range{};
}

// What the sign behind a name may be: "=", ":=", ":", "=>", and a type before "=".
std::size_t behind_sign(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  if (kQuotes.has(at_or_nul(text, pos)) || at_or_nul(text, pos) == ']') ++pos;
  pos = skip_blanks(text, pos);
  if (at_or_nul(text, pos) == ':') {
    ++pos;
    if (at_or_nul(text, pos) == '=') return skip_blanks(text, pos + 1);
    pos = skip_blanks(text, pos);
    // "a: str = "
    const std::size_t typed = skip_blanks(text, pos + word_at(text, pos).size());
    return typed > pos && at_or_nul(text, typed) == '=' ? skip_blanks(text, typed + 1) : pos;
  }
  if (at_or_nul(text, pos) != '=' || at_or_nul(text, pos + 1) == '=') return at;
  ++pos;
  return skip_blanks(text, at_or_nul(text, pos) == '>' ? pos + 1 : pos);
}

// `a, b := "4378", "-3115"`: what the name that ends at `at` is given by a list; `nth`: of it.
Range listed_value(std::string_view text, std::size_t at, std::size_t nth) {
  std::size_t pos = at;
  while (at_or_nul(text, pos) == ',' && pos - at < kLongestName) {
    pos = skip_blanks(text, pos + 1);
    pos += word_at(text, pos).size();
  }
  const std::size_t values = behind_sign(text, pos);
  if (values == pos) return {};
  for (pos = values;; --nth) {
    const Range literal = literal_at(text, pos);
    if (literal.end == 0 || nth == 0) return literal;
    pos = skip_blanks(text, literal.end + 1);
    if (at_or_nul(text, pos) != ',') return {};
    pos = skip_blanks(text, pos + 1);
  }
}

// How many names stand before the one at `at` in a list of them on its line.
std::size_t names_before(std::string_view text, std::size_t at) {
  std::size_t count = 0, pos = at;
  while (count < kMostPieces) {
    while (pos > 0 && text[pos - 1] == ' ') --pos;
    if (pos == 0 || text[pos - 1] != ',') break;
    --pos;
    const std::size_t end = pos;
    while (pos > 0 && end - pos < kLongestName && kAsciiWord.has(text[pos - 1])) --pos;
    if (pos == end) break;
    ++count;
  }
  return count;
}

enum class Kind { kVariable, kMacro, kCell };

// What a name was given last before `before`; `end` 0: nothing near.
Range given_to(std::string_view text, std::string_view name, std::size_t before, Kind kind) {
  const std::size_t from = before > kReach ? before - kReach : 0;
  const std::string_view near = text.substr(from, before - from);
  for (std::size_t found = near.rfind(name); found != near.npos;
       found = found == 0 ? near.npos : near.rfind(name, found - 1)) {
    const std::size_t at = from + found, end = at + name.size();
    const bool word =
        (at == 0 || !kAsciiWord.has(text[at - 1])) && !kAsciiWord.has(at_or_nul(text, end));
    if (word) {
      Range given;
      if (kind == Kind::kMacro) {
        if (text.substr(0, at).ends_with("#define "))
          given = literal_at(text, skip_blanks(text, end));
      } else if (const std::size_t value = behind_sign(text, end); value != end) {
        given = literal_at(text, value);
        const bool bare = kind == Kind::kCell || text[value - 1] == '=';
        if (given.end == 0 && bare) given = plain_at(text, value);
        if (const std::size_t nth = given.end == 0 ? 0 : names_before(text, at); nth > 0)
          given = listed_value(text, end, nth);
      } else if (at_or_nul(text, end) == ',') {
        given = listed_value(text, end, names_before(text, at));
      }
      if (given.end != 0 && given.end <= before) return given;
    }
  }
  return {};
}

bool is_number(std::string_view text) {
  static constexpr CharSet kNumber = kAsciiDigits | CharSet("-+. ");
  return std::all_of(text.begin(), text.end(), [](char c) { return kNumber.has(c); });
}

// Whether the pieces give a value together: a token, an address, a login, a number, an IBAN.
bool may_be_value(std::string_view value) {
  constexpr std::size_t kFewest = 9;
  if (has_token_prefix(value)) return true;
  if (value.find("://") != value.npos || value.find('@') != value.npos)
    return value.find('@') != value.npos && value.find('.') != value.npos;
  if (value.size() < kFewest) return false;
  return is_number(value) ||
         (value.size() > 14 && iban_length(value.substr(0, 2)) != 0 && kAsciiDigits.has(value[2]));
}

// Whether the name before the sign is that of a password.
bool names_password(std::string_view text, std::size_t sign) {
  static constexpr std::string_view kNames[] = {"assword", "ASSWORD", "asswd", "PASSWD",
                                                "pwd",     "PWD",     "PW"};
  std::string_view before = text.substr(0, sign);
  static constexpr CharSet kBetween{" :\"']"};
  while (!before.empty() && kBetween.has(before.back())) before.remove_suffix(1);
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [before](auto name) { return before.ends_with(name); });
}

// One operand of an expression: the name that tells its value, and where it ends.
struct Operand {
  std::string_view name;
  std::size_t end = 0;  // 0: it is none
  bool braced = false;  // ${…}, which the next may follow at once
};

Operand operand_at(std::string_view text, std::size_t at) {
  std::size_t pos = at;
  const bool dollar = at_or_nul(text, pos) == '$' || at_or_nul(text, pos) == '#';
  if (dollar) ++pos;
  const bool brace = at_or_nul(text, pos) == '{';
  if (brace) ++pos;
  if (!kNameFirst.has(at_or_nul(text, pos))) return {};
  Operand out{word_at(text, pos), 0, dollar || brace};
  pos += out.name.size();
  // parts["a"], parts[:a], parts.a
  if (at_or_nul(text, pos) == '[') {
    std::size_t key = pos + 1;
    if (kQuotes.has(at_or_nul(text, key)) || at_or_nul(text, key) == ':') ++key;
    const std::string_view name = word_at(text, key);
    std::size_t close = key + name.size();
    if (kQuotes.has(at_or_nul(text, close))) ++close;
    if (name.empty() || kAsciiDigits.has(name[0]) || at_or_nul(text, close) != ']') return {};
    out.name = name;
    pos = close + 1;
  } else if (at_or_nul(text, pos) == '.' && kNameFirst.has(at_or_nul(text, pos + 1))) {
    out.name = word_at(text, pos + 1);
    pos += 1 + out.name.size();
  }
  if (brace && at_or_nul(text, pos++) != '}') return {};
  out.end = pos;
  return out;
}

constexpr std::size_t kNone = std::string_view::npos;

// Where the next operand begins; kNone: there is none. `blanks`: macros stand side by side.
std::size_t next_operand(std::string_view text, std::size_t at, bool braced, bool blanks) {
  static constexpr CharSet kJoining{"+.&|~"};
  const char next = at_or_nul(text, at);
  if (braced && (next == '$' || next == '#' || next == '{')) return at;
  std::size_t pos = skip_blanks(text, at);
  const std::size_t sign = pos;
  while (kJoining.has(at_or_nul(text, pos)) && pos - sign < 2) ++pos;
  if (pos == sign) return blanks && pos > at ? pos : kNone;
  return skip_blanks(text, pos);
}

// "${A:-xoxb}${B:--8684}" at `at`: the defaults, and where they end.
std::size_t defaults_end(std::string_view text, std::size_t at, std::string& value) {
  std::size_t pos = at, count = 0;
  while (text.substr(pos, 2) == "${" && count < kMostPieces) {
    const std::string_view name = word_at(text, pos + 2);
    std::size_t begin = pos + 2 + name.size();
    if (name.empty() || at_or_nul(text, begin) != ':') return at;
    const char sign = at_or_nul(text, begin + 1);
    if (sign != '-' && sign != '=') return at;
    begin += 2;
    const std::string_view rest = text.substr(begin, kLongestPiece);
    const std::size_t close = rest.find('}');
    if (close == rest.npos || rest.substr(0, close).find_first_of("\n\"$") != rest.npos) return at;
    value += rest.substr(0, close);
    pos = begin + close + 1;
    ++count;
  }
  return count > 1 ? pos : at;
}

// "%w[AK IAZB J4].join" at `at`, qw(…): the words put together.
std::size_t words_end(std::string_view text, std::size_t at, std::string& value) {
  static constexpr std::string_view kOpening = "[({<|/", kClosing = "])}>|/";
  const bool perl = text.substr(at, 2) == "qw";
  if (!perl && (at_or_nul(text, at) != '%' || (at_or_nul(text, at + 1) | 0x20) != 'w')) return at;
  const std::size_t bracket = kOpening.find(at_or_nul(text, at + 2));
  if (bracket == kOpening.npos || at + 2 >= text.size()) return at;
  const std::string_view rest = text.substr(at + 3, kLongestPiece);
  const std::size_t close = rest.find(kClosing[bracket]);
  if (close == rest.npos) return at;
  const std::string_view words = rest.substr(0, close);
  if (!perl && !rest.substr(close + 1).starts_with(".join")) return at;
  const bool parted = rest.substr(close + 1).starts_with(".join(' ')");
  std::copy_if(words.begin(), words.end(), std::back_inserter(value),
               [parted](char c) { return parted || (c != ' ' && c != '\n'); });
  return at + 3 + close + 1 + (perl ? 0 : std::string_view(".join").size());
}

// What puts a list together: its name, or its words themselves.
struct ListJoin {
  std::string_view name;
  std::string words;
  std::size_t end = 0;  // 0: it is none
};

ListJoin list_join_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestCall = 64;
  static constexpr std::string_view kCalls[] = {"implode(",     "String.Join(", "strings.Join(",
                                                "string.Join(", "join(",        "join "};
  static constexpr CharSet kBefore{"\"'`, $@"};
  const auto closed = [text](std::size_t from) {
    const std::size_t close = text.substr(from, kLongestCall).find(')');
    return close == std::string_view::npos ? 0 : from + close + 1;
  };
  std::size_t pos = at;
  // "".join(parts)
  if (kQuotes.has(at_or_nul(text, pos)) && at_or_nul(text, pos + 1) == text[pos] &&
      text.substr(pos + 2, 6) == ".join(") {
    const std::string_view name = word_at(text, pos + 8);
    return {name, {}, name.empty() ? 0 : closed(pos + 8 + name.size())};
  }
  for (const std::string_view call : kCalls) {
    if (text.substr(pos, call.size()) != call) continue;
    pos += call.size();
    const std::size_t first = pos;
    while (kBefore.has(at_or_nul(text, pos)) && pos - first < 8) ++pos;
    if (text.substr(pos, 2) == "qw") {
      std::string words;
      const std::size_t end = words_end(text, pos, words);
      return {{}, std::move(words), end == pos ? 0 : end};
    }
    const std::string_view name = word_at(text, pos);
    if (name.empty()) return {};
    const std::size_t end = closed(pos + name.size());
    return {name, {}, end != 0 ? end : pos + name.size()};
  }
  if (at_or_nul(text, pos) == '$' || at_or_nul(text, pos) == '@') ++pos;
  const std::string_view name = word_at(text, pos);
  if (name.empty() || text.substr(pos + name.size(), 5) != ".join") return {};
  const std::size_t end = pos + name.size() + 5;
  return {name, {}, at_or_nul(text, end) == '(' ? closed(end) : end};
}

// Puts the literals of the list `name` together that stand before `before`: those it begins with
// and those that are added. Where the first one begins; `before`: there are none.
std::size_t gather(std::string_view text, std::string_view name, std::size_t before,
                   std::string& value) {
  constexpr std::size_t kLongestMethod = 16;
  static constexpr CharSet kOpens{"[({"}, kInside{" ,\r\n\t"};
  const std::size_t from = before > kReach ? before - kReach : 0;
  std::size_t first = before, count = 0;
  const auto add = [&](const Range& literal) {
    if (count++ == 0) first = literal.begin - 1;
    value += text.substr(literal.begin, literal.size());
  };
  const std::string_view within = text.substr(0, before + name.size() - 1);
  for (std::size_t at = within.find(name, from); at < before && count < kMostPieces;
       at = within.find(name, at + name.size())) {
    const std::size_t end = at + name.size();
    if ((at > 0 && kAsciiWord.has(text[at - 1])) || kAsciiWord.has(at_or_nul(text, end))) continue;
    std::size_t pos = behind_sign(text, end);
    // parts = ["AK", "IA"], []string{"AK", "IA"}
    if (pos != end) {
      value.clear();
      first = before;
      count = 0;
      if (text.substr(pos, 8) == "[]string") pos += 8;
      if (!kOpens.has(at_or_nul(text, pos))) continue;
      ++pos;
      while (count < kMostPieces) {
        while (kInside.has(at_or_nul(text, pos))) ++pos;
        const Range literal = literal_at(text, pos);
        if (literal.end == 0 || literal.end >= before) break;
        add(literal);
        pos = literal.end + 1;
      }
      continue;
    }
    // parts.append("AK"), parts << "AK"
    const std::string_view near = text.substr(end, kLongestMethod);
    const std::size_t quote = near.find_first_of("\"'`\n");
    if (quote == near.npos || quote == 0 || near[quote] == '\n') continue;
    const Range literal = literal_at(text, end + quote);
    if (literal.end != 0 && literal.end < before) add(literal);
  }
  return first;
}

}  // namespace

// Most code joins names that no value is given to near.
bool NamedPieces::may_look_up(std::size_t at) {
  constexpr std::size_t kFirst = 16, kEvery = 192;  // bytes for each further one
  if (first_ == std::string_view::npos) first_ = at;
  return lookups_++ < kFirst + (at - first_) / kEvery;
}

bool NamedPieces::join(std::size_t sign, Patches& out) {
  std::size_t at = skip_blanks(text_, sign + 1);
  if (join_list(sign, at, out)) return true;
  // $"{a}{b}" of C#
  if (at_or_nul(text_, at) == '$' && at_or_nul(text_, at + 1) == '"') ++at;
  if (at_or_nul(text_, at) == '%' || at_or_nul(text_, at) == '$' ||
      kQuotes.has(at_or_nul(text_, at))) {
    const bool quoted = kQuotes.has(at_or_nul(text_, at));
    std::string value;
    std::size_t end = words_end(text_, at, value);
    if (end == at) {
      const std::size_t first = quoted ? at + 1 : at;
      value.clear();
      end = defaults_end(text_, first, value);
      if (end == first)
        end = at;
      else if (quoted && at_or_nul(text_, end) == text_[at])
        ++end;
    }
    if (end != at) {
      out.add({at, end}, "\"" + value + "\"");
      return true;
    }
    if (quoted) ++at;
    static constexpr CharSet kOpens{"$#{"};
    if (!kOpens.has(at_or_nul(text_, at))) return false;
  }
  // f"{a}{b}"
  if (at_or_nul(text_, at) == 'f' && kQuotes.has(at_or_nul(text_, at + 1)) &&
      at_or_nul(text_, at + 2) == '{')
    at += 2;
  return join_names(sign, at, out);
}

bool NamedPieces::join_names(std::size_t sign, std::size_t at, Patches& out) {
  // Cheap: most expressions are a call or one name.
  Operand operand = operand_at(text_, at);
  if (operand.end == 0) return false;
  const bool cell = operand.name.size() <= 4 && at_or_nul(text_, operand.end) == '&' &&
                    kAsciiDigits.has(operand.name.back());
  const bool macro = !operand.braced && at_or_nul(text_, operand.end) == ' ' &&
                     kNameFirst.has(at_or_nul(text_, operand.end + 1));
  const Kind kind = cell ? Kind::kCell : macro ? Kind::kMacro : Kind::kVariable;
  if (next_operand(text_, operand.end, operand.braced, macro) == kNone) return false;
  std::string value;
  Range range{sign, at};
  std::size_t end = 0, count = 0;
  for (std::size_t pos = at; count < kMostPieces; ++count) {
    operand = operand_at(text_, pos);
    if (operand.end == 0 || !may_look_up(sign)) break;
    const Range given = given_to(text_, operand.name, sign, kind);
    if (given.end == 0) break;
    value += text_.substr(given.begin, given.size());
    range.begin = std::min(range.begin, given.begin);
    end = operand.end;
    pos = next_operand(text_, end, operand.braced, macro);
    if (pos == kNone) {
      ++count;
      break;
    }
  }
  if (count < 2 ||
      !(may_be_value(value) || (names_password(text_, sign) && password_stands_alone(value))))
    return false;
  tell(sign, at, {range.begin, end}, value, out);
  return true;
}

// The name that the whole is given stands beside it.
void NamedPieces::tell(std::size_t sign, std::size_t at, Range range, std::string_view value,
                       Patches& out) const {
  const std::size_t line = last_line_end(text_.substr(0, sign)) + 1;  // npos + 1 = 0
  const std::size_t from = std::max(line, range.begin);
  std::string told = std::string(value) + "\"\n";
  told.append(text_.substr(from, at - from)).append("\"").append(value).append("\"");
  out.add(range, told);
}

// "".join(parts), parts.join(""), implode('', $parts), join '', qw(AK IA)
bool NamedPieces::join_list(std::size_t sign, std::size_t at, Patches& out) {
  const ListJoin list = list_join_at(text_, at);
  if (list.end == 0) return false;
  std::string value = list.words;
  Range range{at, list.end};
  if (!list.name.empty()) {
    if (!may_look_up(sign)) return false;
    range.begin = gather(text_, list.name, sign, value);
    if (range.begin == sign) return false;
  }
  const bool password = names_password(text_, sign) && password_stands_alone(value);
  if (!may_be_value(value) && !password) return false;
  tell(sign, at, range, value, out);
  return true;
}

}  // namespace sekisho::filters
