#include "filters/values/secret_commands.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/assignment.h"
#include "filters/values/generic_secret.h"
#include "filters/values/password.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kReach = 400;       // bytes of arguments
constexpr std::size_t kPipedReach = 200;  // bytes back to what is piped in

template <std::size_t N>
bool listed(const std::string_view (&table)[N], std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
}

constexpr std::string_view kNames[] = {"--name", "-n", "--secret-id"};
constexpr std::string_view kValues[] = {"--body",         "-b", "--value", "-v", "--secret-string",
                                        "--string-value", "<<<"};
// Options that take no argument.
constexpr std::string_view kFlags[] = {
    "--overwrite", "--no-overwrite",   "--sensitive", "--force", "--secure", "--secret",    "-f",
    "-y",          "--no-store-local", "--masked",    "-m",      "--user",   "--protected", "-p"};

struct Argument {
  Range range;
  bool quoted = false;
};

// What is stored, and the name it is stored under.
struct Stored {
  std::string_view name;
  Argument value;
};

std::string_view in(std::string_view text, Range range) {
  return text.substr(range.begin, range.size());
}

// The next word of a command at `pos` and behind it; lines that end in a backslash go on.
std::optional<Argument> next_argument(std::string_view text, std::size_t& pos, std::size_t limit) {
  while (pos < limit) {
    const std::string_view rest = text.substr(pos, 3);
    if (rest[0] == ' ' || rest[0] == '\t')
      ++pos;
    else if (rest.starts_with("\\\n") || rest.starts_with("`\n") || rest.starts_with("^\n"))
      pos += 2;
    else if (rest.starts_with("\\\r\n"))
      pos += 3;
    else
      break;
  }
  if (pos >= limit || std::string_view("\r\n|;&").find(text[pos]) != std::string_view::npos)
    return std::nullopt;
  if (text[pos] == '"' || text[pos] == '\'') {
    Argument out;
    out.range = read_value(text, pos, out.quoted);
    if (!out.quoted) return std::nullopt;
    pos = out.range.end + 1;
    return out;
  }
  const std::size_t begin = pos;
  while (pos < limit && text[pos] > ' ' && text[pos] < 0x7F) {
    ++pos;
    // --body="…", -b"…": the option and its sign are one word, the quotation another.
    if (text[begin] == '-' &&
        (text[pos - 1] == '=' || (pos < limit && (text[pos] == '"' || text[pos] == '\''))))
      break;
  }
  return pos == begin ? std::nullopt : std::optional<Argument>(Argument{{begin, pos}, false});
}

// echo "…" | at the end of `before`; `from` is where it begins in the text.
std::optional<Argument> piped_in(std::string_view text, std::size_t program) {
  const std::size_t from = program - std::min(program, kPipedReach);
  std::string_view before = text.substr(from, program - from);
  before = before.substr(last_of(before, '\n') + 1);
  const std::size_t begin = program - before.size();
  const std::size_t pipe = last_of(before, '|');
  if (pipe == before.npos || first_not_of<" npx">(before, pipe + 1) != before.npos)
    return std::nullopt;
  before = before.substr(0, pipe);
  if (before.find("echo ") == before.npos && before.find("printf ") == before.npos)
    return std::nullopt;
  const std::size_t last = before.find_last_not_of(' ');
  if (last == before.npos || last == 0) return std::nullopt;
  const char mark = before[last];
  const bool quoted = mark == '"' || mark == '\'';
  const std::size_t open = quoted ? before.rfind(mark, last - 1) : before.rfind(' ', last);
  if (open == before.npos) return std::nullopt;
  return Argument{{begin + open + 1, begin + last + (quoted ? 0 : 1)}, quoted};
}

std::optional<Stored> read_stored(std::string_view text, Range gate) {
  const std::size_t limit = std::min(text.size(), gate.end + kReach);
  std::size_t pos = gate.end;
  Stored out;
  std::optional<Argument> value, second;
  while (const auto word = next_argument(text, pos, limit)) {
    std::string_view written = in(text, word->range);
    if (word->quoted || written[0] != '-') {
      if (written == "<<<") {
        value = next_argument(text, pos, limit);
        break;
      }
      if (out.name.empty())
        out.name = written;
      else if (!second)
        second = word;
      continue;
    }
    if (written == "-" || listed(kFlags, written)) continue;
    if (written.ends_with('=')) written.remove_suffix(1);
    // -bVALUE
    if (written.size() > 2 && written[1] == 'b') {
      value = Argument{{word->range.begin + 2, word->range.end}, false};
      continue;
    }
    const auto argument = next_argument(text, pos, limit);
    if (!argument) break;
    if (listed(kNames, written)) out.name = in(text, argument->range);
    if (listed(kValues, written)) value = argument;
  }
  if (!value) value = second && second->range.size() > 1 ? second : std::nullopt;
  // "vercel env add NAME production" takes its value from before.
  if (const auto piped = piped_in(text, gate.begin)) value = piped;
  if (!value || out.name.empty()) return std::nullopt;
  out.value = *value;
  return out;
}

bool is_of_password(std::string_view name) {
  bool found = false;
  for_identifier_parts(name, [&found](std::string_view part) {
    static constexpr std::string_view kParts[] = {"pass", "pwd", "pw", "passphrase"};
    found = found || listed(kParts, part) || part.find("passw") != part.npos ||
            part.ends_with("passwd") || part.ends_with("pwd");
  });
  return found;
}

// Whether what is stored is secret whatever its name: not every variable and parameter is.
bool is_secret_store(std::string_view text, Range gate) {
  const std::string_view command = text.substr(gate.begin, gate.size() + kReach);
  return in(text, gate).find("secret") != std::string_view::npos ||
         command.substr(0, command.find("\n\n")).find("SecureString") != command.npos;
}

bool is_of_secret(std::string_view name) {
  bool found = false;
  for_identifier_parts(name, [&found](std::string_view part) {
    static constexpr std::string_view kParts[] = {"secret", "token", "key", "apikey", "credential"};
    found = found || listed(kParts, part);
  });
  return found;
}

}  // namespace

void find_stored_password(const DetectorRow& row, std::string_view text, Range gate,
                          Findings& out) {
  const auto stored = read_stored(text, gate);
  if (!stored || !is_of_password(stored->name)) return;
  const std::string_view value = in(text, stored->value.range);
  const double confidence = judge_password(value, stored->value.quoted, true);
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, stored->value.range, std::string(value),
                               "stored by a command under the name of a password"));
}

void find_stored_secret(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const auto stored = read_stored(text, gate);
  if (!stored || is_of_password(stored->name)) return;
  if (!is_secret_store(text, gate) && !is_of_secret(stored->name)) return;
  const std::string_view value = in(text, stored->value.range);
  if (is_secret_value(value))
    out.push_back(make_finding(row, row.confidence.shape, stored->value.range, std::string(value),
                               "random value stored by a command"));
}

}  // namespace sekisho::filters
