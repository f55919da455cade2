#include "filters/values/assignment.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <span>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/values/declaration.h"
#include "filters/values/random_value.h"
#include "filters/width_fold.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestName = 48;  // bytes on each side of the word
constexpr std::size_t kLongestValue = 256;
constexpr std::size_t kLongestPhrase = 60;  // between a name and "is"

constexpr CharSet kNameChars = kAsciiWord | CharSet("-.");
constexpr CharSet kQuoteSigns{"\\\"'"};
constexpr CharSet kBlankSigns{" \t"};

bool is_name_char(char c) {
  return kNameChars.has(c);
}

bool at(std::string_view text, std::size_t pos, std::string_view what) {
  return begins_at(text, pos, what);
}
template <std::size_t kSize>
[[gnu::always_inline]] inline bool at(std::string_view text, std::size_t pos,
                                      const char (&what)[kSize]) {
  return literal_at(text, pos, what);
}

std::size_t skip_any(std::string_view text, std::size_t pos, const CharSet& chars,
                     std::size_t most) {
  const std::size_t end = std::min(text.size(), pos + most);
  while (pos < end && chars.has(text[pos])) ++pos;
  return pos;
}

// Blanks, full-width ones too.
std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  for (int i = 0; i < 6 && pos < text.size(); ++i) {
    if (text[pos] == ' ' || text[pos] == '\t')
      ++pos;
    else if (at(text, pos, "　"))
      pos += std::string_view("　").size();
    else
      break;
  }
  return pos;
}

struct Mark {
  std::string_view text;
  bool stated;
};
// The longer ones first.
constexpr Mark kSeparators[] = {
    {"===", false}, {"==", false}, {"=>", false}, {":=", false}, {"->", false}, {"=", false},
    {":", false},   {"：", false}, {"＝", false}, {"→", false},  {"⇒", false},  {"➡", false},
    {"…", false},   {"は", true},  {"が", true},  {"を", true},  {"|", false},  {"｜", false}};

// What may stand between a name and its separator: quotation marks and brackets that end the name.
std::size_t skip_closers(std::string_view text, std::size_t pos) {
  static constexpr CharSet kClosers{"\\\"'`])*"};
  pos = skip_any(text, pos, kClosers, 4);
  if (pos >= text.size() || static_cast<unsigned char>(text[pos]) < 0x80) return pos;
  static constexpr std::string_view kWide[] = {"」", "』", "】", "）"};
  for (const std::string_view close : kWide)
    if (at(text, pos, close)) pos += close.size();
  return pos;
}

// Behind the first "）" in `text`, 0: there is none. Other wide signs begin with the same bytes.
std::size_t behind_wide_bracket(std::string_view text) {
  constexpr std::string_view kClose = "）";
  for (std::size_t at = text.find(kClose.back(), 2); at != text.npos;
       at = text.find(kClose.back(), at + 1))
    if (text[at - 1] == kClose[1] && text[at - 2] == kClose[0]) return at + 1;
  return 0;
}

// "（仮）", " (initial)" after a name.
std::size_t skip_remark(std::string_view text, std::size_t at_name) {
  const std::size_t pos = at_name + (at(text, at_name, " (") ? 1 : 0);
  const bool wide = at(text, pos, "（");
  if (!wide && !at(text, pos, "(")) return at_name;
  const std::string_view near = text.substr(pos, kLongestPhrase);
  const std::size_t end = wide ? behind_wide_bracket(near) : near.find(')') + 1;
  return end == 0 ? at_name : pos + end;
}

// " is ", " for the database is ", " for staging:".
std::optional<std::size_t> after_phrase(std::string_view text, std::size_t pos) {
  static constexpr CharSet kFirst{"iwtfoIWTFO"};
  if (!at(text, pos, " ") || pos + 1 >= text.size() || !kFirst.has(text[pos + 1]))
    return std::nullopt;
  const std::string_view rest = text.substr(pos, kLongestPhrase);
  const std::size_t line = std::min(rest.size(), first_of<"\n.,;\"'(<">(rest));
  const std::string lower = folded_lower(rest.substr(0, line));
  if (lower.size() != line) return std::nullopt;
  for (const std::string_view verb : {" is: ", " is ", " was ", " to "}) {
    const std::size_t found = lower.find(verb);
    const bool joined = found == 0 || at(lower, 0, " for ") || at(lower, 0, " of ") ||
                        at(lower, 0, " on ") || at(lower, 0, " to ");
    if (found != std::string::npos && joined) return pos + found + verb.size();
  }
  const std::size_t colon = lower.find(": ");
  if (colon != std::string::npos && colon > 0 && (at(lower, 0, " for ") || at(lower, 0, " of ")))
    return pos + colon + 2;
  return std::nullopt;
}

