#include "filters/views/cut_tables.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/literal_at.h"
#include "filters/views/pieces.h"
#include "filters/views/token_prefixes.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestLine = 640, kMostRows = 16;
constexpr std::size_t kLongestLabel = 128, kShortestValue = 7, kLongestValue = 512;

std::string_view of(std::string_view text, Range r) {
  return text.substr(r.begin, r.size());
}

struct Line {
  Range range;           // without its end
  std::size_t next = 0;  // where the next one begins, 0: it is too long
};

Line line_at(std::string_view text, std::size_t at) {
  const std::size_t stop = text.substr(at, kLongestLine).find('\n');
  if (stop == std::string_view::npos && text.size() - at > kLongestLine) return {};
  std::size_t end = stop == std::string_view::npos ? text.size() : at + stop;
  const std::size_t next = std::min(end + 1, text.size());
  if (end > at && text[end - 1] == '\r') --end;
  return {{at, end}, next};
}

// The line that the line end at `at` ends.
Line line_before(std::string_view text, std::size_t at) {
  const std::size_t from = at - std::min(at, kLongestLine);
  const std::size_t cut = last_line_end(text.substr(from, at - from));
  if (cut == std::string_view::npos && from > 0) return {};
  return line_at(text, cut == std::string_view::npos ? 0 : from + cut + 1);
}

Range trimmed(std::string_view text, Range cell) {
  while (cell.begin < cell.end && text[cell.begin] == ' ') ++cell.begin;
  while (cell.begin < cell.end && text[cell.end - 1] == ' ') --cell.end;
  return cell;
}

// Without the marks around it, and the blanks of the table: those of the value's own stay.
Range without_marks(std::string_view text, Range cell, bool padded) {
  const auto peel = [&](char mark) {
    if (cell.size() < 2 || text[cell.begin] != mark || text[cell.end - 1] != mark) return;
    ++cell.begin;
    --cell.end;
  };
  if (padded) {
    if (cell.size() > 0 && text[cell.begin] == ' ') ++cell.begin;
    if (cell.size() > 0 && text[cell.end - 1] == ' ') --cell.end;
  }
  for (const char mark : {'"', '\'', '`'}) peel(mark);
  return cell;
}

// The cells of a line; none when it is no row.
std::vector<Range> cells_of(std::string_view text, Range line, char separator) {
  const bool bars = separator == '|';
  if (bars) {
    line = trimmed(text, line);
    if (line.size() < 3 || text[line.begin] != '|' || text[line.end - 1] != '|') return {};
    ++line.begin;
  }
  std::vector<Range> cells;
  for (std::size_t begin = line.begin; begin <= line.end && (!bars || begin < line.end);) {
    const std::size_t size = of(text, {begin, line.end}).find(separator);
    const std::size_t end = size == std::string_view::npos ? line.end : begin + size;
    cells.push_back(without_marks(text, {begin, end}, bars));
    begin = end + 1;
  }
  return cells;
}

// A heading, or what stands above a frame: something that may name a value.
bool may_name(std::string_view label) {
  return label.size() > 1 && label.size() <= kLongestLabel &&
         std::any_of(label.begin(), label.end(), [](char c) {
           return kAsciiLetters.has(c) || static_cast<unsigned char>(c) >= 0x80;
         });
}

// Whether the pieces may be of one value: no words, no values that are whole. `told`: nothing else
// can stand below such headings.
bool may_belong_together(std::string_view text, const std::vector<Range>& pieces, bool told) {
  static constexpr CharSet kGroups{"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ +-()."};
  if (pieces.size() < 2) return false;
  std::size_t size = 0, words = 0, mails = 0, tokens = 0, even = 0;
  bool blanks = false, groups = true;
  for (const Range& range : pieces) {
    const std::string_view piece = of(text, range);
    if (trimmed(text, range).size() == 0) return false;
    size += piece.size();
    words += is_plain_word(piece) ? 1 : 0;
    mails += piece.find('@') != piece.npos ? 1 : 0;
    tokens += has_token_prefix(piece) ? 1 : 0;
    even += piece.size() == pieces[0].size() ? 1 : 0;
    blanks = blanks || piece.find(' ') != piece.npos;
    groups =
        groups && std::all_of(piece.begin(), piece.end(), [](char c) { return kGroups.has(c); });
  }
  const bool list = !told && even == pieces.size() && pieces[0].size() >= kShortestValue;
  return size >= kShortestValue && size <= kLongestValue && words < pieces.size() && mails < 2 &&
         tokens < 2 && !list && (!blanks || groups);
}

