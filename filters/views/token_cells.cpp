#include <algorithm>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/views/blob_chars.h"
#include "filters/views/blobs.h"
#include "filters/views/cut_reader.h"
#include "filters/views/cut_tables.h"
#include "filters/views/labelled_numbers.h"
#include "filters/views/labelled_values.h"
#include "filters/views/line_pieces.h"
#include "filters/views/pieces.h"
#include "filters/views/pulled_apart.h"
#include "filters/views/siblings.h"
#include "filters/views/survey.h"
#include "filters/views/token_pieces.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kMostCells = 8;
constexpr CharSet kIbanChars{"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"};

// Cheap: most tokens are followed by a blank. A blank of a piece's own may stand before the border.
bool may_be_border(std::string_view text, std::size_t at) {
  if (at >= text.size()) return false;
  static constexpr CharSet kBorders{"|,;\t\"'<@"};
  if (text[at] != ' ') return kBorders.has(text[at]);
  const char behind = at + 2 < text.size() ? text[at + 2] : '\0';
  switch (at + 1 < text.size() ? text[at + 1] : '\0') {
    case '|':
    case ',':
    case ';':
    case '\t':
      return true;
    case ' ':
      return behind == '|' || behind == '&' || (behind == ' ' && padded_border(text, at) != at);
    case '&':
      return behind == ' ';
    case '<':
      return behind == '/';
    case '"':
      return behind == ',';
    default:
      return false;
  }
}

// Cheap: "AT63 1": a group of an IBAN behind another one.
[[gnu::always_inline]] inline bool ends_groups(std::string_view text, std::size_t at,
                                               std::size_t end) {
  constexpr std::size_t kLongestGroup = 5;
  if (at < 2 || text[at - 1] != ' ' || end - at > kLongestGroup || !kIbanChars.has(text[at - 2]))
    return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(end),
                     [](char c) { return kIbanChars.has(c); });
}

// "token & ghp_ & A1b2 \\\\".
bool in_latex_row(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestRow = 320;
  std::string_view row = text.substr(at, kLongestRow);
  row = row.substr(0, row.find('\n'));
  while (!row.empty() && (row.back() == ' ' || row.back() == '\r')) row.remove_suffix(1);
  return row.ends_with("\\\\") || row.find(" \\\\ ") != row.npos;
}

// Ids of keys of AWS, which nothing goes on with.
bool is_whole(std::string_view token) {
  constexpr std::size_t kSize = 20;
  static constexpr CharSet kId{"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"};
  return token.size() == kSize && token[0] == 'A' &&
         std::all_of(token.begin(), token.end(), [](char c) { return kId.has(c); });
}

// "title": "Password", "@title": {}: the next key of an object.
bool is_key(std::string_view text, std::size_t begin, std::size_t end) {
  return at_sign(text, begin) && text.substr(end, 2) == "\":";
}

// "secret_key", "API_TOKEN": the name of a value.
bool is_name(std::string_view token) {
  constexpr std::string_view kOfNotion = "secret_";
  static constexpr CharSet kSmall{"abcdefghijklmnopqrstuvwxyz_"},
      kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ_"};
  const auto all = [token](const CharSet& set) {
    return std::all_of(token.begin(), token.end(), [&set](char c) { return set.has(c); });
  };
  if (token.starts_with(kOfNotion)) return token.size() > kOfNotion.size() && all(kSmall);
  // "npm_token".
  if (token.ends_with("_token") || token.ends_with("_key")) return all(kSmall) || all(kCapitals);
  constexpr std::size_t kShortest = 6;
  return token.size() >= kShortest && token.find('_') != token.npos && all(kCapitals);
}

// "gh", "AK": so little of what a token begins with that only the next cells tell.
bool may_go_on(std::string_view piece) {
  constexpr std::size_t kFewest = 1;
  return piece.size() >= kFewest && piece.size() < kLongestTokenPrefix &&
         begins_token_prefix(piece);
}