thread_local ValueRuns* newest_runs = nullptr;

// Where the words and what parts them begin that end at `end`, not before `from`.
std::size_t alternatives_before(std::string_view text, std::size_t from, std::size_t end) {
  static constexpr CharSet kAlternatives = kAsciiLetters | CharSet("|-");
  while (end > from && kAlternatives.has(text[end - 1])) --end;
  return end;
}

// "email|hidden|month|number" before "|password" in a long line: words and nothing else, back to
// what a pattern opens its alternatives with. Cells of a table hold more than that.
bool ends_with_alternatives(std::string_view text, std::size_t from, std::size_t end) {
  const std::size_t begin = newest_runs != nullptr ? newest_runs->words_before(text, from, end)
                                                   : alternatives_before(text, from, end);
  return begin == from || std::string_view("(:^/\"'").find(text[begin - 1]) != text.npos;
}

// "(login|password|account)" of a pattern, "$PASSWORD" | sha256sum of a shell: what parts them is
// no border of a cell.
bool is_no_cell(std::string_view text, std::size_t name, std::size_t sign) {
  if (text[sign] != '|' || name == 0) return false;
  const char before = text[name - 1];
  if (before == '$') return true;
  if (before != '(' && before != '|') return false;
  if (text[sign - 1] == ' ') return false;
  // A row of a table begins with the sign; where a line is long, the name stands far from that.
  constexpr std::size_t kReach = 160;
  const std::size_t from = name > kReach ? name - kReach : 0;
  std::string_view line = text.substr(from, name - from);
  const std::size_t cut = last_line_end(line);
  if (cut == line.npos && from > 0) return ends_with_alternatives(text, from, name);
  if (cut != line.npos) line.remove_prefix(cut + 1);
  const std::size_t first = first_not_of<" \t>">(line);
  return first != line.npos && line[first] != '|';
}

// Behind the separator that follows a name; nothing when none does.
std::optional<std::size_t> after_separator(std::string_view text, Range name, bool& stated) {
  std::size_t pos = name.end;
  const std::size_t behind = skip_remark(text, skip_closers(text, pos));
  pos = skip_blanks(text, behind);
  static constexpr CharSet kSigns{"=:-|"};
  const bool may_stand =
      pos < text.size() && (static_cast<unsigned char>(text[pos]) >= 0x80 || kSigns.has(text[pos]));
  for (const Mark& mark :
       may_stand ? std::span<const Mark>(kSeparators) : std::span<const Mark>()) {
    if (text[pos] != mark.text[0] || !at(text, pos, mark.text)) continue;
    if (mark.text == ":" && at(text, pos, "::")) return std::nullopt;
    if (is_no_cell(text, name.begin, pos)) return std::nullopt;
    stated = mark.stated;
    pos = skip_blanks(text, pos + mark.text.size());
    return stated && at(text, pos, "、") ? skip_blanks(text, pos + 3) : pos;
  }
  // パスワード「…」.
  if (at(text, pos, "「") || at(text, pos, "『") || at(text, pos, "【")) return pos;
  // The next cell of a table.
  if (text.substr(behind, pos - behind).find('\t') != std::string_view::npos) return pos;
  return std::nullopt;
}

// A name and its value as two fields of one thing: key="password" value="…",
// "name": "DB_PASSWORD", "value": "…".
std::optional<std::size_t> after_value_word(std::string_view text, std::size_t pos) {
  static constexpr CharSet kBetween{", \t\r\n"};
  pos = skip_any(text, skip_closers(text, pos), kBetween, 24);
  pos = skip_any(text, pos, kQuoteSigns, 2);
  if (!at(text, pos, "v") && !at(text, pos, "V")) return std::nullopt;
  if (folded_lower(text.substr(pos, 5)) != "value") return std::nullopt;
  pos = skip_any(text, skip_any(text, pos + 5, kQuoteSigns, 2), kBlankSigns, 2);
  if (!at(text, pos, "=") && !at(text, pos, ":")) return std::nullopt;
  return skip_blanks(text, pos + 1);
}

