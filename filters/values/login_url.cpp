#include "filters/values/login_url.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/values/assignment.h"
#include "filters/values/password.h"
#include "filters/values/validators.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestScheme = 20, kLongestUrl = 400, kLongestString = 400;
constexpr std::size_t kShortestPassword = 3;
constexpr double kSample = 0.30;  // what documents write

bool is_scheme_char(char c) {
  return is_alnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
}

std::size_t scheme_begin(std::string_view text, std::size_t end) {
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestScheme && is_scheme_char(text[begin - 1])) --begin;
  // A scheme begins with a letter.
  while (begin < end && !is_letter(static_cast<unsigned char>(text[begin]))) ++begin;
  return begin;
}

std::size_t url_end(std::string_view text, std::size_t from) {
  constexpr std::string_view kEnds = " \t\r\n\"'`<>\\|";
  const std::size_t limit = std::min(text.size(), from + kLongestUrl);
  std::size_t end = from;
  bool path = false;  // hosts may be parted by commas, what follows them by the next cell's
  while (end < limit && text[end] > ' ' && text[end] < 0x7F && !(path && text[end] == ',') &&
         kEnds.find(text[end]) == std::string_view::npos) {
    path = path || text[end] == '/' || text[end] == '?';
    ++end;
  }
  while (end > from && std::string_view(".,;:!?)]}").find(text[end - 1]) != std::string_view::npos)
    --end;
  return end;
}

// A variable, or a word that documents write where a password belongs.
bool is_sample(std::string_view password, std::string_view user) {
  const bool call = password.find("()") != std::string_view::npos;
  if (is_reference(password, !call) || is_sample_password(password) ||
      (password.size() >= 12 && is_placeholder(password)))
    return true;
  const std::string lower = folded_lower(password);
  static constexpr std::string_view kWords[] = {"pass", "pw", "pwd", "token", "key", "xxx", "abc"};
  return lower == folded_lower(user) ||
         std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

// Behind the last "@" before the path: people write one in a password as it is.
std::size_t host_begin(std::string_view text, std::size_t from) {
  constexpr std::size_t kLongestRest = 128;
  const std::string_view rest = text.substr(from, kLongestRest);
  const std::string_view authority = rest.substr(0, first_of<"/?# \t\r\n\"'`<>\\|,">(rest));
  const std::size_t at = last_of(authority, '@');
  return at == std::string_view::npos ? from : from + at + 1;
}

}  // namespace

void find_url_login(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const std::size_t host = host_begin(text, gate.end);
  const std::string_view login = text.substr(gate.begin + 3, host - gate.begin - 4);
  const std::size_t colon = login.find(':');
  if (colon == std::string_view::npos) return;
  const std::string_view user = login.substr(0, colon), password = login.substr(colon + 1);
  const std::size_t begin = scheme_begin(text, gate.begin), end = url_end(text, host);
  // A host must follow, and "://" must be the middle of an address.
  if (begin == gate.begin || end == host || password.size() < kShortestPassword) return;
  const double confidence = is_sample(password, user) ? kSample : row.confidence.shape;
  out.push_back(make_finding(row, confidence, {begin, end},
                             std::string(text.substr(begin, end - begin)),
                             "name and password in an address"));
}

void find_connection_string(const DetectorRow& row, std::string_view text, Range gate,
                            Findings& out) {
  std::string_view rest = text.substr(gate.begin, kLongestString);
  rest = rest.substr(0, first_of<"\n\"'`<">(rest));
  const std::string lower = folded_lower(rest);
  if (lower.size() != rest.size()) return;
  for (const std::string_view key : {"?password=", "&password=", ";password=", ";pwd=",
                                     "; password=", "; pwd=", ";password ="}) {
    const std::size_t found = lower.find(key);
    if (found == std::string::npos) continue;
    const std::size_t begin = first_not_of<" ">(rest, found + key.size());
    if (begin == std::string_view::npos) return;
    const std::size_t end = std::min(rest.size(), first_of<"&; \t\r">(rest, begin));
    const std::string_view password = rest.substr(begin, end - begin);
    if (password.size() < 4) return;
    const double confidence = is_sample(password, "") ? kSample : row.confidence.shape;
    out.push_back(make_finding(row, confidence, {gate.begin, gate.begin + end},
                               std::string(rest.substr(0, end)),
                               "password in a connection string"));
    return;
  }
}

double check_login(TokenMatch& match, double confidence) {
  return is_sample(match.value(), "") ? kSample : confidence;
}

}  // namespace sekisho::filters
