#include "filters/values/email_address.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

// RFC 5321 4.5.3.1.
constexpr std::size_t kLongestLocal = 64, kLongestLabel = 63, kLongestDomain = 253;

bool is_local_char(char32_t c) {
  return is_alnum(c) || c == U'.' || c == U'_' || c == U'%' || c == U'+' || c == U'-';
}
bool is_domain_char(char32_t c) {
  return is_alnum(c) || c == U'.' || c == U'-';
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// `domain` itself or a name below it.
bool within(std::string_view domain, std::string_view zone) {
  return domain == zone || (ends_with(domain, zone) && domain.size() > zone.size() &&
                            domain[domain.size() - zone.size() - 1] == '.');
}

// ccTLDs, two letters each.
constexpr std::string_view kCountries =
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs "
    "bt bv bw by bz ca cc cd cf cg "
    "ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm "
    "fo fr ga gb gd ge gf gg gh gi "
    "gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp "
    "ke kg kh ki km kn kp kr kw ky "
    "kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw "
    "mx my mz na nc ne nf ng ni nl "
    "no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se "
    "sg sh si sj sk sl sm sn so sr "
    "ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc "
    "ve vg vi vn vu wf ws ye yt za "
    "zm zw";
// Generic ones in use for mail; names that are also file endings or attribute names (zip, mov,
// app.name …) only where mail lives there.
constexpr std::string_view kGeneric =
    " com net org edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat asia "
    "post xxx arpa app dev page "
    "cloud online site website shop store tech email mail xyz top club vip work works world today "
    "news media agency digital "
    "company corp group global network systems solutions services software studio "
    "design consulting company "
    "finance financial bank insurance capital fund holdings partners ventures legal law lawyer "
    "clinic dental hospital health "
    "healthcare care medical academy education school university institute foundation support team "
    "life live love fun blog wiki "
    "center zone space place city tokyo osaka kyoto nagoya yokohama okinawa ryukyu earth green "
    "energy eco inc llc ltd gmbh "
    "limited international management marketing market exchange trade express delivery rent house "
    "homes land estate properties "
    "garden farm kitchen cafe restaurant bar pub pizza coffee wine beer fish fit yoga dance art "
    "gallery photo photos pictures "
    "camera video film movie theater show tv music band audio radio game games play chat social "
    "community directory guide "
    "tips review reviews report link click host hosting domains web computer codes engineer "
    "engineering build builders "
    "construction industries supply supplies tools parts equipment auto car cars bike taxi flights "
    "holiday hotel tours voyage "
    "london paris berlin amsterdam nyc vegas miami boston tokyo moscow istanbul sydney melbourne "
    "swiss wales scot irish africa "
    "quebec sony toyota nissan honda canon hitachi toshiba fujitsu nec nhk ntt sharp panasonic "
    "softbank kddi docomo google "
    "amazon aws microsoft apple ";

// Names that stand for nobody (RFC 2606, 6761) or are by design public.
bool is_reserved(std::string_view domain) {
  static constexpr std::string_view kZones[] = {
      "example.com", "example.net", "example.org", "example.edu", "example",
      "test",        "invalid",     "localhost",   "local",       "users.noreply.github.com",
      "localdomain"};
  return std::any_of(std::begin(kZones), std::end(kZones),
                     [domain](std::string_view zone) { return within(domain, zone); });
}

// The registry of .jp keeps these for documentation; they are still written for real addresses
// often enough to be told.
bool is_sample(std::string_view domain) {
  static constexpr std::string_view kZones[] = {"example.jp", "example.co.jp", "example.ne.jp",
                                                "example.or.jp", "example.ac.jp"};
  return std::any_of(std::begin(kZones), std::end(kZones),
                     [domain](std::string_view zone) { return within(domain, zone); });
}

bool is_noreply(std::string_view local) {
  static constexpr std::string_view kNames[] = {"noreply",    "no-reply",     "no_reply",
                                                "donotreply", "do-not-reply", "mailer-daemon"};
  return std::find(std::begin(kNames), std::end(kNames), local) != std::end(kNames);
}

// "xxx@xxx.co.jp" in the form of an answer.
bool is_crossed_out(std::string_view local) {
  return local.size() >= 3 && local.find_first_not_of('x') == std::string_view::npos;
}

bool labels_hold(std::string_view domain) {
  std::size_t labels = 0;
  while (true) {
    const std::size_t dot = domain.find('.');
    const std::string_view label = domain.substr(0, dot);
    if (label.empty() || label.size() > kLongestLabel || label.front() == '-' ||
        label.back() == '-')
      return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2;
    domain.remove_prefix(dot + 1);
  }
}

struct Parts {
  std::string local, domain;  // folded, lower case
  Range range;
};

char lower(char32_t c) {
  return static_cast<char>(is_upper(c) ? c + 0x20 : c);
}

// Bytes of " [at] ", "(dot)" at `pos`: a mark spelt out in brackets; 0 = none.
std::size_t spelt_out(std::string_view text, std::size_t pos, std::string_view word) {
  const std::size_t from = pos;
  if (pos < text.size() && text[pos] == ' ') ++pos;
  static constexpr CharSet kOpens{"[({<"};
  if (pos >= text.size() || !kOpens.has(text[pos])) return 0;
  constexpr std::string_view kOpen = "[({<", kClose = "])}>";
  const std::size_t bracket = kOpen.find(text[pos]);
  ++pos;
  if (pos < text.size() && text[pos] == ' ') ++pos;
  if (folded_lower(text.substr(pos, word.size())) != word) return 0;
  pos += word.size();
  if (pos < text.size() && text[pos] == ' ') ++pos;
  if (pos >= text.size() || text[pos] != kClose[bracket]) return 0;
  ++pos;
  if (pos < text.size() && text[pos] == ' ' && pos + 1 < text.size() &&
      is_alnum(static_cast<unsigned char>(text[pos + 1])))
    ++pos;
  return pos - from;
}

std::string read_local(std::string_view text, std::size_t& begin) {
  std::string reversed;
  while (reversed.size() <= kLongestLocal) {
    const FoldedChar c = char_before(text, begin);
    if (!is_local_char(c.value)) break;
    reversed += lower(c.value);
    begin -= c.size;
  }
  return {reversed.rbegin(), reversed.rend()};
}

std::string read_domain(std::string_view text, std::size_t& end) {
  std::string domain;
  std::array<std::size_t, kLongestDomain + 1> ends;  // of each character
  while (domain.size() <= kLongestDomain) {
    const FoldedChar c = char_at(text, end);
    if (!is_domain_char(c.value)) {
      const std::size_t dot = domain.empty() ? 0 : spelt_out(text, end, "dot");
      if (dot == 0) break;
      end += dot;
      ends[domain.size()] = end;
      domain += '.';
      continue;
    }
    end += c.size;
    ends[domain.size()] = end;
    domain += lower(c.value);
  }
  // A sentence may end with the address.
  while (!domain.empty() && (domain.back() == '.' || domain.back() == '-')) domain.pop_back();
  if (!domain.empty()) end = ends[domain.size() - 1];
  return domain;
}

// A domain whose labels are Japanese (RFC 5890), as far as its last one, which is in ASCII: as it
// stands.
std::string read_japanese_domain(std::string_view text, std::size_t& end) {
  const auto japanese = [](char32_t c) {
    return (c >= 0x3041 && c <= 0x3096) || (c >= 0x30A1 && c <= 0x30FC) ||
           (c >= 0x4E00 && c <= 0x9FFF) || c == 0x3005;
  };
  const std::size_t begin = end;
  bool seen = false;
  std::size_t pos = end, dot = std::string_view::npos;
  for (FoldedChar c = char_at(text, pos); pos - begin < kLongestDomain; c = char_at(text, pos)) {
    if (!is_domain_char(c.value) && !japanese(c.value)) break;
    // The last label ends where text in Japanese goes on.
    if (japanese(c.value) && dot != std::string_view::npos && pos > dot + 1) break;
    seen |= japanese(c.value);
    if (c.value == U'.' && char_at(text, pos + c.size).value < 0x80 && seen) dot = pos;
    pos += c.size;
  }
  std::string domain(text.substr(begin, pos - begin));
  while (!domain.empty() && (domain.back() == '.' || domain.back() == '-')) domain.pop_back();
  if (!seen) return {};
  end = begin + domain.size();
  return domain;
}

bool read_parts(std::string_view text, std::size_t at, std::size_t at_size, Parts& parts) {
  parts.range = {at, at + at_size};
  parts.local = read_local(text, parts.range.begin);
  parts.domain = read_domain(text, parts.range.end);
  if (!labels_hold(parts.domain)) {
    parts.range.end = at + at_size;
    parts.domain = read_japanese_domain(text, parts.range.end);
  }
  while (!parts.local.empty() &&
         (parts.local.front() == '.' || parts.local.front() == '-' || parts.local.front() == '%')) {
    parts.local.erase(0, 1);
    parts.range.begin += char_at(text, parts.range.begin).size;
  }
  if (parts.local.empty() || parts.local.size() > kLongestLocal || parts.local.back() == '.')
    return false;
  if (parts.local.find("..") != std::string::npos || parts.domain.size() > kLongestDomain)
    return false;
  return labels_hold(parts.domain) && has_public_suffix(parts.domain);
}

// "https://login:password@host": what stands before the "@" belongs to a URL.
bool is_url_userinfo(std::string_view text, std::size_t begin) {
  const std::size_t from = begin > 256 ? begin - 256 : 0;
  const std::string_view before = text.substr(from, begin - from);
  const std::size_t scheme = before.rfind("://");
  return scheme != std::string_view::npos &&
         first_of<" \t\r\n/?#@\"'<>">(before, scheme + 3) == std::string_view::npos;
}

// "git@host:team/app.git": where a program connects to, not a mailbox. "address:password" of a
// leaked list is none.
bool is_transport_path(std::string_view text, const Parts& parts) {
  const std::size_t end = parts.range.end;
  if (end + 1 >= text.size() || text[end] != ':' ||
      !(is_word(static_cast<unsigned char>(text[end + 1])) || text[end + 1] == '~' ||
        text[end + 1] == '/')) {
    return false;
  }
  const std::size_t stop = first_of<" \t\r\n\"'<>`)">(text.substr(0, end + 257), end);
  const std::string_view path = text.substr(
      end + 1, stop == std::string_view::npos ? 255 : std::min<std::size_t>(stop - end - 1, 255));
  return parts.local == "git" || parts.local == "hg" || path.find('/') != std::string_view::npos ||
         ends_with(path, ".git");
}

// "ssh deploy@build01…": a login on a machine; told, but not surely a person's address.
bool follows_remote_command(std::string_view text, std::size_t begin) {
  static constexpr std::string_view kCommands[] = {"ssh ",   "scp ",  "sftp ",
                                                   "rsync ", "mosh ", "ssh-copy-id "};
  const std::size_t from = begin > 12 ? begin - 12 : 0;
  const std::string_view before = text.substr(from, begin - from);
  return std::any_of(std::begin(kCommands), std::end(kCommands),
                     [before](std::string_view c) { return ends_with(before, c); });
}

// The qualities of a read of FASTQ, in letters and signs of every kind, below a line of "+".
bool are_qualities(std::string_view text, std::size_t begin) {
  constexpr std::size_t kLongestRead = 512;
  const std::size_t from = begin - std::min(begin, kLongestRead);
  const std::string_view before = text.substr(from, begin - from);
  const std::size_t line = last_of(before, '\n');
  return line != std::string_view::npos && before.substr(0, line).ends_with("\n+");
}

double confidence_of(const DetectorRow& row, std::string_view text, const Parts& parts) {
  // Few addresses begin with a capital letter.
  if (!is_lower(char_at(text, parts.range.begin).value) && are_qualities(text, parts.range.begin))
    return 0;
  if (is_reserved(parts.domain) || is_noreply(parts.local) || is_crossed_out(parts.local)) return 0;
  if (is_url_userinfo(text, parts.range.begin) || is_transport_path(text, parts)) return 0;
  if (is_sample(parts.domain) || follows_remote_command(text, parts.range.begin)) return 0.40;
  return row.confidence.shape;
}

}  // namespace