// setPassword("…"), put("password", "…"): the last argument of a call, in quotation marks.
std::optional<std::size_t> after_call(std::string_view text, std::size_t pos) {
  if (at(text, pos, "(")) {
    ++pos;
  } else {
    // 'input[name="password"]', "#password".
    static constexpr CharSet kClosers{"\"'])"};
    const std::size_t closed = skip_any(text, pos, kClosers, 3);
    if (closed == pos || (!at(text, closed - 1, "\"") && !at(text, closed - 1, "'")))
      return std::nullopt;
    pos = skip_blanks(text, closed);
    if (!at(text, pos, ",")) return std::nullopt;
    pos = skip_blanks(text, pos + 1);
  }
  if (!at(text, pos, "\"") && !at(text, pos, "'")) return std::nullopt;
  const std::string_view rest = text.substr(pos + 1, kLongestValue);
  const std::size_t close = rest.find(text[pos]);
  if (close == std::string_view::npos) return std::nullopt;
  const std::size_t behind = skip_blanks(text, pos + 1 + close + 1);
  return at(text, behind, ")") ? std::optional<std::size_t>(pos) : std::nullopt;
}

struct Quotes {
  std::string_view open, close;
};
constexpr Quotes kQuotes[] = {
    {R"(\\\")", R"(\\\")"}, {"\\\"", "\\\""}, {"\"", "\""}, {"'", "'"}, {"`", "`"},
    {"「", "」"},           {"『", "』"},     {"“", "”"},   {"‘", "’"}, {"”", "”"},
    {"＂", "＂"},           {"【", "】"},     {"<", "<"}};

// Every other character of ASCII that is seen.
constexpr CharSet kGoesOn = kAsciiWord | CharSet("!#$%()*+-./:=?@[]^{|}~");
constexpr std::string_view kStops = "\"&',;<>\\`";

// The first in [pos, limit) that does not go on with a value, sixteen at a time.
std::size_t end_of_run(std::string_view text, std::size_t pos, std::size_t limit) {
#if defined(__SSE2__)
  constexpr std::size_t kAtOnce = 16;
  for (; pos + kAtOnce <= limit; pos += kAtOnce) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + pos));
    // Blanks, controls and what is not ASCII; then the rest.
    __m128i stops = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('!')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
    for (const char stop : kStops)
      stops = _mm_or_si128(stops, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(stop)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stops));
    if (mask != 0) return pos + static_cast<std::size_t>(std::countr_zero(mask));
  }
#endif
  while (pos < limit && kGoesOn.has(text[pos])) ++pos;
  return pos;
}

}  // namespace

ValueRuns::ValueRuns() : outer_(newest_runs) {
  newest_runs = this;
}
ValueRuns::~ValueRuns() {
  newest_runs = outer_;
}

void ValueRuns::ask_of(std::string_view text) {
  if (text.data() == text_.data() && text.size() == text_.size()) return;
  text_ = text;
  run_ = words_ = {};
  words_begin_ = 0;
  ended_ = false;
}

std::size_t ValueRuns::end_of(std::string_view text, std::size_t pos, std::size_t limit) {
  ask_of(text);
  if (pos < run_.begin || pos > run_.end) {
    run_ = {pos, pos};
    ended_ = false;
  }
  if (!ended_ && run_.end < limit) {
    run_.end = end_of_run(text, run_.end, limit);
    ended_ = run_.end < limit;
  }
  return std::min(run_.end, limit);
}

std::size_t ValueRuns::words_before(std::string_view text, std::size_t from, std::size_t end) {
  ask_of(text);
  const bool near = words_.begin <= from && words_.end <= end && words_.end >= from;
  const std::size_t known = near ? words_.end : from;
  std::size_t begin = alternatives_before(text, known, end);
  // What was read before reaches up to there: it goes on.
  if (near && begin == known) begin = std::max(from, words_begin_);
  words_ = {from, end};
  words_begin_ = begin;
  return begin;
}

