#include "filters/values/password.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/table.h"
#include "filters/values/assignment.h"
#include "filters/values/next_clause.h"
#include "filters/values/password_arguments.h"
#include "filters/values/password_cells.h"
#include "filters/values/password_value.h"
#include "filters/values/random_value.h"
#include "filters/values/secret_place.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kCommandReach = 200;  // bytes from an option back to its program

// Names of something about a password, not of one.
constexpr std::string_view kOtherNames[] = {
    "hash",      "hashed",      "hashes",    "salt",       "field",
    "input",     "label",       "hint",      "policy",     "length",
    "len",       "min",         "max",       "reset",      "forgot",
    "changed",   "expires",     "expiry",    "expired",    "expiration",
    "error",     "errors",      "message",   "msg",        "required",
    "validator", "validation",  "regex",     "pattern",    "rule",
    "rules",     "file",        "path",      "url",        "uri",
    "link",      "stdin",       "encoder",   "manager",    "strength",
    "type",      "id",          "name",      "ref",        "reference",
    "arn",       "param",       "parameter", "column",     "attempts",
    "count",     "history",     "form",      "view",       "page",
    "screen",    "button",      "btn",       "icon",       "toggle",
    "visible",   "show",        "hide",      "generator",  "store",
    "provider",  "callback",    "handler",   "encrypted",  "digest",
    "version",   "mode",        "enabled",   "disabled",   "age",
    "days",      "timeout",     "prompt",    "title",      "mask",
    "is",        "has",         "no",        "requires",   "verify",
    "validate",  "get",         "checker",   "complexity", "algorithm",
    "format",    "placeholder", "protected", "protection", "authentication",
    "less",      "free",        "keeper",    "encode",     "decode",
    "encoding",  "encryption",  "hasher",    "hashing",    "strip",
    "trim",      "replace",     "split",     "startswith", "endswith",
    "control",   "expiring"};

// Where those with a first letter begin in kOtherNames, sorted; which lengths they have.
struct OtherNames {
  std::array<std::string_view, std::size(kOtherNames)> sorted{};
  std::array<std::uint8_t, 128> first{};
  std::array<std::uint32_t, 128> lengths{};
};
constexpr auto kByLetter = [] {
  OtherNames out;
  std::copy(std::begin(kOtherNames), std::end(kOtherNames), out.sorted.begin());
  std::sort(out.sorted.begin(), out.sorted.end());
  for (std::size_t i = out.sorted.size(); i-- > 0;) {
    const auto letter = static_cast<unsigned char>(out.sorted[i][0]);
    out.first[letter] = static_cast<std::uint8_t>(i);
    out.lengths[letter] |= std::uint32_t{1} << out.sorted[i].size();
  }
  return out;
}();
static_assert(std::size(kOtherNames) < 256);

bool is_other_name(std::string_view part) {
  if (part.empty() || part.size() > 31) return false;
  const auto letter = static_cast<unsigned char>(part[0]);
  if (letter >= 128 || (kByLetter.lengths[letter] >> part.size() & 1) == 0) return false;
  for (std::size_t i = kByLetter.first[letter]; i < kByLetter.sorted.size(); ++i) {
    const std::string_view name = kByLetter.sorted[i];
    if (name[0] != part[0]) return false;
    if (name == part) return true;
  }
  return false;
}

bool is_pin(std::string_view value) {
  return value.size() >= 4 && value.size() <= 8 &&
         first_not_of<"0123456789">(value) == std::string_view::npos;
}

}  // namespace

bool names_about_password(std::string_view name) {
  bool other = false;
  for_identifier_parts(name, [&](std::string_view part) {
    const std::size_t end = last_not_of<"0123456789">(part) + 1;
    other = other || is_other_name(part.substr(0, end));
  });
  // "javax.net.ssl.keyStorePassword".
  return other && folded_lower(name).find("storepass") == std::string::npos;
}

