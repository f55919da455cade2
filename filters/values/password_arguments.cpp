#include "filters/values/password_arguments.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/table.h"
#include "filters/values/assignment.h"
#include "filters/values/password.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 200;  // bytes of arguments

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t skip_blanks(std::string_view text, std::size_t pos) {
  while (pos < text.size() && is_blank(text[pos])) ++pos;
  return pos;
}

// The word or the text in quotation marks at `pos`.
Range argument_at(std::string_view text, std::size_t pos, bool& quoted) {
  quoted = false;
  if (pos >= text.size()) return {pos, pos};
  if (text[pos] == '"' || text[pos] == '\'') return read_value(text, pos, quoted);
  std::size_t end = pos;
  while (end < text.size() && end - pos < kReach && text[end] > ' ' && text[end] < 0x7F) ++end;
  return {pos, end};
}

std::string_view in(std::string_view text, Range range) {
  return text.substr(range.begin, range.size());
}

void add(const DetectorRow& row, std::string_view text, Range value, double confidence,
         std::string_view why, Findings& out) {
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, value, std::string(in(text, value)), why));
}

void add_alone(const DetectorRow& row, std::string_view text, Range value, std::string_view why,
               Findings& out) {
  if (password_stands_alone(in(text, value))) add(row, text, value, 0.75, why, out);
}

// "name:…", "name/…@service", "name,…": what stands behind the joint, to `end` of its own.
void add_second(const DetectorRow& row, std::string_view text, Range pair, char joint, char end,
                Findings& out) {
  const std::string_view both = in(text, pair);
  const std::size_t at = both.find(joint);
  if (at == std::string_view::npos || at == 0) return;
  const std::size_t stop = end == '\0' ? both.size() : std::min(both.rfind(end), both.size());
  if (stop <= at + 1) return;
  const Range value{pair.begin + at + 1, pair.begin + stop};
  add(row, text, value, judge_password(in(text, value), false, true),
      "argument of a program and form of the value", out);
}

// The `n`-th argument of a call whose arguments begin at `pos`, the last two in quotation marks.
void find_call_argument(const DetectorRow& row, std::string_view text, std::size_t pos, int n,
                        Findings& out) {
  Range value;
  bool quoted = false;
  for (int i = 0; i < n; ++i) {
    pos = first_not_of<" \t\r\n">(text, pos);
    if (pos == std::string_view::npos) return;
    if (text[pos] == '"' || text[pos] == '\'') {
      value = read_value(text, pos, quoted);
      if (!quoted) return;
      pos = value.end + 1;
    } else {
      quoted = false;
      const std::size_t end = first_of<",)\n">(text.substr(pos, kReach));
      if (end == std::string_view::npos || text[pos + end] != ',' || i + 1 == n) return;
      value = {pos, pos + end};
      pos += end;
    }
    if (i + 1 == n) break;
    pos = skip_blanks(text, pos);
    if (pos >= text.size() || text[pos] != ',') return;
    ++pos;
  }
  if (quoted)
    add(row, text, value, judge_password(in(text, value), true, true),
        "login of a call and form of the value", out);
}

// echo 'name:…' | chpasswd
void find_piped(const DetectorRow& row, std::string_view text, std::size_t at, Findings& out) {
  const std::size_t from = at > kReach ? at - kReach : 0;
  std::string_view before = text.substr(from, at - from);
  const std::size_t pipe = last_of(before, '|');
  if (pipe == std::string_view::npos) return;
  const std::size_t close = before.find_last_of("'\"", pipe);
  if (close == std::string_view::npos || close == 0) return;
  const std::size_t open = before.rfind(before[close], close - 1);
  if (open == std::string_view::npos || before.find('\n', open) < close) return;
  add_second(row, text, {from + open + 1, from + close}, ':', '\0', out);
}

// htpasswd -b file name …: the last of the words.
void find_last_word(const DetectorRow& row, std::string_view text, std::size_t pos, int words,
                    Findings& out) {
  Range value;
  bool quoted = false;
  for (int i = 0; i < words;) {
    pos = skip_blanks(text, pos);
    value = argument_at(text, pos, quoted);
    if (value.size() == 0) return;
    pos = value.end + (quoted ? 1 : 0);
    if (text[value.begin] != '-') ++i;
  }
  add(row, text, value, judge_password(in(text, value), quoted, true),
      "argument of a program and form of the value", out);
}

// net use Z: \\\\server\\share PASSWORD /user:…
void find_of_share(const DetectorRow& row, std::string_view text, std::size_t pos, Findings& out) {
  bool quoted = false;
  Range value = argument_at(text, skip_blanks(text, pos), quoted);
  if (in(text, value).ends_with(':') || in(text, value) == "*")
    value = argument_at(text, skip_blanks(text, value.end), quoted);
  if (quoted || !in(text, value).starts_with("\\\\")) return;
  value = argument_at(text, skip_blanks(text, value.end), quoted);
  if (value.size() == 0 || text[value.begin] == '/' || text[value.begin] == '*') return;
  add(row, text, value, judge_password(in(text, value), quoted, true),
      "argument of a program and form of the value", out);
}