namespace {

std::size_t end_of_known_run(std::string_view text, std::size_t pos, std::size_t limit) {
  return newest_runs != nullptr ? newest_runs->end_of(text, pos, limit)
                                : end_of_run(text, pos, limit);
}

Range bare_value(std::string_view text, std::size_t pos) {
  const std::size_t limit = std::min(text.size(), pos + kLongestValue);
  std::size_t end = pos;
  while ((end = end_of_known_run(text, end, limit)) < limit) {
    if (text[end] != '&' && text[end] != '\\') break;
    // The next field of a query, whose fields stand straight behind their sign.
    if (text[end] == '&' && pos > 0 && text[pos - 1] == '=') {
      const std::string_view next = text.substr(end, 32);
      if (next.substr(0, first_of<" \t\r\n\"'">(next)).find('=') != std::string_view::npos) break;
    }
    if (text[end] == '\\' && end + 1 < limit &&
        (text[end + 1] == 'n' || text[end + 1] == '"' || text[end + 1] == 'r'))
      break;
    ++end;
  }
  // A sentence, an argument list or a cell ends behind it.
  const auto unopened = [&](char close, char open) {
    return text[end - 1] == close &&
           text.substr(pos, end - pos).find(open) == std::string_view::npos;
  };
  while (end > pos && (text[end - 1] == '.' || text[end - 1] == ':' || unopened(')', '(') ||
                       unopened('}', '{') || unopened(']', '[') || text[end - 1] == '|'))
    --end;
  return {pos, end};
}

bool only_letters(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return is_letter(static_cast<unsigned char>(c)); });
}

// Whether nothing but the name stands before the value on its line, and nothing behind it.
bool is_setting(std::string_view text, std::size_t name, std::size_t value_end) {
  constexpr std::size_t kReach = 40;
  const std::size_t from = name > kReach ? name - kReach : 0;
  std::string_view before = text.substr(from, name - from);
  const std::size_t line = last_line_end(before);
  if (line == std::string_view::npos && from > 0) return false;
  before = before.substr(line + 1);
  const bool alone = first_not_of<" \t\"'-*・#>">(before) == std::string_view::npos ||
                     before.ends_with("export ") || before.ends_with("set ") ||
                     before.ends_with("ENV ") || before.ends_with("-e ") ||
                     before.ends_with("env:");
  if (!alone) return false;
  const std::string_view rest = text.substr(value_end, kReach);
  const std::size_t next = first_not_of<" \t\"',;\\">(rest);
  if (next == std::string_view::npos) return true;
  return std::string_view("\n\r#}n").find(rest[next]) != std::string_view::npos;
}

}  // namespace

Range identifier_around(std::string_view text, Range word) {
  std::size_t begin = word.begin, end = word.end;
  while (begin > 0 && word.begin - begin < kLongestName && is_name_char(text[begin - 1])) --begin;
  while (end < text.size() && end - word.end < kLongestName && is_name_char(text[end])) ++end;
  return {begin, end};
}

Range read_value(std::string_view text, std::size_t pos, bool& quoted) {
  quoted = false;
  // b'…', r"…"
  static constexpr CharSet kPrefixes{"bruBRU"};
  if (pos + 1 < text.size() && kPrefixes.has(text[pos]) &&
      (text[pos + 1] == '\'' || text[pos + 1] == '"'))
    ++pos;
  // $'…' of a shell
  if (pos + 1 < text.size() && text[pos] == '$' && text[pos + 1] == '\'') ++pos;
  static constexpr CharSet kOpening{"\\\"'`<\xE2\xE3\xEF"};  // bytes that kQuotes begin with
  if (pos < text.size() && !kOpening.has(text[pos])) return bare_value(text, pos);
  for (const Quotes& quotes : kQuotes) {
    if (!at(text, pos, quotes.open)) continue;
    const std::size_t begin = pos + quotes.open.size();
    const std::string_view rest = text.substr(std::min(begin, text.size()), kLongestValue);
    const std::size_t close = rest.find(quotes.close), line = rest.find('\n');
    if (close == std::string_view::npos || close > line) return {pos, pos};
    quoted = true;
    return {begin, begin + close};
  }
  quoted = false;
  return bare_value(text, pos);
}