namespace {

void add(const DetectorRow& row, std::string_view text, Range value, double confidence,
         std::string_view why, Findings& out) {
  if (confidence > 0 && !is_shown_password(text, value))
    out.push_back(make_finding(row, confidence, value,
                               std::string(text.substr(value.begin, value.size())), why));
}

// Programs that take a password as an option, and how.
struct Program {
  std::string_view name;
  std::string_view options;  // letters
  bool attached;             // only without a blank: with one it means something else
  bool login;                // name:password
};
constexpr Program kPrograms[] = {
    {"mysql", "p", true, false},       {"mysqldump", "p", true, false},
    {"mysqladmin", "p", true, false},  {"mariadb", "p", true, false},
    {"mysqlimport", "p", true, false}, {"sshpass", "p", false, false},
    {"curl", "u", false, true},        {"wget", "u", false, true},
    {"redis-cli", "a", false, false},  {"docker", "p", false, false},
    {"podman", "p", false, false},     {"mongo", "p", false, false},
    {"mongosh", "p", false, false},    {"mongodump", "p", false, false},
    {"sqlcmd", "P", false, false},     {"bcp", "P", false, false},
    {"ldapsearch", "w", false, false}, {"ldapmodify", "w", false, false},
    {"7z", "p", true, false},          {"zip", "P", false, false},
    {"unzip", "P", false, false},      {"smbclient", "U", false, true},
    {"az", "p", false, false},         {"svn", "p", false, false}};

const Program* program_of(std::string_view text, std::size_t option, char letter) {
  const std::size_t from = option > kCommandReach ? option - kCommandReach : 0;
  std::string_view line = text.substr(from, option - from);
  line = line.substr(last_of<"\n|;&">(line) + 1);
  for (const Program& program : kPrograms) {
    if (program.options.find(letter) == std::string_view::npos) continue;
    const std::size_t pos = line.find(program.name);
    if (pos == std::string_view::npos) continue;
    const std::size_t end = pos + program.name.size();
    if (end == line.size() || line[end] == ' ' || line[end] == '\t') return &program;
  }
  return nullptr;
}

// " -pSecret", " -u name:secret", " --user name:secret".
void find_option(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  std::size_t pos = gate.begin + 2;
  const bool word = text[pos] == '-';
  const char letter = word ? 'u' : text[pos];
  pos = word ? gate.end - 1 : pos + 1;
  const Program* program = program_of(text, gate.begin, letter);
  if (program == nullptr || (program->login && letter != program->options.front())) return;
  if (program->name == "docker" &&
      text.substr(gate.begin > kCommandReach ? gate.begin - kCommandReach : 0,
                  std::min(gate.begin, kCommandReach))
              .find("login") == std::string_view::npos)
    return;
  if (pos < text.size() && (text[pos] == ' ' || text[pos] == '=')) {
    if (program->attached) return;
    ++pos;
  }
  bool quoted = false;
  Range value = read_value(text, pos, quoted);
  if (program->login) {
    const char joint = program->name == "smbclient" ? '%' : ':';
    const std::size_t colon = text.substr(value.begin, value.size()).find(joint);
    if (colon == std::string_view::npos) return;
    value.begin += colon + 1;
  }
  const std::string_view written = text.substr(value.begin, value.size());
  add(row, text, value, judge_password(written, quoted, true),
      "option of a program and form of the value", out);
}

// auth=("name", "secret"), HTTPBasicAuth('name', 'secret'): the second of two in quotation marks.
void find_login_pair(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  bool quoted = false;
  const Range user = read_value(text, gate.end - 1, quoted);
  if (!quoted || user.size() == 0) return;
  std::size_t pos = first_not_of<" \t">(text, user.end + 1);
  if (pos == std::string_view::npos || text[pos] != ',') return;
  pos = first_not_of<" \t\n">(text, pos + 1);
  if (pos == std::string_view::npos) return;
  quoted = false;
  const Range value = read_value(text, pos, quoted);
  if (!quoted) return;
  add(row, text, value, judge_password(text.substr(value.begin, value.size()), true, true),
      "login and form of the value", out);
}

bool begins(std::string_view text, std::string_view what) {
  // Folding would make it shorter than that.
  if (text.size() < what.size()) return false;
  for (std::size_t i = 0; i < what.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((is_upper(c) ? c + 0x20 : c) != static_cast<unsigned char>(what[i])) return false;
  }
  return true;
}

}  // namespace

