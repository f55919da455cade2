#include "filters/values/password_forms.h"

#include <algorithm>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/password.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// "0123456789abcdef": the digits of a number system.
bool is_alphabet(std::string_view value) {
  const std::string lower = folded_lower(value);
  return lower.find("01234567") != std::string::npos || lower.find("abcdefgh") != std::string::npos;
}

// "Install4.sh", "v2.1-Final": a file, a version.
bool is_file_or_version(std::string_view value) {
  const std::size_t dot = last_of(value, '.');
  if (dot == std::string_view::npos) return false;
  const std::string_view rest = value.substr(dot + 1);
  return rest.size() <= 5 && std::all_of(rest.begin(), rest.end(), [](char c) {
           return is_alnum(static_cast<unsigned char>(c));
         });
}

// "x:101:104:" behind a name: a line of /etc/passwd, whose password stands elsewhere.
bool is_account_line(std::string_view value) {
  const auto digits = [&value] {
    const std::size_t end = std::min(first_not_of<"0123456789">(value), value.size());
    const bool found = end > 0 && end < value.size() && value[end] == ':';
    if (found) value.remove_prefix(end + 1);
    return found;
  };
  if (value.size() < 2 || std::string_view("x*!").find(value[0]) == value.npos || value[1] != ':')
    return false;
  value.remove_prefix(2);
  return digits() && digits();
}

}  // namespace

double check_password_value(TokenMatch& match, double confidence) {
  if (is_alphabet(match.value())) return 0;
  return std::min(confidence, judge_password(match.value(), false, true));
}

double check_lone_password(TokenMatch& match, double confidence) {
  const std::string_view value = match.value();
  if (is_alphabet(value) || is_file_or_version(value) || value.find('/') != value.npos) return 0;
  return password_stands_alone(value) ? confidence : 0;
}

double check_login_password(TokenMatch& match, double confidence) {
  constexpr std::size_t kLongestName = 16;
  std::size_t name = match.range.begin;
  const std::string_view text = match.text;
  while (name > 0 && !is_alnum(static_cast<unsigned char>(text[name - 1]))) --name;
  const std::size_t end = name;
  while (name > 0 && end - name < kLongestName &&
         (is_alnum(static_cast<unsigned char>(text[name - 1])) || text[name - 1] == '-'))
    --name;
  if (name > 0 && std::string_view("/.@_\\~$%").find(text[name - 1]) != std::string_view::npos)
    return 0;
  return is_account_line(match.value()) ? 0 : check_lone_password(match, confidence);
}

}  // namespace sekisho::filters