namespace {

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t space = std::min(list.find(' '), list.size());
    if (space > 0) words.push_back(list.substr(0, space));
    list.remove_prefix(std::min(space + 1, list.size()));
  }
  std::sort(words.begin(), words.end());
  return words;
}

// "@request.media_type".
bool goes_on_as_name(std::string_view text, std::size_t end) {
  return end + 1 < text.size() && text[end] == '_' &&
         is_alnum(static_cast<unsigned char>(text[end + 1]));
}

}  // namespace

bool has_public_suffix(std::string_view domain) {
  static const std::vector<std::string_view> kCountryNames = words_of(kCountries),
                                             kGenericNames = words_of(kGeneric);
  const std::size_t dot = last_of(domain, '.');
  const std::string_view tld = dot == std::string_view::npos ? domain : domain.substr(dot + 1);
  if (tld.substr(0, 4) == "xn--") return true;
  const auto& names = tld.size() == 2 ? kCountryNames : kGenericNames;
  return std::binary_search(names.begin(), names.end(), tld);
}

void find_email(const DetectorRow& row, std::string_view text, Range gate, Findings& out) {
  std::size_t at = gate.begin, size = 0;
  // "t.yamada [at] …": the blank belongs to the mark.
  if (at > 0 && text[at] != '@' && text[at - 1] == ' ') --at;
  while (at < gate.end) {
    const FoldedChar c = char_at(text, at);
    size = c.value == U'@' ? c.size : spelt_out(text, at, "at");
    if (size > 0) break;
    at += std::max<std::size_t>(1, c.size);
  }
  Parts parts;
  if (at >= gate.end || !read_parts(text, at, size, parts)) return;
  // A letter of another script straight before is text around the address; a further "@" makes it
  // something else.
  if (char_before(text, parts.range.begin).value == U'@' ||
      char_at(text, parts.range.end).value == U'@' || goes_on_as_name(text, parts.range.end))
    return;
  const double confidence = confidence_of(row, text, parts);
  if (confidence > 0)
    out.push_back(make_finding(row, confidence, parts.range, parts.local + "@" + parts.domain));
}