namespace {

bool add_if_alone(const DetectorRow& row, std::string_view text, Range value, Findings& out) {
  const std::string_view written = text.substr(value.begin, value.size());
  if (written.size() < 8 || written.size() > 64 || !password_stands_alone(written)) return false;
  add(row, text, value, 0.70, "form of the value beside its name", out);
  return true;
}

bool is_value_char(char c) {
  return c > ' ' && c < 0x7F;
}

// "gh secret set DB_PASSWORD -b…": what the command stores is for another detector.
bool is_option_of_set(std::string_view text, Range word, std::size_t pos) {
  return text.substr(pos, 1) == "-" &&
         text.substr(0, identifier_around(text, word).begin).ends_with("set ");
}

// "管理者PW（…）", "rootのパスワード …", "PW、… のまま": straight behind the word; "… as the
// password", "「…」をパスワードに": straight before it. What proves itself counts.
bool find_beside(const DetectorRow& row, std::string_view text, Range word, Findings& out) {
  static constexpr std::string_view kBehind[] = {"（", "(",      "、",       "　",       "】 ",
                                                 "】", "] ",     "ですが ",  "ですが、", "が ",
                                                 "を", "は今、", "（現在）", " "};
  const char behind = word.end < text.size() ? text[word.end] : '\0';
  for (const std::string_view joint : kBehind) {
    if (joint[0] != behind || !begins_at(text, word.end, joint)) continue;
    // "CheckPassword(Slot1Info *slot": the head of a function.
    if (joint == "(" && identifier_around(text, word).size() > word.size()) break;
    std::size_t begin = word.end + joint.size();
    while (begin < text.size() && text[begin] == ' ') ++begin;
    // setx DB_PASSWORD "…"
    if (begin < text.size() && (text[begin] == '"' || text[begin] == '\'')) {
      bool quoted = false;
      const Range value = read_value(text, begin, quoted);
      if (quoted && add_if_alone(row, text, value, out)) return true;
      break;
    }
    if (is_option_of_set(text, word, begin)) break;
    std::size_t end = begin;
    while (end < text.size() && end - begin < 72 && is_value_char(text[end])) ++end;
    const bool bracket = joint == "(" && end > begin && text[end - 1] == ')';
    if (add_if_alone(row, text, {begin, end - (bracket ? 1 : 0)}, out)) return true;
    break;
  }
  static constexpr std::string_view kBefore[] = {
      " as the ", " as my ", " as a ", " as your ", " as ", "」を", "を", "」が", "が", "という"};
  for (const std::string_view joint : kBefore) {
    if (word.begin < joint.size() + 8 || text[word.begin - 1] != joint.back()) continue;
    std::size_t end = word.begin - joint.size();
    if (text.substr(end, joint.size()) != joint) continue;
    while (end > 0 && text[end - 1] == ' ') --end;
    std::size_t begin = end;
    while (begin > 0 && end - begin < 72 && is_value_char(text[begin - 1])) --begin;
    return add_if_alone(row, text, {begin, end}, out);
  }
  return false;
}

// Behind "…は以下の通りです。", "…を変更しました →", "…:" at most: the rest of the line, or the
// next line that is not empty, is the value.
void find_further_on(const DetectorRow& row, std::string_view text, Range word, Findings& out) {
  constexpr std::size_t kLongestRest = 72, kLongestCell = 67, kLongestValue = 64;  // bytes
  const Range name = identifier_around(text, word);
  if (names_about_password(text.substr(name.begin, name.size()))) return;
  std::size_t pos = word.end;
  // <td>パスワード</td><td>…</td>
  if (text.substr(pos, 2) == "</") {
    static constexpr std::string_view kCells[] = {"<td>", "<td ", "<dd>", "<dd "};
    const std::string_view near = text.substr(pos, 96);
    for (const std::string_view cell : kCells) {
      const std::size_t open = near.find(cell);
      if (open == std::string_view::npos ||
          first_not_of<"</>tdhr \n\t">(near.substr(0, open)) != std::string_view::npos)
        continue;
      const std::size_t from = near.find('>', open);
      if (from == std::string_view::npos) return;
      const std::size_t to = text.substr(0, pos + from + kLongestCell).find('<', pos + from + 1);
      if (to == std::string_view::npos) return;
      const Range value{pos + from + 1, to};
      const std::string_view written = text.substr(value.begin, value.size());
      if (password_stands_alone(written))
        add(row, text, value, 0.80, "in the cell beside its name", out);
      return;
    }
  }
  if (find_beside(row, text, word, out)) return;
  while (pos < text.size() && pos - word.end < kLongestRest &&
         (static_cast<unsigned char>(text[pos]) >= 0x80 || text[pos] == ' '))
    ++pos;
  bool next_line =
      pos < text.size() && (text[pos] == '\n' || text[pos] == '\r' || text[pos] == ':');
  const std::string_view rest = text.substr(word.end, pos - word.end);
  const bool announced = rest.ends_with("：") || rest.ends_with("→ ") || rest.ends_with("→") ||
                         rest.ends_with("： ") || rest.ends_with("「");
  if (!next_line && !announced) return;
  // In the next clause, or behind something else in quotation marks.
  if (rest.ends_with("「") && (rest.find("。") != rest.npos || rest.find("」") != rest.npos))
    return;
  if (next_line && text[pos] == ':' && rest.empty()) ++pos;
  while (pos < text.size() && (text[pos] == ':' || text[pos] == ' ')) ++pos;
  for (int lines = 0; pos < text.size() && (text[pos] == '\n' || text[pos] == '\r'); ++pos)
    if (text[pos] == '\n' && ++lines > 2) return;
  if (next_line)
    for (int blanks = 0; blanks < 8 && pos < text.size() && text[pos] == ' '; ++blanks) ++pos;
  const std::string_view near = text.substr(0, pos + kLongestValue + 1);
  const std::size_t end = std::min(near.size(), first_of<" \t\r\n\"'">(near, pos));
  std::size_t stop = pos;
  while (stop < end && static_cast<unsigned char>(text[stop]) < 0x80) ++stop;
  // A line of the value alone.
  if (next_line && stop < text.size() && text[stop] != '\n' && text[stop] != '\r') return;
  const std::string_view value = text.substr(pos, stop - pos);
  if (value.size() >= 8 && value.size() <= kLongestValue && password_stands_alone(value))
    add(row, text, {pos, stop}, 0.70, "form of the value behind its announcement", out);
}

// "パスワード：root / …", "ID/PW: admin / …": the name of the user comes first, `first`.
bool find_behind_name(const DetectorRow& row, std::string_view text, Range first, Findings& out) {
  constexpr std::size_t kLongestName = 48;
  const std::string_view name = text.substr(first.begin, first.size());
  static constexpr std::string_view kJoints[] = {" / ", "　/　", " ／ ", "／"};
  for (const std::string_view joint : kJoints) {
    if (text.substr(first.end, joint.size()) != joint) continue;
    if (name.empty() || name.size() > kLongestName || judge_password(name, false, true) > 0)
      return false;
    const std::size_t begin = first.end + joint.size();
    std::size_t end = begin;
    while (end < text.size() && end - begin < 72 && is_value_char(text[end])) ++end;
    return add_if_alone(row, text, {begin, end}, out);
  }
  return false;
}

// driver.find_element(By.ID, "password").send_keys("…"), cy.get('…[name=password]').type('…').
void find_typed(const DetectorRow& row, std::string_view text, std::size_t end, Findings& out) {
  static constexpr std::string_view kCalls[] = {").send_keys(", ").type(", ").fill(", ").sendKeys(",
                                                ").setValue("};
  const std::string_view near = text.substr(end, 24);
  if (near.find(')') == std::string_view::npos) return;
  for (const std::string_view call : kCalls) {
    const std::size_t found = near.find(call);
    if (found == std::string_view::npos) continue;
    bool quoted = false;
    const Range value = read_value(text, end + found + call.size(), quoted);
    if (quoted)
      add(row, text, value, judge_password(text.substr(value.begin, value.size()), true, true),
          "typed into a field for it", out);
    return;
  }
}

// "パス：…", where what stands before is no word that goes on with it.
void find_short_word(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::string_view before = text.substr(0, gate.begin);
  const std::size_t size = before.size();
  const auto lead = [&](std::size_t back) {
    return size >= back ? static_cast<unsigned char>(before[size - back]) : 0u;
  };
  // Katakana: E3 82 A1 to E3 83 BF.
  if (lead(3) == 0xE3 && (lead(2) == 0x83 || (lead(2) == 0x82 && lead(1) >= 0xA1))) return;
  bool quoted = false;
  std::size_t pos = gate.end;
  while (pos < text.size() && text[pos] == ' ') ++pos;
  const Range value = read_value(text, pos, quoted);
  const std::string_view written = text.substr(value.begin, value.size());
  if (first_of<"/\\">(written) == std::string_view::npos) add_if_alone(row, text, value, out);
}

}  // namespace