// Where the next cell, or the sibling that the value goes on in, begins behind a piece; its end:
// there is none.
std::size_t next_cell(std::string_view text, Range piece) {
  if (const std::size_t next = sibling_piece(text, piece); next != piece.end) return next;
  // " & " of LaTeX.
  std::size_t sign = piece.end;
  while (sign < text.size() && sign - piece.end < 3 && text[sign] == ' ') ++sign;
  if (text.substr(sign, 2) == "& " && in_latex_row(text, sign)) return sign + 2;
  return border_end(text, piece.end);
}

// The end of an address that goes on in the next cell, or 0: nothing before or after its "@", or no
// dot after it.
std::size_t open_address(std::string_view text, std::size_t at) {
  const std::size_t end = token_end(text, at);
  if (!at_sign(text, end)) {
    const std::size_t next = next_cell(text, {at, end});
    return next != end && at_sign(text, next) ? end : 0;
  }
  const std::size_t stop = token_end(text, end + 1);
  const std::string_view domain = text.substr(end + 1, stop - end - 1);
  const std::size_t dot = domain.rfind('.');
  return dot == std::string_view::npos || dot + 2 >= domain.size() ? stop : 0;
}

// Cheap: "A | KIA…": whether a token may begin with the character before `end` and the next cell.
bool begins_over(std::string_view text, std::size_t end) {
  const auto begins = [&](std::size_t at) {
    const char pair[] = {text[end - 1], at < text.size() ? text[at] : '\0'};
    return may_begin_token({pair, 2});
  };
  const char behind = end + 1 < text.size() ? text[end + 1] : '\0';
  switch (text[end]) {
    case ' ':
      if (begins(end + 3)) return true;
      if (behind != '|' && behind != '<') return false;
      break;
    case '"':
    case '\'':
      if (behind != ',') return false;
      if (end + 2 < text.size() && text[end + 2] == text[end]) return begins(end + 3);
      break;
    case '<':
      break;
    default:
      return begins(end + 1);
  }
  return begins_token_prefix(text.substr(end - 1, 1)) && begins(next_cell(text, {end - 1, end}));
}

// "| eyJ | hIjoi | …": base64 over the cells of a row. The end of the last one, 0: it is none.
std::size_t join_blob_cells(std::string_view text, std::size_t at, std::size_t end,
                            PulledApart out) {
  constexpr std::string_view kBorder = " | ";
  static constexpr CharSet kNumber = kAsciiDigits | CharSet(".-/+");
  if (text[end] != ' ' || at < 2 || text[at - 2] != '|' ||
      text.substr(end, kBorder.size()) != kBorder)
    return 0;
  const std::string_view first = text.substr(at, end - at);
  if (is_plain_word(first) ||
      std::all_of(first.begin(), first.end(), [](char c) { return kNumber.has(c); }))
    return 0;
  std::string value(first);
  std::vector<Range> borders;
  std::size_t last = end;
  while (borders.size() < kMostCells && text.substr(last, kBorder.size()) == kBorder) {
    const std::size_t next = last + kBorder.size();
    std::size_t stop = next;
    while (stop < text.size() && stop - next < kLongestToken && is_blob_char(text[stop])) ++stop;
    const std::string_view behind = text.substr(stop, 4);
    const std::size_t padding = std::min(behind.find_first_not_of('='), behind.size());
    if (stop == next || behind.substr(padding, 2) != " |") break;
    value += text.substr(next, stop - next);
    // Cheap: most rows hold something else.
    if (value.size() >= 4 && last == end && !may_begin_base64(value)) return 0;
    borders.push_back({last, next});
    last = stop + padding;
  }
  if (borders.empty() || !says_in_base64(value)) return 0;
  for (const Range& border : borders) out.sure.add(border, "");
  return last;
}