namespace {

// "ID/" before "password": two names, and two values behind them.
bool names_a_pair(std::string_view before) {
  if (before.empty()) return false;
  const char last = before.back();
  if (last != '/' && last != ' ' && static_cast<unsigned char>(last) < 0x80) return false;
  static constexpr std::string_view kJoints[] = {"/", "／", "・", " / "};
  for (const std::string_view joint : kJoints) {
    if (before.size() < joint.size() || !at(before, before.size() - joint.size(), joint)) continue;
    const std::string_view names = before.substr(0, before.size() - joint.size());
    for (const std::string_view first : {"ID", "id", "Id", "user", "User", "ユーザー", "ユーザ"})
      if (names.ends_with(first)) return true;
  }
  return false;
}

void second_of_pair(std::string_view text, Assignment& out) {
  std::size_t end = out.value.end;
  // A bare value takes the mark between the two with it.
  const std::string_view value = text.substr(out.value.begin, out.value.size());
  if (const std::size_t slash = value.find('/'); slash != std::string_view::npos)
    end = out.value.begin + slash;
  std::size_t pos = skip_blanks(text, end);
  for (const std::string_view joint : {"/", "／", "・", "、", ","}) {
    if (!at(text, pos, joint)) continue;
    bool quoted = false;
    const Range second = read_value(text, skip_blanks(text, pos + joint.size()), quoted);
    if (second.size() == 0) return;
    out.value = second;
    out.quoted = quoted;
    return;
  }
}

}  // namespace

namespace {

// " login deploy ", "username admin " before "password".
bool follows_login(std::string_view text, std::size_t name) {
  constexpr std::size_t kReach = 72;
  static constexpr CharSet kEnds{" \n"};
  const std::size_t from = name > kReach ? name - kReach : 0;
  if (name < from + 2 || text[name - 1] != ' ') return false;
  std::size_t user = name - 1;
  while (user > from && !kEnds.has(text[user - 1])) --user;
  if (user == name - 1 || user == from || text[user - 1] != ' ') return false;
  const std::string_view before = text.substr(from, user - 1 - from);
  for (const std::string_view word : {"login", "username", "user"}) {
    if (!before.ends_with(word)) continue;
    if (before.size() == word.size() || kEnds.has(before[before.size() - word.size() - 1]))
      return true;
  }
  return false;
}

}  // namespace

std::optional<Assignment> read_assignment(std::string_view text, Range word) {
  Assignment out;
  Range name = identifier_around(text, word);
  // "password:" ends a name, "password.example" goes on with it.
  while (name.end > word.end && text[name.end - 1] == '.') --name.end;
  out.name = text.substr(name.begin, name.size());
  auto value_at = after_separator(text, name, out.stated);
  const bool option = at(text, name.begin, "--");
  if (!value_at && option && at(text, name.end, " ")) value_at = name.end + 1;
  // PowerShell: -Password "value".
  if (!value_at && name.begin < name.end && text[name.begin] == '-' && at(text, name.end, " \""))
    value_at = name.end + 1;
  if (!value_at) value_at = after_value_word(text, name.end);
  if (!value_at) value_at = declared_value(text, name.end);
  if (!value_at) value_at = after_call(text, name.end);
  // "machine … login … password …" on one line.
  if (!value_at && at(text, name.end, " ") && follows_login(text, name.begin))
    value_at = name.end + 1;
  // A line of its own, as in netrc.
  const std::size_t behind = skip_blanks(text, name.end);
  // "gh secret set DB_PASSWORD -b…": an option of the command.
  const bool flag = at(text, behind, "--") ||
                    (at(text, behind, "-") && text.substr(0, name.begin).ends_with("set "));
  if (!value_at && behind > name.end && !flag) {
    bool quoted = false;
    const Range value = read_value(text, behind, quoted);
    if (!quoted && value.size() >= 6 && is_setting(text, name.begin, value.end)) value_at = behind;
  }
  if (!value_at) {
    value_at = after_phrase(text, name.end);
    out.stated = value_at.has_value();
  }
  // SQL: WITH PASSWORD 'value'.
  if (!value_at && at(text, name.end, " '") &&
      is_upper(static_cast<unsigned char>(text[word.begin])))
    value_at = name.end + 1;
  // XML: <password>value</password>.
  if (!value_at && name.begin > 0 && text[name.begin - 1] == '<' && at(text, name.end, ">") &&
      !at(text, name.end, ">@"))
    value_at = name.end + 1;
  if (!value_at) return std::nullopt;
  out.value = read_value(text, *value_at, out.quoted);
  // A type stands between: "password: str = 'x'".
  const std::string_view first = text.substr(out.value.begin, out.value.size());
  if (const auto declared = out.quoted ? std::nullopt : declared_value(text, name.end)) {
    out.value = read_value(text, *declared, out.quoted);
  } else if (!out.quoted && only_letters(first)) {
    const std::size_t equals = skip_blanks(text, out.value.end);
    if (at(text, equals, "=") && !at(text, equals, "=="))
      out.value = read_value(text, skip_blanks(text, equals + 1), out.quoted);
  }
  if (out.value.size() == 0) return std::nullopt;
  if (names_a_pair(text.substr(0, name.begin))) second_of_pair(text, out);
  out.setting = is_setting(text, name.begin, out.value.end);
  return out;
}

