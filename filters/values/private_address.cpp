#include "filters/values/private_address.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "filters/char_set.h"
#include "filters/evidence.h"
#include "filters/surroundings.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

using Octets = std::array<int, 4>;

// Dotted quad from `begin`, without leading zeros; its end, or 0.
std::size_t read_quad(std::string_view text, std::size_t begin, Octets& octets) {
  std::size_t pos = begin;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    if (i > 0 && (pos >= text.size() || text[pos++] != '.')) return 0;
    const std::size_t first = pos;
    octets[i] = 0;
    while (pos < text.size() && is_digit(static_cast<unsigned char>(text[pos])) &&
           pos - first < 4) {
      octets[i] = octets[i] * 10 + (text[pos++] - '0');
    }
    if (pos == first || octets[i] > 255 || (pos - first > 1 && text[first] == '0')) return 0;
  }
  return pos;
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_private(const Octets& o) {
  return o[0] == 10 || (o[0] == 172 && o[1] >= 16 && o[1] <= 31) || (o[0] == 192 && o[1] == 168) ||
         (o[0] == 100 && o[1] >= 64 && o[1] <= 127) || (o[0] == 169 && o[1] == 254);
}

// Addresses that half the world's machines have: they tell nothing.
bool is_everybodys(std::string_view address) {
  static constexpr std::string_view kDefaults[] = {"192.168.0.1", "192.168.1.1", "172.17.0.1",
                                                   "10.0.0.1", "169.254.169.254"};
  return std::find(std::begin(kDefaults), std::end(kDefaults), address) != std::end(kDefaults);
}

// "Microsoft.NETCore.App " before a version: parts with capitals, dots between.
bool is_package_before(std::string_view text, std::size_t begin) {
  constexpr std::size_t kLongest = 64;
  if (begin < 4 || text[begin - 1] != ' ') return false;
  std::size_t first = begin - 1;
  const auto part = [text](std::size_t i) {
    return is_alnum(static_cast<unsigned char>(text[i])) || text[i] == '.';
  };
  while (first > 0 && begin - first < kLongest && part(first - 1)) --first;
  const std::string_view name = text.substr(first, begin - 1 - first);
  if (name.find('.') == name.npos || name.back() == '.') return false;
  bool fresh = true;
  for (const char c : name) {
    if (fresh && !is_upper(static_cast<unsigned char>(c))) return false;
    fresh = c == '.';
  }
  return true;
}

// "nmap -sV 10.2.3.4": letters of an option, no word.
bool follows_option(std::string_view before) {
  if (!before.ends_with(' ')) return false;
  before.remove_suffix(1);
  const std::string_view word = before.substr(last_of<" \n">(before) + 1);
  return word.size() >= 3 && word.size() <= 5 && word[0] == '-' && word[1] != '-';
}

// Cheap: whether a word of a version may end within a few bytes before `begin`. Unless they are not
// ASCII.
bool may_follow_version(std::string_view text, std::size_t begin) {
  constexpr std::size_t kNear = 4;
  static constexpr CharSet kLast{"nrvedNRVED"};
  const std::string_view near = text.substr(begin - std::min(begin, kNear), std::min(begin, kNear));
  return near.ends_with("o ") || near.ends_with("O ") ||
         std::any_of(near.begin(), near.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x80 || kLast.has(c); });
}

// "# server ip\nexport V=\"10.0.2.1": a variable of one letter below a comment that tells of an
// address.
bool is_variable_below_address(std::string_view text, std::size_t begin) {
  constexpr std::size_t kReach = 96;
  std::string_view before = text.substr(begin - std::min(begin, kReach), std::min(begin, kReach));
  const auto drop = [&before](std::string_view signs) {
    while (!before.empty() && signs.find(before.back()) != signs.npos) before.remove_suffix(1);
  };
  drop("\"'");
  drop(" ");
  if (!before.ends_with('=')) return false;
  drop("= ");
  const std::size_t line = before.rfind('\n');
  if (line == before.npos || line == 0 || before.size() - line < 2 ||
      kAsciiWord.has(before[before.size() - 2]))
    return false;
  std::string_view above = before.substr(0, line);
  above.remove_prefix(above.rfind('\n') + 1);
  const std::size_t sign = above.find_first_not_of(" \t");
  if (sign == above.npos) return false;
  above.remove_prefix(sign);
  static constexpr std::string_view kMarks[] = {"#", "//", "--", ";", "/*"};
  static constexpr std::string_view kAddresses[] = {" ip",    " IP",     "アドレス", "サーバ",
                                                    "server", "address", "host"};
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [above](std::string_view mark) { return above.starts_with(mark); }) &&
         std::any_of(std::begin(kAddresses), std::end(kAddresses),
                     [above](std::string_view word) { return above.find(word) != above.npos; });
}