namespace {

// "max_length=3062)" behind ("パスワード",: an argument with its name; "max_tokens=4096".
bool is_named_argument(std::string_view value) {
  const std::size_t sign = value.find('=');
  if (sign == value.npos || sign < 3) return false;
  const bool number = value.substr(0, sign).find('_') != value.npos && sign + 1 < value.size() &&
                      first_not_of<"0123456789">(value, sign + 1) == value.npos;
  if (!number && !value.ends_with(')')) return false;
  return std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(sign),
                     [](char c) { return is_lower(static_cast<unsigned char>(c)) || c == '_'; });
}

}  // namespace

double check_password_cell(TokenMatch& match, double confidence) {
  const std::string_view value = match.value();
  if (is_named_argument(value)) return 0;
  const auto heading = heading_above(match.text, match.range);
  if (!heading || names_about_password(match.text.substr(heading->begin, heading->size())))
    return 0;
  const double judged = judge_password(value, false, true);
  return judged >= 0.60 ? std::min(judged, confidence) : 0;
}

namespace {

bool holds_pass(std::string_view name) {
  for (std::size_t at = 0; at + 4 <= name.size(); ++at)
    if (begins(name.substr(at), "pass")) return true;
  return false;
}

// "DB_PASSWORD=…" as a value: what is behind the sign.
std::optional<Range> inner_password(std::string_view text, Range value) {
  constexpr std::size_t kLongestName = 48;
  const std::string_view written = text.substr(value.begin, std::min(value.size(), kLongestName));
  const std::size_t sign = written.find('=');
  if (sign == written.npos) return std::nullopt;
  const std::string_view name = written.substr(0, sign);
  static constexpr CharSet kName = kAsciiWord | CharSet("-.");
  if (!std::all_of(name.begin(), name.end(), [](char c) { return kName.has(c); }))
    return std::nullopt;
  const bool names =
      (name.size() >= 3 && begins(name.substr(name.size() - 3), "pwd")) || holds_pass(name);
  return names ? std::optional<Range>(Range{value.begin + sign + 1, value.end}) : std::nullopt;
}

bool speaks_of_user(std::string_view text, std::size_t pos) {
  constexpr std::size_t kReach = 120;
  const std::size_t from = pos > kReach ? pos - kReach : 0;
  std::string_view line = text.substr(from, pos - from);
  if (const std::size_t cut = last_of(line, '\n'); cut != line.npos) line.remove_prefix(cut + 1);
  const std::string lower = folded_lower(line);
  return lower.find("user ") != lower.npos || lower.find("grant ") != lower.npos ||
         lower.find("role ") != lower.npos;
}

}  // namespace