// Cheap: "…", "name": the next member of an object follows the literal that ends at `end`.
bool is_before_member(std::string_view text, std::size_t end) {
  constexpr std::size_t kLongest = 24;
  const std::string_view next = text.substr(end + 1, kLongest);
  const std::size_t name = next.find(text[end]);
  const std::size_t close = name == next.npos ? name : next.find(text[end], name + 1);
  return close != next.npos && close + 1 < next.size() && next[close + 1] == ':';
}

// The same over any cells and items of a row, which may be of other codings.
std::size_t join_blob_items(std::string_view text, std::size_t at, std::size_t end,
                            PulledApart out) {
  const std::string_view first = text.substr(at, end - at);
  // Cheap: a word, a date.
  constexpr std::size_t kTelling = 4;
  static constexpr CharSet kOther{"-."};
  if (first.empty() || is_plain_word(first) || kOther.has(first.back()) ||
      (first.size() > kTelling && kOther.has(first[kTelling])) ||
      !std::all_of(first.begin(), first.end(), is_blob_char))
    return 0;
  std::string value(first);
  std::vector<Range> borders;
  for (std::size_t last = end; borders.size() < kMostCells;) {
    const std::size_t next = cut_end(text, last);
    if (text.substr(last, next - last).find('\n') != std::string_view::npos) break;
    std::size_t stop = next;
    while (stop < text.size() && stop - next < kLongestToken && is_blob_char(text[stop])) ++stop;
    // The next member of an object, or a word of another cell.
    if (next == last || stop == next || text.substr(stop, 2) == "\":" ||
        is_plain_word(text.substr(next, stop - next)))
      break;
    value += text.substr(next, stop - next);
    borders.push_back({last, next});
    last = stop;
    if (stop < text.size() && text[stop] == '=') break;
  }
  constexpr std::size_t kFewest = 16;
  if (borders.empty() || value.size() < kFewest || !may_say_in_coding(value)) return 0;
  for (const Range& border : borders) out.doubtful.add(border, "");
  return borders.back().end;
}

bool login_part(char c) {
  static constexpr CharSet kBorders{"|,;<\"'"};
  return c > ' ' && c < 0x7F && !kBorders.has(c);
}

std::size_t login_part_end(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && end - at < kLongestToken && login_part(text[end])) ++end;
  return end;
}

// Where the name of a database ends that "//" at `at` or "://" around it follows in the next cell:
// "| postgres: | //app", "| mysql | ://app"; `at`: it is none.
std::size_t cut_scheme_end(std::string_view text, std::size_t at) {
  constexpr std::size_t kMost = 16;
  static constexpr CharSet kBorders{" |,;\t\"'"};
  static constexpr std::string_view kNames[] = {"postgres", "postgresql", "mysql",
                                                "mongodb",  "redis",      "mariadb"};
  std::size_t pos = at;
  while (pos > 0 && at - pos < kMost && kBorders.has(text[pos - 1])) --pos;
  for (int tags = 0; tags < 2 && pos > 0 && text[pos - 1] == '>'; ++tags) {
    const std::size_t from = pos > 2 * kMost ? pos - 2 * kMost : 0;
    const std::size_t open = text.substr(from, pos - from).rfind('<');
    if (open == std::string_view::npos) return at;
    pos = from + open;
  }
  if (pos == at || border_end(text, pos) != at) return at;
  const std::string_view before = text.substr(0, pos > 0 && text[pos - 1] == ':' ? pos - 1 : pos);
  const bool named = std::any_of(std::begin(kNames), std::end(kNames), [before](auto name) {
    return before.ends_with(name) && (before.size() == name.size() ||
                                      !kAsciiAlnum.has(before[before.size() - name.size() - 1]));
  });
  const bool colon = (before.size() < pos) != (text[at] == ':');
  return named && colon ? pos : at;
}

