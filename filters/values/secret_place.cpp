#include "filters/values/secret_place.h"

#include <algorithm>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/given_example.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// "password policy|2024-10-30": the cell ends with a word, and another one follows.
bool heads_row(std::string_view value, bool quoted) {
  const std::size_t bar = value.find('|');
  if (quoted || bar == value.npos || bar < 3) return false;
  const std::string_view cell = value.substr(0, bar);
  return std::all_of(cell.begin(), cell.end(),
                     [](char c) { return is_letter(static_cast<unsigned char>(c)); });
}

// "{{ .Values.auth.password | b64enc }}": the filter of a template.
bool in_template(std::string_view text, std::size_t value) {
  constexpr std::size_t kReach = 96;
  const std::size_t from = value - std::min(value, kReach);
  const std::string_view before = text.substr(from, value - from);
  if (last_of(before, '{') == before.npos) return false;
  const std::size_t open = before.rfind("{{");
  return open != before.npos && before.find('|', open) != before.npos &&
         first_of<"\n}">(before, open) == before.npos;
}

bool begins_result(std::string_view line) {
  static constexpr std::string_view kResults[] = {
      "PASS: ", "FAIL: ", "XFAIL: ", "SKIP: ", "UNSUPPORTED: "};
  return std::any_of(std::begin(kResults), std::end(kResults),
                     [line](std::string_view result) { return line.starts_with(result); });
}

// "PASS: binutils-all/i386/ibt", one of several lines.
bool is_result(std::string_view text, Range word) {
  constexpr std::size_t kLongestLine = 200;
  if (text.substr(word.begin, 6) != "PASS: ") return false;
  if (word.begin > 0 && text[word.begin - 1] != '\n') return false;
  const std::size_t end = text.substr(word.end, kLongestLine).find('\n');
  if (end != std::string_view::npos && begins_result(text.substr(word.end + end + 1, 16)))
    return true;
  if (word.begin < 2) return false;
  const std::size_t from = word.begin - 1 - std::min(word.begin - 1, kLongestLine);
  const std::string_view above = text.substr(from, word.begin - 1 - from);
  const std::size_t line = last_line_end(above);
  return begins_result(line == std::string_view::npos ? above : above.substr(line + 1));
}

}  // namespace

// "arn:aws:secretsmanager:…:secret:prod/db-a1B2c3": where a secret is kept.
bool is_secret_of_manager(std::string_view text, std::size_t word) {
  constexpr std::size_t kReach = 72;
  if (word == 0 || text[word - 1] != ':') return false;
  const std::size_t from = word - std::min(word, kReach);
  const std::string_view before = text.substr(from, word - from);
  const std::size_t manager = before.rfind(":secretsmanager:");
  return manager != before.npos && first_of<" \n\"'">(before, manager) == before.npos;
}

bool is_shown_password(std::string_view text, Range value) {
  static constexpr std::string_view kBegins[] = {"password", "passw0rd", "p@ssword", "p@ssw0rd",
                                                 "abcd1234", "abc123",   "qwerty",   "pass1234"};
  const std::string written = folded_lower(text.substr(value.begin, value.size()));
  return std::any_of(std::begin(kBegins), std::end(kBegins),
                     [&](std::string_view begin) { return written.starts_with(begin); }) &&
         is_given_as_example(text, value.begin);
}

bool follows_other_word(std::string_view text, Range word, Range value, bool quoted) {
  const std::string_view written = text.substr(value.begin, value.size());
  return is_secret_of_manager(text, word.begin) || heads_row(written, quoted) ||
         in_template(text, value.begin) || is_result(text, word);
}

}  // namespace sekisho::filters
