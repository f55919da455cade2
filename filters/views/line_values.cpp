#include "filters/views/line_values.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/values/iban.h"
#include "filters/views/line_pieces.h"
#include "filters/views/pieces.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostLines = 4;  // behind the first one

constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"};

bool iban_char_at(std::string_view text, std::size_t at) {
  return at < text.size() && kIbanChars.has(text[at]);
}

// As next_line, over the mark of an item of a list, too.
std::size_t next_piece(std::string_view text, std::size_t at) {
  const std::size_t next = next_line(text, at);
  if (next == at) return at;
  if (text.substr(next, 2) == "- ") return next + 2;
  return text.substr(next, kItemMark.size()) == kItemMark ? next + kItemMark.size() : next;
}

// Where an IBAN may begin on the line that ends at `end`, or `end`: "DE89 3704", "IBAN: D".
std::size_t iban_begin(std::string_view text, std::size_t end) {
  constexpr std::size_t kMost = 40;
  std::size_t begin = end;
  for (std::size_t at = end; at > 0 && end - at < kMost; --at) {
    const char c = text[at - 1];
    if (!kIbanChars.has(c) && c != ' ') break;
    const bool word = at == 1 || !kAsciiAlnum.has(text[at - 2]);
    if (word && kCapitals.has(c)) begin = at - 1;
  }
  return begin;
}

// A line of its own is one number among others, unless a word says what it is.
bool is_told(std::string_view text, std::size_t begin) {
  constexpr std::size_t kReach = 64;
  static constexpr CharSet kMargin{" \t>#*|/-"};
  std::size_t at = begin;
  while (at > 0 && kMargin.has(text[at - 1])) --at;
  if (at > 0 && text[at - 1] != '\n') return true;
  const std::size_t reach = std::min(begin, kReach);
  return folded_lower(text.substr(begin - reach, reach)).find("iban") != std::string::npos;
}

// "0190-598695": the number goes on.
bool goes_on(std::string_view text, std::size_t at) {
  static constexpr CharSet kSigns{"-./"};
  return alnum_at(text, at) || (at < text.size() && kSigns.has(text[at]) && alnum_at(text, at + 1));
}

}  // namespace

std::size_t join_iban_lines(std::string_view text, std::size_t end, PulledApart out) {
  constexpr std::size_t kLongest = 34;
  const std::size_t begin = iban_begin(text, end);
  if (begin == end) return 0;
  std::string iban;
  std::size_t size = kLongest, lines = 0, at = begin;
  while (at < text.size() && iban.size() < size) {
    if (iban_char_at(text, at)) {
      iban += text[at++];
      if (iban.size() == 2) size = iban_length(iban);
      if (size == 0) return 0;
      continue;
    }
    const std::size_t line = next_piece(text, at);
    if (line != at && ++lines > kMostLines) return 0;
    if (line == at && text[at] != ' ') return 0;
    at = line == at ? at + 1 : line;
  }
  if (lines == 0 || iban.size() != size || goes_on(text, at) || !iban_valid(iban) ||
      !is_told(text, begin))
    return 0;
  out.sure.add({begin, at}, iban);
  return at;
}

namespace {

constexpr CharSet kMailChars = kAsciiAlnum | CharSet("._%+-@");

std::size_t mail_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 48;
  std::size_t end = at;
  while (end < text.size() && end - at < kLongest && kMailChars.has(text[end])) ++end;
  return end;
}

// "name@host.example.com", all of it.
bool is_whole_mail(std::string_view mail) {
  static constexpr std::string_view kTops[] = {"com", "jp",  "net", "org",  "io",  "dev", "co",
                                               "ne",  "ac",  "go",  "info", "biz", "edu", "uk",
                                               "de",  "app", "ai",  "cn",   "fr",  "us"};
  const std::size_t at = mail.find('@'), dot = mail.rfind('.');
  if (at == mail.npos || at == 0 || dot == mail.npos || dot < at + 2 ||
      mail.find('@', at + 1) != mail.npos)
    return false;
  return std::find(std::begin(kTops), std::end(kTops), mail.substr(dot + 1)) != std::end(kTops);
}

// "mail: tar", "連絡先：tar", "<tar": an address may begin behind its name.
bool is_named(std::string_view text, std::size_t begin) {
  std::size_t at = begin;
  while (at > 0 && begin - at < 3 && text[at - 1] == ' ') --at;
  static constexpr CharSet kSigns{":=<"};
  return at > 0 && (kSigns.has(text[at - 1]) || text.substr(0, at).ends_with("：") ||
                    text.substr(0, at).ends_with("は"));
}

}  // namespace

std::size_t join_mail_lines(std::string_view text, std::size_t end, PulledApart out) {
  constexpr std::size_t kLongest = 64;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongest && kMailChars.has(text[begin - 1])) --begin;
  if (begin == end) return 0;
  std::string mail(text.substr(begin, end - begin));
  const bool open = mail.find('@') != mail.npos && mail[0] != '@';
  if (is_whole_mail(mail) || !(open || is_named(text, begin))) return 0;
  std::vector<Range> breaks;
  for (std::size_t last = end; breaks.size() < kMostLines;) {
    const std::size_t next = next_piece(text, last);
    const std::size_t stop = mail_end(text, next);
    if (next == last || stop == next) return 0;
    mail += text.substr(next, stop - next);
    breaks.push_back({last, next});
    last = stop;
    if (!is_whole_mail(mail)) continue;
    // "…@kaisha-sample.co" … ".jp".
    const std::size_t more = next_line(text, last);
    if (more != last && more < text.size() && text[more] == '.' && alnum_at(text, more + 1))
      breaks.push_back({last, more});
    for (const Range& one : breaks) out.doubtful.add(one, "");
    return last;
  }
  return 0;
}

}  // namespace sekisho::filters