// "redis://: | D4lTnuFYt | wvN@10.2. | 3.14:6379 |": addresses whose password is cut over cells, up
// to the cell behind the one with the "@".
void find_login_cells(std::string_view text, Range where, PulledApart out) {
  constexpr std::string_view kScheme = "//";
  const std::string_view within = text.substr(0, where.end);
  for (std::size_t at = within.find(kScheme, where.begin); at != within.npos;
       at = within.find(kScheme, at + 1)) {
    const bool colon = at > 0 && text[at - 1] == ':';
    const std::size_t first = at - (colon ? 1 : 0);
    std::vector<Range> borders;
    if (!colon || !alnum_at(text, first - std::min<std::size_t>(first, 1))) {
      const std::size_t name = cut_scheme_end(text, first);
      if (name == first) continue;
      borders.push_back({name, first});
    }
    std::size_t begin = first;
    std::size_t end = login_part_end(text, at + kScheme.size());
    const bool whole = text.substr(at, end - at).find('@') != std::string_view::npos;
    if (whole && borders.empty()) continue;
    std::size_t behind = whole ? 1 : 0;  // cells behind the "@"
    for (std::size_t cells = 0; cells < kMostCells && behind < 2; ++cells) {
      while (begin > 0 && end - begin < kLongestToken && login_part(text[begin - 1])) --begin;
      const std::size_t next = next_cell(text, {begin, end});
      if (next == end || next >= text.size() || !login_part(text[next])) break;
      begin = next;
      const std::size_t stop = login_part_end(text, next);
      // Words of other cells.
      if (stop < text.size() && text[stop] == ' ' && token_at(text, stop + 1)) break;
      borders.push_back({end, next});
      const bool host = text.substr(next, stop - next).find('@') != std::string_view::npos;
      behind += host || behind > 0 ? 1 : 0;
      end = stop;
    }
    const std::size_t from = at + kScheme.size();
    if (behind == 0 || text.substr(from, end - from).find(':') == std::string_view::npos) continue;
    for (const Range& border : borders) out.doubtful.add(border, "");
  }
}

