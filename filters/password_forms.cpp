#include "filters/password_forms.h"

#include <algorithm>
#include <string>

#include "filters/password.h"
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
  const std::size_t dot = value.rfind('.');
  if (dot == std::string_view::npos) return false;
  const std::string_view rest = value.substr(dot + 1);
  return rest.size() <= 5 && std::all_of(rest.begin(), rest.end(), [](char c) {
           return is_alnum(static_cast<unsigned char>(c));
         });
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
  return check_lone_password(match, confidence);
}

}  // namespace sekisho::filters