bool is_reference(std::string_view value, bool quoted) {
  if (value.empty()) return true;
  const auto begins = [value](std::string_view what) {
    return value.substr(0, what.size()) == what;
  };
  // Bytes that these begin with.
  static constexpr CharSet kFirst{"${#<%@!EvoasfhpiDB*./"};
  static constexpr std::string_view kMarks[] = {
      "${",       "$(",           "{{",          "{%",
      "#{",       "<%",           "%(",          "@{",
      "!vault",   "!secret",      "!ref",        "ENC(",
      "{cipher}", "vault:",       "op://",       "arn:",
      "ssm:",     "/run/secrets", "file://",     "http://",
      "https://", "***",          "...",         "$env:",
      "$Env:",    "$ENV{",        "process.env", "import.meta.env",
      "Deno.env", "Bun.env",      "os.environ"};
  if (kFirst.has(value[0]) && std::any_of(std::begin(kMarks), std::end(kMarks), begins))
    return true;
  // "\fBNAME\fP" of a page of troff.
  if (begins("\\f") && value.size() > 3 && std::string_view("BIRP").find(value[2]) != value.npos)
    return true;
  if (value.front() == '<' || (value.front() == '{' && value.back() == '}') ||
      (value.front() == '[' && value.back() == ']'))
    return true;
  if (value.front() == '%' && (value.back() == '%' || value.size() <= 3)) return true;
  // "@redis.password@": Maven puts a property in.
  const auto named = [](char c) { return is_name_char(c) || c == '.' || c == '-'; };
  if (value.size() > 4 && value.front() == '@' && value.back() == '@' &&
      value.find_first_of("._") != value.npos &&
      std::all_of(value.begin() + 1, value.end() - 1, named))
    return true;
  // "$VAR", ":name", "@name", "&name": names behind a mark.
  if (std::string_view("$:@&*").find(value.front()) != std::string_view::npos &&
      std::all_of(value.begin() + 1, value.end(), is_name_char) &&
      !std::any_of(value.begin() + 1,
                   value.begin() + std::min<std::ptrdiff_t>(2, std::ssize(value)),
                   [](char c) { return is_digit(static_cast<unsigned char>(c)); }) &&
      std::count_if(value.begin(), value.end(),
                    [](char c) { return is_digit(static_cast<unsigned char>(c)); }) < 2)
    return true;
  if (quoted) return false;
  // "this.#client.secret".
  if (begins("this.") || begins("self.")) return true;
  // "$insta::secret", "$CPAN::Config": names of a package.
  if (value.front() == '$' && value.find("::") != std::string_view::npos) return true;
  // A call, an index, a path of names.
  const std::size_t mark = first_of<"([">(value);
  if (mark != std::string_view::npos && mark > 0 &&
      is_word(static_cast<unsigned char>(value[mark - 1])))
    return true;
  // "System.fetch_env!(": names of functions in Elixir and Ruby end with such a sign.
  if (mark != std::string_view::npos && mark > 1 &&
      (value[mark - 1] == '!' || value[mark - 1] == '?') &&
      std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(mark) - 1, [](char c) {
        return is_letter(static_cast<unsigned char>(c)) || c == '_' || c == '.';
      }))
    return true;
  return value.find("->") != std::string_view::npos ||
         (value.find('.') != std::string_view::npos && !spells_nothing(value) &&
          std::all_of(value.begin(), value.end(), [](char c) {
            return is_letter(static_cast<unsigned char>(c)) || c == '_' || c == '.';
          }));
}

}  // namespace sekisho::filters