// What was put together, and where to.
struct Joined {
  PulledApart out;
  std::vector<Range>& values;
};

// `row` is where the first of the pieces' rows begins, below their label.
void join(std::string_view text, std::string_view label, std::size_t row,
          const std::vector<Range>& pieces, bool told, Joined to) {
  if (row == 0 || !may_belong_together(text, pieces, told)) return;
  std::string value;
  for (const Range& piece : pieces) value += of(text, piece);
  const Range whole{pieces.front().begin, pieces.back().end};
  to.out.sure.add({row - 1, whole.begin}, "\n" + std::string(label) + ": ");
  to.out.sure.add(whole, value);
  to.values.push_back({row, whole.end});
}

// Cells of a row that belong together, and what names them.
struct Columns {
  std::size_t first = 0, count = 0;
  std::string_view label;
  bool told = false;  // by empty headings
};

// "part1", "PAT (2)", "番号3": what a heading counts, and its number.
struct Counted {
  std::string_view stem;
  int number = 0;
};
Counted counted(std::string_view heading) {
  static constexpr std::string_view kWords[] = {
      "part",  "Part", "PART", "seg", "Seg", "segment", "分割", "その",  "パート",   "piece",
      "chunk", "#",    "_",    "-",   " ",   "(",       "（",   "block", "ブロック", "cell"};
  if (heading.ends_with(')')) heading.remove_suffix(1);
  if (heading.ends_with("）")) heading.remove_suffix(3);
  if (heading.size() < 2 || heading.back() < '1' || heading.back() > '9') return {};
  const int number = heading.back() - '0';
  heading.remove_suffix(1);
  if (kAsciiDigits.has(heading.back())) return {};
  for (bool more = true; more && !heading.empty();) {
    const auto word = std::find_if(std::begin(kWords), std::end(kWords),
                                   [heading](auto known) { return heading.ends_with(known); });
    more = word != std::end(kWords);
    if (more) heading.remove_suffix(word->size());
  }
  return {heading, number};
}

// Headings with empty ones behind them, and headings that count.
std::vector<Columns> columns_of(std::string_view text, const std::vector<Range>& headings) {
  std::vector<Columns> all;
  const auto heading = [&](std::size_t i) { return of(text, trimmed(text, headings[i])); };
  for (std::size_t i = 0; i < headings.size();) {
    const std::string_view first = heading(i);
    std::size_t end = i + 1;
    if (may_name(first)) {
      while (end < headings.size() && heading(end).empty()) ++end;
      std::string_view label = first;
      const bool told = end > i + 1;
      if (const Counted one = counted(first); !told && one.number == 1) {
        label = one.stem;
        for (int number = 2; end < headings.size(); ++number, ++end) {
          const Counted next = counted(heading(end));
          if (next.number != number || next.stem != label) break;
        }
      }
      if (end > i + 1 && may_name(label)) all.push_back({i, end - i, label, told});
    }
    i = end;
  }
  return all;
}

// What stands below such headings, from `at` on.
void join_columns(std::string_view text, const std::vector<Range>& headings, std::size_t at,
                  char separator, Joined to) {
  const std::vector<Columns> all = columns_of(text, headings);
  if (all.empty()) return;
  for (std::size_t rows = 0; rows < kMostRows && at < text.size(); ++rows) {
    const Line line = line_at(text, at);
    const std::vector<Range> cells = cells_of(text, line.range, separator);
    if (line.next == 0 || cells.size() < 2 || cells.size() > headings.size()) return;
    std::size_t joined = 0;
    for (const Columns& columns : all) {
      if (columns.first + columns.count > cells.size()) continue;
      const auto first = cells.begin() + static_cast<std::ptrdiff_t>(columns.first);
      const std::vector<Range> pieces(first, first + static_cast<std::ptrdiff_t>(columns.count));
      // What stands before the second value of a row is the first one.
      if (joined++ > 0) continue;
      // "| SSN | 349 | …" below "番号1".
      std::string label(columns.label);
      if (columns.first > 0)
        if (const std::string_view own = of(text, trimmed(text, *(first - 1))); may_name(own))
          label = std::string(own) + " " + label;
      join(text, label, at, pieces, columns.told, to);
    }
    at = line.next;
  }
}

