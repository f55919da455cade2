#include "filters/views/login_lines.h"

#include <string>

#include "filters/char_set.h"
#include "filters/views/line_pieces.h"
#include "filters/views/siblings.h"

namespace sekisho::filters {
namespace {

// Characters of an address that may be broken at a line end.
bool login_part(char c) {
  return c > ' ' && c < 0x7F && c != '"' && c != '\'' && c != '\\';
}

constexpr std::size_t kLongestLogin = 200;
constexpr int kMostLoginLines = 3;

// What of an address ends at `end`, over the lines above.
std::string login_before(std::string_view text, std::size_t end) {
  static constexpr CharSet kMargin{" \t>#*|"};
  std::string out;
  for (int lines = 0; lines < kMostLoginLines; ++lines) {
    std::size_t begin = end;
    while (begin > 0 && end - begin < kLongestLogin && login_part(text[begin - 1])) --begin;
    std::size_t first = begin;
    while (first < end && kMargin.has(text[first])) ++first;
    if (first == end) break;
    out.insert(0, text.substr(first, end - first));
    while (begin > 0 && kMargin.has(text[begin - 1])) --begin;
    if (out.size() >= kLongestLogin || begin == 0 || text[begin - 1] != '\n') break;
    end = line_end(text, begin - 1);
  }
  return out;
}

// What goes on at `next`, over the lines below.
std::string login_after(std::string_view text, std::size_t next) {
  std::string out;
  for (int lines = 0; lines < kMostLoginLines; ++lines) {
    std::size_t end = next;
    while (end < text.size() && end - next < kLongestLogin && login_part(text[end])) ++end;
    out += text.substr(next, end - next);
    next = next_line(text, end);
    if (out.size() >= kLongestLogin || next == end) break;
  }
  return out;
}

}  // namespace

std::size_t sibling_of_login(std::string_view text, std::size_t end) {
  // Cheap: most lines hold no sign of an address.
  const std::string_view below = text.substr(end, kLongestLogin);
  const std::size_t line = below.find('\n');
  if (line == below.npos || below.substr(0, below.find('\n', line + 1)).find('@') == below.npos)
    return end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestLogin && login_part(text[begin - 1])) --begin;
  return sibling_piece(text, {begin, end});
}

bool breaks_login(std::string_view text, std::size_t end, std::size_t next) {
  if (end == 0 || !login_part(text[end - 1])) return false;
  std::string whole = login_after(text, next);
  if (whole.find('@') == std::string::npos) return false;
  const std::string before = login_before(text, end);
  whole.insert(0, before);
  std::size_t scheme = whole.find("://");
  // The last one that begins before the break.
  for (std::size_t more = scheme; more != std::string::npos && more < before.size() + 1;
       more = whole.find("://", more + 1))
    scheme = more;
  if (scheme == std::string::npos || scheme < 3 || !kAsciiLetters.has(whole[scheme - 1]))
    return false;
  const std::size_t host = whole.find('@', scheme);
  return host != std::string::npos && host >= before.size() && host + 1 < whole.size() &&
         before.size() > 2 && scheme <= before.size() && whole.find(':', scheme + 3) < host;
}

}  // namespace sekisho::filters