// "credentials: name / …", "ログイン情報：name/…".
void find_pair(const DetectorRow& row, std::string_view text, std::size_t pos, Findings& out) {
  pos = skip_blanks(text, pos);
  std::size_t end = pos;
  static constexpr std::string_view kEnds = " \t\r\n/:,";
  while (end < text.size() && end - pos < 64 && static_cast<unsigned char>(text[end]) < 0x80 &&
         kEnds.find(text[end]) == std::string_view::npos)
    ++end;
  if (end == pos) return;
  std::size_t joint = skip_blanks(text, end);
  static constexpr std::string_view kJoints[] = {"/", ":", ",", "／", "、", "："};
  const auto found =
      std::find_if(std::begin(kJoints), std::end(kJoints),
                   [&](std::string_view mark) { return text.substr(joint, mark.size()) == mark; });
  if (found == std::end(kJoints)) return;
  joint = skip_blanks(text, joint + found->size());
  bool quoted = false;
  add_alone(row, text, argument_at(text, joint, quoted), "second of a login", out);
}

// "新：…", "変更後：…" where a password was spoken of before.
void find_changed(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  constexpr std::size_t kSpokenOf = 400;
  static constexpr std::string_view kBefore[] = {"「", "（", "・", "　", "■", "●", "※", "。", "、"};
  const std::string_view before = text.substr(0, gate.begin);
  // "更新：", "最新：".
  const bool apart = before.empty() || static_cast<unsigned char>(before.back()) < 0x80 ||
                     std::any_of(std::begin(kBefore), std::end(kBefore),
                                 [&](std::string_view mark) { return before.ends_with(mark); });
  if (!apart) return;
  const std::string_view near = before.substr(before.size() - std::min(before.size(), kSpokenOf));
  static constexpr std::string_view kWords[] = {"パスワード", "ﾊﾟｽﾜｰﾄﾞ", "PW", "password",
                                                "Password"};
  if (std::none_of(std::begin(kWords), std::end(kWords),
                   [near](std::string_view word) { return near.find(word) != near.npos; }))
    return;
  std::size_t pos = skip_blanks(text, gate.end);
  if (text.substr(pos, 3) == "　" || text.substr(pos, 3) == "「") pos += 3;
  bool quoted = false;
  add_alone(row, text, argument_at(text, pos, quoted), "told where a password was changed", out);
}

struct Call {
  std::string_view begins;
  int argument;
};
constexpr Call kCalls[] = {{"mysqli", 3},          {"MySQLdb", 3}, {"pymysql", 3},
                           {"getConnection", 3},   {"new PDO", 3}, {".login", 2},
                           {"createConnection", 3}};

struct Words {
  std::string_view begins;
  int words;
};
constexpr Words kWords[] = {{"htpasswd", 3},
                            {"requirepass", 1},
                            {"masterauth", 1},
                            {"net user ", 2},
                            {"snmp-server community ", 1}};

}  // namespace

void find_password_argument(const DetectorRow& row, std::string_view text, Range gate,
                            Findings& out) {
  const std::string_view word = in(text, gate);
  for (const Call& call : kCalls)
    if (word.substr(0, call.begins.size()) == call.begins)
      return find_call_argument(row, text, gate.end, call.argument, out);
  for (const Words& program : kWords) {
    if (word.substr(0, program.begins.size()) != program.begins) continue;
    const std::size_t begin = gate.begin + program.begins.size();
    return find_last_word(row, text, begin, program.words, out);
  }
  if (word.starts_with("net use ")) return find_of_share(row, text, gate.end, out);
  bool quoted = false;
  if (word.find("chpasswd") != std::string_view::npos)
    return find_piped(row, text, gate.begin, out);
  if (word.substr(0, 7) == "sqlplus")
    return add_second(row, text, argument_at(text, skip_blanks(text, gate.end), quoted), '/', '@',
                      out);
  if (word.substr(0, 4) == "lftp")
    return add_second(row, text, argument_at(text, skip_blanks(text, gate.end), quoted), ',', '\0',
                      out);
  if (word.find("/user:") != std::string_view::npos)
    return add_alone(row, text, argument_at(text, skip_blanks(text, gate.end), quoted),
                     "argument of a program", out);
  if (word[0] == '-') {
    const Range value = argument_at(text, skip_blanks(text, gate.end), quoted);
    return add(row, text, value, judge_password(in(text, value), quoted, true),
               "option of a program and form of the value", out);
  }
  static constexpr std::string_view kStates[] = {"新", "旧", "変更", "初期", "仮"};
  if (std::any_of(std::begin(kStates), std::end(kStates),
                  [word](std::string_view state) { return word.starts_with(state); }))
    return find_changed(row, text, gate, out);
  find_pair(row, text, gate.end, out);
}

bool find_inserted_passwords(const DetectorRow& row, std::string_view text, Range word,
                             Findings& out) {
  const std::vector<Range> fields = inserted_below(text, word);
  for (const Range field : fields) {
    const bool quoted =
        field.begin > 0 && (text[field.begin - 1] == '\'' || text[field.begin - 1] == '"');
    if (quoted)
      add(row, text, field, judge_password(in(text, field), true, true),
          "in the column of its name", out);
  }
  return !fields.empty();
}

}  // namespace sekisho::filters