namespace {

struct SpeltMark {
  std::string_view word;
  char mark;
  bool alone;  // needs no brackets and no blanks
};
// The longer ones first.
constexpr SpeltMark kSpelt[] = {{"アットマーク", '@', true},
                                {"アット", '@', true},
                                {"あっとまーく", '@', true},
                                {"あっと", '@', false},
                                {"ドット", '.', true},
                                {"at", '@', false},
                                {"dot", '.', false},
                                {"★", '@', true},
                                {"☆", '@', true},
                                {"◎", '@', true},
                                {"＠", '@', true},
                                {"@", '@', true},
                                {".", '.', false}};

// Whether `word` stands at `at`, ASCII in either case.
bool is_spelt_at(std::string_view text, std::size_t at, std::string_view word) {
  if (static_cast<unsigned char>(word[0]) >= 0x80) return begins_at(text, at, word);
  return at <= text.size() && text.size() - at >= word.size() &&
         std::equal(word.begin(), word.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, char b) { return a == lower(static_cast<unsigned char>(b)); });
}

// The mark that is spelt out at `pos`, with what belongs to it: brackets and a blank on each side.
std::size_t mark_at(std::string_view text, std::size_t pos, char& mark) {
  static constexpr std::string_view kOpen[] = {"[", "(", "{", "<", "（", "【"},
                                    kClose[] = {"]", ")", "}", ">", "）", "】"};
  const auto starts = [text](std::size_t at, std::string_view what) {
    return begins_at(text, at, what);
  };
  const auto blank = [&starts](std::size_t at) { return at + (starts(at, " ") ? 1 : 0); };
  std::size_t at = blank(pos);
  const auto open = std::find_if(std::begin(kOpen), std::end(kOpen),
                                 [&](std::string_view sign) { return starts(at, sign); });
  const bool bracket = open != std::end(kOpen);
  if (bracket) at = blank(at + open->size());
  for (const SpeltMark& spelt : kSpelt) {
    if (!is_spelt_at(text, at, spelt.word)) continue;
    std::size_t end = blank(at + spelt.word.size());
    const auto close = kClose[bracket ? open - std::begin(kOpen) : 0];
    if (bracket && !starts(end, close)) continue;
    if (bracket) end = blank(end + close.size());
    const bool apart = starts(pos, " ") && starts(at + spelt.word.size(), " ");
    if (!bracket && !spelt.alone && !apart) continue;
    mark = spelt.mark;
    return end - pos;
  }
  return 0;
}

// Of `text` with what spells a mark out replaced by it.
std::string with_marks(std::string_view text) {
  std::string out;
  for (std::size_t pos = 0; pos < text.size();) {
    char mark = 0;
    if (const std::size_t size = mark_at(text, pos, mark); size > 0) {
      out += mark;
      pos += size;
      continue;
    }
    const FoldedChar c = char_at(text, pos);
    out += c.value < 0x80 ? lower(c.value) : '?';
    pos += std::max<std::size_t>(1, c.size);
  }
  return out;
}

}  // namespace

double check_spelt_email(TokenMatch& match, double confidence) {
  const std::string address = with_marks(match.value());
  const std::size_t at = address.find('@');
  if (at == std::string::npos || at == 0 || address.find('@', at + 1) != std::string::npos)
    return 0;
  const std::string_view local = std::string_view(address).substr(0, at),
                         domain = std::string_view(address).substr(at + 1);
  if (local.find("..") != local.npos || !labels_hold(domain) || !has_public_suffix(domain))
    return 0;
  if (is_reserved(domain) || is_noreply(local) || is_crossed_out(local)) return 0;
  return is_sample(domain) ? 0.40 : confidence;
}

}  // namespace sekisho::filters