void find_password(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  if (literal_at(text, gate.begin + 1, "--pass")) gate = {gate.begin + 3, gate.begin + 7};
  const std::string_view word = text.substr(gate.begin, gate.size());
  if ((word[0] == ' ' || word[0] == '\t') && word[1] == '-')
    return find_option(row, text, gate, out);
  if (word.back() == '"' || word.back() == '\'') {
    if (begins(word, "auth") || begins(word, "httpbasic"))
      return find_login_pair(row, text, gate, out);
  }
  if (begins(word, "convertto-securestring")) {
    bool quoted = false;
    const Range value = read_value(text, gate.end - 1, quoted);
    return add(row, text, value,
               quoted ? judge_password(text.substr(value.begin, value.size()), true, true) : 0,
               "argument for a password", out);
  }
  if (begins(word, "identified by")) {
    // "columns identified by": prose. SQL shouts, or says whom it is about on the same line.
    if (is_lower(static_cast<unsigned char>(word[0])) && !speaks_of_user(text, gate.begin)) return;
    bool quoted = false;
    const std::size_t from = first_not_of<" \t">(text, gate.end);
    if (from == std::string_view::npos || from > gate.end + 4) return;
    const Range value = read_value(text, from, quoted);
    return add(row, text, value,
               quoted ? judge_password(text.substr(value.begin, value.size()), true, true) : 0,
               "key word and form of the value", out);
  }
  // The gate of short words holds the separator, too.
  while (gate.begin < gate.end && (text[gate.begin] == '_' || text[gate.begin] == '-'))
    ++gate.begin;
  std::size_t end = gate.begin;
  const bool ascii = static_cast<unsigned char>(word[0]) < 0x80;
  while (end < gate.end && (ascii ? is_alnum(static_cast<unsigned char>(text[end])) : true)) ++end;
  if (begins(word, "contrase") || begins(word, "mot de passe")) end = gate.end;
  if (begins(word, "p/w")) end = gate.begin + 3;
  // "パス：": a path, too; "コンパス：": something else.
  const bool short_word = begins(word, "パス") && !begins(word, "パスワ") &&
                          !begins(word, "パスフ") && !begins(word, "パスコ");
  if (short_word) return find_short_word(row, text, gate, out);
  if (ascii && find_inserted_passwords(row, text, {gate.begin, end}, out)) return;
  if (find_password_in_cells(row, text, end, out)) return;
  auto given = read_assignment(text, {gate.begin, end});
  if (!given) {
    const std::size_t before = out.size();
    if (ascii) find_typed(row, text, end, out);
    find_further_on(row, text, {gate.begin, end}, out);
    if (!ascii && out.size() == before) find_password_in_next_clause(row, text, end, out);
    return;
  }
  if (names_about_password(given->name)) return;
  // "パスワードは DB_PASSWORD=…": the inner name has its own value.
  if (const auto inner = given->quoted ? std::nullopt : inner_password(text, given->value))
    given->value = *inner;
  const std::string_view value = text.substr(given->value.begin, given->value.size());
  // Neither a password nor the name of a user.
  if (value.size() > kLongestJudged) return;
  const bool pin = begins(word, "暗証番号") || begins(word, "pin");
  if (pin && is_pin(value) && distinct_characters(value) > 2 && value != "1234") {
    return add(row, text, given->value,
               given->stated || given->setting || given->quoted ? 0.70 : 0.60,
               "key word and form of the value", out);
  }
  if (follows_other_word(text, {gate.begin, end}, given->value, given->quoted)) return;
  if (find_behind_name(row, text, given->value, out)) return;
  // Random ones after this word are for the detector of random values.
  if (begins(word, "secret") && looks_random(value)) return;
  add(row, text, given->value,
      judge_password(value, given->quoted, given->stated || given->setting),
      "key word and form of the value", out);
}

}  // namespace sekisho::filters