bool ends_with_top(std::string_view piece) {
  const std::size_t dot = piece.rfind('.');
  const std::string_view top = dot == piece.npos ? std::string_view() : piece.substr(dot + 1);
  return top.size() >= 2 &&
         std::all_of(top.begin(), top.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

// "ple.co.jp , ok": a sentence goes on behind the address.
bool ends_address(std::string_view text, std::size_t begin, std::size_t border, std::size_t next) {
  return text.substr(border, next - border).find_first_of(",;") != std::string_view::npos &&
         text[next] != '.' && ends_with_top(text.substr(begin, border - begin));
}

// Whether what stands between two cells may part the domain of an address: "tsuk,umo-shoji.com" of
// a row of CSV when the domain is not over; cells of HTML may have lines of their own.
bool parts_domain(std::string_view text, std::size_t begin, std::size_t border, std::size_t next) {
  static constexpr CharSet kBorders{"|\t<"};
  const std::string_view between = text.substr(border, next - border);
  for (const std::string_view squeezed : {",", ";", "\",\"", "\";\""})
    if (between == squeezed)
      return !ends_with_top(text.substr(begin, border - begin)) &&
             !text.substr(0, border).ends_with("localhost");
  const bool html = text[border] == '<';
  return between.find_first_of(html ? ",;" : ",;\n") == std::string_view::npos &&
         (kBorders.has(text[border]) || kBorders.has(text[border + 1]));
}

// "s.com", "tella-m | ed.or.jp", "ield.i | o" over cells of a row, behind the piece that begins at
// `begin`: the rest of the domain of an address.
bool ends_domain(std::string_view text, std::size_t begin, std::size_t border, std::size_t next) {
  constexpr std::size_t kLongestTop = 6;
  std::string domain(text.substr(begin, border - begin));
  const bool dot = domain.ends_with('.');
  for (int cells = 0; cells < 2; ++cells) {
    const std::size_t stop = token_end(text, next);
    domain += text.substr(next, stop - next);
    if (ends_with_top(domain) && !(dot && cells == 0 && stop - next > kLongestTop)) return true;
    border = stop;
    next = next_cell(text, {next, stop});
    if (next == border || !token_at(text, next)) return false;
  }
  return false;
}

// Calls use(end) for the cells of the row of LaTeX that ends at `end`, each but the last.
template <class Use>
void each_latex_cell(std::string_view text, std::size_t end, Use use) {
  constexpr std::size_t kLongestRow = 320;
  constexpr std::string_view kBorder = " & ";
  const std::size_t from = end > kLongestRow ? end - kLongestRow : 0;
  const std::size_t line = text.substr(from, end - from).rfind('\n');
  std::size_t at = line == std::string_view::npos ? from : from + line + 1;
  const std::string_view row = text.substr(0, end);
  for (std::size_t cells = 0; cells < 2 * kMostCells; ++cells) {
    at = row.find(kBorder, at);
    if (at == row.npos) return;
    std::size_t cell = at;
    while (cell > 0 && text[cell - 1] == ' ') --cell;
    use(cell);
    at += kBorder.size();
  }
}

// "sk-b7uaii | rbm | 4FDPa8": the cell behind is no word, and no other one follows.
bool goes_on_mixed(std::string_view text, Range piece) {
  const std::size_t next = next_cell(text, piece);
  if (next == piece.end) return false;
  const std::string_view more = text.substr(next, token_end(text, next) - next);
  const auto holds = [more](const CharSet& set) {
    return std::any_of(more.begin(), more.end(), [&set](char c) { return set.has(c); });
  };
  return more.size() >= kLongestTokenPrefix && holds(kAsciiDigits) && holds(kAsciiLetters);
}

// Joins the piece of a token or an address with those in the next cells; `shortly`: these have to
// tell. The end of the last one, 0: it is none.
std::size_t join_cells(std::string_view text, Range piece, bool shortly, PulledApart out) {
  std::vector<Range> borders;
  std::string value(text.substr(piece.begin, piece.size()));
  std::size_t last_begin = piece.begin, piece_end = piece.end;
  constexpr std::size_t kShortWord = 4;
  const bool begins = has_token_prefix(value);
  bool mail = !shortly && at_sign(text, token_end(text, piece.begin));
  for (std::size_t cells = 0; cells < kMostCells; ++cells) {
    std::size_t next = part_label_end(text, piece_end);
    if (next == piece_end) next = sibling_piece(text, {last_begin, piece_end});
    const bool sibling = next != piece_end;
    if (!sibling) next = next_cell(text, {last_begin, piece_end});
    if (next == piece_end || !(token_at(text, next) || at_sign(text, next))) break;
    std::size_t stop = token_end(text, next);
    if (at_sign(text, stop)) stop = token_end(text, stop + 1);
    // Words of other cells stay out: pieces of a value are not followed by text.
    if (stop < text.size() && text[stop] == ' ' && token_at(text, stop + 1)) break;
    const std::string_view more = text.substr(next, stop - next);
    // The rule below a heading.
    if (more.find_first_not_of('-') == more.npos && !more.empty()) break;
    if (is_key(text, next, stop) ||
        (is_plain_word(more) &&
         !(mail && (sibling || parts_domain(text, last_begin, piece_end, next)) &&
           ends_domain(text, last_begin, piece_end, next)) &&
         !(begins && more.size() <= kShortWord && goes_on_mixed(text, {next, stop}))))
      break;
    if (mail && !borders.empty() && ends_address(text, borders.back().end, piece_end, next)) break;
    // "pass => 1,\n  @rest": the next argument.
    if (at_sign(text, next) && !sibling && text[piece_end] != '<' &&
        text.substr(piece_end, next - piece_end).find('\n') != std::string_view::npos)
      break;
    borders.push_back({piece_end, next});
    mail |= !shortly && at_sign(text, next);
    if (shortly && value.size() < kLongestTokenPrefix) value += more;
    last_begin = next;
    piece_end = stop;
  }
  if (shortly && !has_token_prefix(value)) return 0;
  for (const Range& border : borders) (shortly ? out.doubtful : out.sure).add(border, "");
  return piece_end;
}

// Cheap: where tokens of digits alone end before the border of a cell, behind the border of another
// such cell: a carry runs over the digits from where a token begins.
constexpr std::uint64_t ends_of_numbers(const BlockMarks& before, const BlockMarks& m) {
  const BlockRun border{m.border & ~m.special, before.border & ~before.special};
  const BlockRun digit{m.digit, before.digit};
  const std::uint64_t begins = m.digit & border.behind(1) & digit.behind(2);
  return (begins + m.digit) & ~m.digit & m.border;
}

}  // namespace

std::size_t join_sibling_lines(std::string_view text, const Survey& survey, Range piece, bool mails,
                               PulledApart out) {
  const std::string_view token = text.substr(piece.begin, piece.size());
  if (token.empty()) return 0;
  const std::size_t iban =
      may_begin_iban(token) ? piece.begin : iban_begin(text, piece.begin, piece.end);
  if (iban != std::string_view::npos)
    if (const std::size_t last = join_iban(text, iban, out); last != 0) return last;
  const bool may = token.size() == 1 || may_begin_token(token);
  const bool whole = may && has_token_prefix(token), shortly = may && !whole && may_go_on(token);
  if (!(whole || shortly || mails) || (whole && is_whole(token))) return 0;
  const bool host = mails && at_sign(text, piece.begin - 1);
  if (host) piece.begin = token_begin(survey, piece.begin - 1);
  const std::size_t next = sibling_piece(text, piece);
  if (next == piece.end) return 0;
  if (!(whole || shortly || host) && !at_sign(text, token_end(text, next))) return 0;
  return join_cells(text, piece, shortly, out);
}

void find_token_cells(std::string_view text, const Survey& survey, Range where, PulledApart out) {
  const bool mails = survey.next(where.begin, where.end, kAtSigns) < where.end;
  if (mails) find_login_cells(text, where, out);
  std::size_t done = 0;
  // Ends of tokens before what may be the border of a cell, or a sign of a Japanese sentence.
  constexpr auto kEnds = [](const BlockMarks& before, const BlockMarks& m,
                            const BlockMarks& after) {
    const std::uint64_t token = m.alnum() | m.token | m.dot;
    const std::uint64_t last = (before.alnum() | before.token | before.dot) >> 63;
    const TwoBlocks borders{m.border, after.border}, colons{m.colon, after.colon},
        spaces{m.space, after.space};
    const std::uint64_t names = m.special & colons.ahead(1);  // of members
    const std::uint64_t ends = ~token & (token << 1 | last);
    const std::uint64_t near =
        borders.ahead(1) | (spaces.ahead(1) & (borders.ahead(2) | spaces.ahead(2)));
    const std::uint64_t rows = m.special & m.special << 1 & m.control >> 1;  // of LaTeX
    // Empty cells, and what begins a line.
    const std::uint64_t tables =
        borders.ahead(1) & ~(m.special >> 1) & ~m.special & (m.border & ~(m.border << 1));
    // "mongodb://app:" before a sign of a sentence, too.
    return (m.control & borders.ahead(1)) | tables |
           (ends & ((m.border & ~names) | (m.space & near) | m.gap)) | (m.gap & m.colon << 1) |
           rows;
  };
  constexpr auto kEndsOfWords = [kEnds](const BlockMarks& before, const BlockMarks& m,
                                        const BlockMarks& after) {
    return kEnds(before, m, after) & ~ends_of_numbers(before, m);
  };
  std::vector<std::size_t> rows;  // where those of LaTeX end
  std::vector<Range> cut;         // values below headings
  const std::size_t last_end = std::min(text.size(), where.end + kLongestToken + 1);
  const auto join_from = [&](std::size_t at, std::size_t end) __attribute__((always_inline)) {
    std::size_t piece_end = end;
    const std::string_view token = text.substr(at, end - at);
    // Microsoft's mark of a client secret stands within.
    const bool marked = token.size() > 5 && token[5] == '~';
    if (is_whole(token) && !at_sign(text, end)) return end + 1;
    if (token == "IBAN" || token == "iban") {
      done = join_iban_cells(text, end, out);
      return std::max(done, end + 1);
    }
    if (kIbanChars.has(token[0]) &&
        (token.size() <= 2 || ends_groups(text, at, end) || may_begin_iban(token))) {
      const std::size_t iban = may_begin_iban(token) ? at : iban_begin(text, at, end);
      if (iban != std::string_view::npos && iban >= done)
        if (const std::size_t last = join_iban(text, iban, out); last != 0) return done = last;
    }
    const bool may =
        may_begin_token(token) || (token.size() == 1 && begins_over(text, end)) || marked;
    const bool begins = may && has_token_prefix(token) && !is_name(token),
               shortly = may && !begins && may_go_on(token);
    if (!begins && !shortly) {
      if (text[end] == ' ')
        if (const std::size_t last = join_blob_cells(text, at, end, out); last != 0)
          return done = last;
      if (text[end] != ' ' && !is_plain_word(token) && !is_name(token) && may_be_cut(text, end) &&
          !is_before_member(text, end))
        if (const std::size_t last = join_blob_items(text, at, end, out); last != 0)
          return done = last;
      piece_end = mails ? open_address(text, at) : 0;
      if (piece_end == 0) return end + 1;
    }
    if (in_dump_row(text, at)) return end + 1;
    const std::size_t last = join_cells(text, {at, piece_end}, shortly, out);
    if (last == 0) return end + 1;
    done = last;
    return end + 1;
  };
  const auto see = [&](std::size_t end) {
    if (static_cast<unsigned char>(text[end]) >= 0x80) {
      // "sk_live_tpTr。続きは、BFj8".
      const std::size_t part = part_label_end(text, end);
      if (part != end && end < where.end) out.doubtful.add({end, part}, "");
      return end + 1;
    }
    if (end < where.end && may_tell_table(text, end)) join_cut_table(text, end, cut, out);
    if (!may_be_border(text, end)) {
      if (text[end] == '\\') rows.push_back(end);
      return end + 1;
    }
    const std::size_t at = token_begin(survey, end);
    if (at >= where.end) return last_end;
    if (at < where.begin || at < done || (at > 0 && token_at(text, at - 1))) return end + 1;
    for (const Range& value : cut)
      if (at >= value.begin && at < value.end) return std::max(end + 1, value.end);
    if (may_begin_row_value(text, at, end))
      if (const std::size_t last = join_row_value(text, {at, end}, out); last != 0)
        return done = last;
    const bool may = may_be_cut(text, end);
    if (may && may_begin_value(text, at, end))
      if (const std::size_t last = join_labelled_value(text, {at, end}, out); last != 0)
        return done = last;
    // Cheap: most cells are numbers.
    const bool marked = end - at > 5 && text[at + 5] == '~';
    if (digit_at(text, at) && text[end] != ' ' && !mails && !marked &&
        !ends_groups(text, at, end)) {
      constexpr std::size_t kFewest = 8;  // of an encoding that begins with a digit
      const bool coded =
          end - at >= kFewest && may && alnum_at(text, at + 4) && !is_before_member(text, end);
      return coded ? std::max(end + 1, join_blob_items(text, at, end, out)) : end + 1;
    }
    return join_from(at, end);
  };
  mails ? survey.each(where.begin, last_end, kEnds, see)
        : survey.each(where.begin, last_end, kEndsOfWords, see);
  for (const std::size_t row : rows) {
    done = 0;
    each_latex_cell(text, row, [&](std::size_t cell) {
      if (cell == 0 || !token_at(text, cell - 1)) return;
      const std::size_t at = token_begin(survey, cell);
      if (at >= where.begin && at >= done) join_from(at, cell);
    });
  }
}

}  // namespace sekisho::filters