// "| 1 | 490-6 |" over "| 2 | 9-7741 |" from `at` on, below one heading.
void join_numbered_rows(std::string_view text, const std::vector<Range>& headings, std::size_t at,
                        Joined to) {
  if (headings.size() != 2 || !may_name(of(text, trimmed(text, headings[1])))) return;
  std::vector<Range> pieces;
  std::size_t row = at;
  while (row < text.size() && pieces.size() < 9) {
    const Line line = line_at(text, row);
    const std::vector<Range> cells = cells_of(text, line.range, '|');
    if (line.next == 0 || cells.size() != 2) break;
    const std::string_view number = of(text, trimmed(text, cells[0]));
    if (number.size() != 1 || number[0] != static_cast<char>('1' + pieces.size())) return;
    pieces.push_back(cells[1]);
    row = line.next;
  }
  join(text, of(text, trimmed(text, headings[1])), at, pieces, false, to);
}

bool is_rule(std::string_view line) {
  static constexpr CharSet kRule{"|+-: \t"};
  return line.size() > 3 &&
         std::all_of(line.begin(), line.end(), [](char c) { return kRule.has(c); });
}

// Below the rule of a table that begins behind the line end at `at`.
void join_below_rule(std::string_view text, std::size_t at, Joined to) {
  const Line rule = line_at(text, at + 1);
  if (rule.next == 0 || !is_rule(of(text, rule.range))) return;
  const Line head = line_before(text, at);
  if (head.next != at + 1) return;
  const std::vector<Range> headings = cells_of(text, head.range, '|');
  if (headings.size() < 2) return;
  join_columns(text, headings, rule.next, '|', to);
  join_numbered_rows(text, headings, rule.next, to);
}

// "| SSN | 349 | -87- |": a row has its label in itself.
bool names_itself(std::string_view first) {
  constexpr std::size_t kShortestName = 3;
  constexpr std::string_view kScheme = "https";
  const bool wide = std::any_of(first.begin(), first.end(),
                                [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const auto all = [first](std::size_t from, const CharSet& set) {
    return std::all_of(first.begin() + static_cast<std::ptrdiff_t>(from), first.end(),
                       [&set](char c) { return set.has(c); });
  };
  static constexpr CharSet kCapitals{"ABCDEFGHIJKLMNOPQRSTUVWXYZ "},
      kSmall{"abcdefghijklmnopqrstuvwxyz "};
  const bool word = first.size() >= kShortestName && kAsciiLetters.has(first[0]) &&
                    (all(0, kCapitals) || all(1, kSmall));
  return wide || (word && first != kScheme && !begins_token_prefix(first));
}

// The one row of a frame below its label; it begins behind the line end at `at`.
void join_framed_row(std::string_view text, std::size_t at, Joined to) {
  const Line rule = line_before(text, at);
  if (rule.next != at + 1 || rule.range.begin == 0 || !is_rule(of(text, rule.range))) return;
  const Line row = line_at(text, at + 1);
  const Line close = line_at(text, row.next);
  if (row.next == 0 || close.next == 0 || !is_rule(of(text, close.range)) ||
      at_or_nul(text, close.next) == '|')
    return;
  const Line head = line_before(text, rule.range.begin - 1);
  if (head.next != rule.range.begin) return;
  std::string_view label = of(text, trimmed(text, head.range));
  for (const std::string_view sign : {":", "："})
    if (label.ends_with(sign)) label.remove_suffix(sign.size());
  if (!may_name(label) || label.find('|') != label.npos || label.ends_with("。")) return;
  std::vector<Range> pieces = cells_of(text, row.range, '|');
  // What fills the cells up.
  for (Range& piece : pieces)
    while (piece.size() > 0 && text[piece.end - 1] == ' ') --piece.end;
  if (!pieces.empty() && !names_itself(of(text, pieces.front())))
    join(text, label, row.range.begin, pieces, true, to);
}

// Below a line of headings whose first empty one stands at `at`.
void join_below_empty(std::string_view text, std::size_t at, Joined to) {
  const char separator = text[at];
  const Line head = line_before(text, at);
  if (head.next == 0 || head.next >= text.size()) return;
  // Rows below others are values.
  if (head.range.begin > 0) {
    const Line above = line_before(text, head.range.begin - 1);
    if (above.next == 0 || of(text, above.range).find(separator) != std::string_view::npos) return;
  }
  const std::vector<Range> headings = cells_of(text, head.range, separator);
  join_columns(text, headings, head.next, separator, to);
}

}  // namespace

void join_cut_table(std::string_view text, std::size_t at, std::vector<Range>& values,
                    PulledApart out) {
  const Joined to{out, values};
  if (text[at] != '\n') return join_below_empty(text, at, to);
  if (text[at - 1] == '+') return join_framed_row(text, at, to);
  join_below_rule(text, at, to);
}

}  // namespace sekisho::filters