// "v10.0.2.1", "version 10.0.2.1", "pkg==10.0.2.1": four-part version numbers.
bool is_version(std::string_view text, std::size_t begin) {
  static constexpr std::string_view kWords[] = {"version", "ver",   "v",  "バージョン",
                                                "release", "build", "rev"};
  if (begin >= 2 && text.substr(begin - 2, 2) == "==") return true;
  if (is_package_before(text, begin)) return true;
  if (!may_follow_version(text, begin)) return false;
  const Surroundings around(text, {begin, begin}, 40, 0);
  if (around.distance_before(kWords) <= 3 && !follows_option(around.before()))
    return !is_variable_below_address(text, begin);
  // "update V8 to 10.2.154.26".
  static constexpr std::string_view kMoves[] = {"update", "upgrade", "bump", "patch", "downgrade"};
  const std::string_view before = around.before();
  return before.ends_with(" to ") &&
         std::any_of(std::begin(kMoves), std::end(kMoves), [before](std::string_view word) {
           return before.find(word) != std::string_view::npos;
         });
}

// "10.3.2.1. Structure" at the beginning of a line or of an element: a section.
bool is_section(std::string_view text, Range range) {
  const bool begins = range.begin == 0 || text[range.begin - 1] == '\n' ||
                      text[range.begin - 1] == '>' || text[range.begin - 1] == '#';
  return begins && range.end < text.size() && text[range.end] == '.' &&
         is_space(char_at(text, range.end + 1).value);
}

// "10.1.2.3-10.1.2.50": the other end of a range stands beside the hyphen.
bool begins_range(std::string_view text, Range range) {
  Octets other;
  return range.end + 1 < text.size() && text[range.end] == '-' &&
         read_quad(text, range.end + 1, other) != 0;
}

bool ends_range(std::string_view text, Range range) {
  constexpr std::size_t kLongest = 15;
  if (range.begin < 2 || text[range.begin - 1] != '-') return false;
  std::size_t begin = range.begin - 1;
  while (begin > 0 && range.begin - begin <= kLongest &&
         (is_digit(static_cast<unsigned char>(text[begin - 1])) || text[begin - 1] == '.'))
    --begin;
  Octets other;
  return read_quad(text, begin, other) == range.begin - 1;
}

bool in_longer_token(std::string_view text, Range range) {
  if (begins_range(text, range) || ends_range(text, range)) return false;
  const char32_t before = char_before(text, range.begin).value,
                 after = char_at(text, range.end).value;
  if (is_word(before) || before == U'.' || before == U'-' || is_word(after)) return true;
  return (after == U'.' || after == U'-') && is_word(char_at(text, range.end + 1).value);
}

// "deploy@10.2.3.4:", "10.2.3.4:8080", "//10.2.3.4/": no version is written so.
bool is_login_target(std::string_view text, Range range) {
  const char32_t before = char_before(text, range.begin).value;
  if (before == U'@' || (before == U'/' && range.begin > 1 && text[range.begin - 2] == '/'))
    return true;
  return range.end + 1 < text.size() && text[range.end] == ':' &&
         (is_digit(static_cast<unsigned char>(text[range.end + 1])) || text[range.end + 1] == '/');
}

void find_quad(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  Octets octets;
  const std::size_t end = read_quad(text, gate.begin, octets);
  const Range range{gate.begin, end};
  if (end == 0 || !is_private(octets) || in_longer_token(text, range) ||
      is_version(text, gate.begin) || is_section(text, range))
    return;
  const std::string_view address = text.substr(gate.begin, end - gate.begin);
  const bool network = char_at(text, end).value == U'/' && octets[3] == 0;
  double confidence = is_everybodys(address) || network ? 0.30 : row.confidence.shape;
  if (!is_login_target(text, range) && evidence_about(row, text, range).otherwise)
    confidence -= row.confidence.against;
  out.push_back(make_finding(row, confidence, range, std::string(address)));
}

void find_ipv6(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  const char32_t before = char_before(text, gate.begin).value;
  // A full-width colon ends a label.
  const bool colon = gate.begin > 0 && text[gate.begin - 1] == ':';
  if (is_word(before) || colon || before == U'.') return;
  constexpr std::size_t kLongest = 39;
  std::size_t end = gate.begin;
  while (end < text.size() && end - gate.begin <= kLongest &&
         (is_hex(text[end]) || text[end] == ':'))
    ++end;
  while (end > gate.begin && text[end - 1] == ':' && !(end >= 2 && text[end - 2] == ':')) --end;
  const std::string address =
      folded_lower(text.substr(gate.begin, std::min<std::size_t>(end - gate.begin, 64)));
  const auto colons = std::count(address.begin(), address.end(), ':');
  const bool shortened = address.find("::") != std::string::npos;
  const Range range{gate.begin, end};
  if (address.size() > kLongest || (shortened ? colons > 7 : colons != 7) || address == "fe80::" ||
      address == "fc00::")
    return;
  if (is_word(char_at(text, end).value)) return;
  std::size_t group = 0;
  for (const char c : address) {
    group = c == ':' ? 0 : group + 1;
    if (group > 4) return;
  }
  out.push_back(make_finding(row, row.confidence.shape, range, address));
}

}  // namespace

void find_private_address(const DetectorRow& row, std::string_view text, Range gate,
                          Findings& out) {
  if (is_digit(static_cast<unsigned char>(text[gate.begin]))) {
    find_quad(row, text, gate, out);
  } else {
    find_ipv6(row, text, gate, out);
  }
}

}  // namespace sekisho::filters
