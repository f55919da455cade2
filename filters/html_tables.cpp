#include "filters/html_tables.h"

#include <algorithm>

#include "filters/char_set.h"
#include "filters/line_ends.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kBeforeWord = 256;    // bytes of a cell and its tag before a word in it
constexpr int kMostTagsBefore = 8;          // of other kinds, between the cell's and the word
constexpr std::size_t kLongestTag = 512;    // bytes
constexpr std::size_t kLongestCell = 1024;  // bytes of a cell that is looked into
constexpr std::size_t kMostColumns = 128;
constexpr std::size_t kFewestPlainHeadings = 3;  // <td> of a first row: two are a name and a value
constexpr int kDeepest = 8;                      // tables within one another

constexpr CharSet kNameEnds{" \t\r\n/>"};
constexpr CharSet kPadding{" \t\r\n\"'*`[]"};
constexpr std::string_view kWideBlank = "\xE3\x80\x80", kNoBreak = "&nbsp;";

enum class Kind { kOther, kTable, kHead, kBody, kRow, kNames, kValue };
struct Tag {
  Kind kind = Kind::kOther;
  bool closes = false;
};

bool is_name(std::string_view rest, std::string_view name) {
  if (rest.size() <= name.size() || !kNameEnds.has(rest[name.size()])) return false;
  return std::equal(name.begin(), name.end(), rest.begin(),
                    [](char a, char b) { return a == (b | 0x20); });
}

// Of the tag that begins at `at`. Tags of other kinds are told by their first letter.
Tag tag_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestName = 5;
  std::string_view rest = text.substr(at + 1, kLongestName + 2);
  Tag tag;
  tag.closes = rest.starts_with('/');
  if (tag.closes) rest.remove_prefix(1);
  if (rest.size() < 3 || (rest[0] | 0x20) != 't') return tag;
  if (is_name(rest, "td")) tag.kind = Kind::kValue;
  if (is_name(rest, "th")) tag.kind = Kind::kNames;
  if (is_name(rest, "tr")) tag.kind = Kind::kRow;
  if (is_name(rest, "table")) tag.kind = Kind::kTable;
  if (is_name(rest, "thead")) tag.kind = Kind::kHead;
  if (is_name(rest, "tbody") || is_name(rest, "tfoot")) tag.kind = Kind::kBody;
  return tag;
}

// The columns that a cell with such a tag takes.
std::size_t columns_of(std::string_view tag) {
  constexpr std::string_view kSpan = "colspan=";
  const std::size_t at = tag.find(kSpan);
  if (at == tag.npos) return 1;
  std::size_t digit = at + kSpan.size(), columns = 0;
  if (digit < tag.size() && (tag[digit] == '"' || tag[digit] == '\'')) ++digit;
  for (; digit < tag.size() && is_digit(static_cast<unsigned char>(tag[digit])); ++digit)
    columns = std::min<std::size_t>(kMostColumns, columns * 10 + (tag[digit] - '0'));
  return std::max<std::size_t>(1, columns);
}

// The end of what says nothing at the beginning of a cell: blanks, signs, tags.
std::size_t padding_end(std::string_view text, Range cell) {
  const std::string_view part = text.substr(0, cell.end);
  for (std::size_t at = cell.begin;;) {
    const std::string_view rest = part.substr(at);
    if (rest.empty()) return at;
    if (kPadding.has(rest[0]))
      ++at;
    else if (rest.starts_with(kWideBlank))
      at += kWideBlank.size();
    else if (rest.starts_with(kNoBreak))
      at += kNoBreak.size();
    else if (const std::size_t end = rest.find('>'); rest[0] == '<' && end != rest.npos)
      at += end + 1;
    else
      return at;
  }
}

// The words of a cell, without the tags and blanks around them.
Range words_in(std::string_view text, Range cell) {
  cell.begin = padding_end(text, cell);
  while (cell.size() > 0) {
    const std::string_view part = text.substr(cell.begin, cell.size());
    std::size_t cut = 0;
    if (kPadding.has(part.back())) cut = 1;
    for (const std::string_view blank : {kWideBlank, kNoBreak})
      if (part.ends_with(blank)) cut = blank.size();
    if (part.back() == '>')
      if (const std::size_t tag = last_of(part, '<'); tag != part.npos) cut = part.size() - tag;
    if (cut == 0) break;
    cell.end -= cut;
  }
  return cell;
}

}  // namespace

bool may_be_html_cell(std::string_view text, std::size_t pos) {
  const std::size_t limit = pos > kBeforeWord ? pos - kBeforeWord : 0;
  for (int tags = 0; tags < kMostTagsBefore; ++tags) {
    const std::size_t at = last_of(text.substr(limit, pos - limit), '<');
    if (at == std::string_view::npos) return false;
    pos = limit + at;
    const Tag tag = tag_at(text, pos);
    if (tag.kind != Kind::kOther)
      return !tag.closes && (tag.kind == Kind::kValue || tag.kind == Kind::kNames);
  }
  return false;
}

// Values are asked for about in order: what lies between is read once.
void HtmlMemo::read(std::string_view text, std::size_t from, std::size_t to) {
  const bool same = text.data() == text_.data() && text.size() == text_.size();
  if (!same || open_.empty() || from < from_) {
    // Farther back than asked for, as the next values may be.
    from = same && !open_.empty() ? from - std::min(from, from_ - from + (32u << 10)) : from;
    text_ = text;
    from_ = read_to_ = from;
    cells_.clear();
    rows_.clear();
    tables_.clear();
    open_.clear();
    open_table(from, kNone, from == 0);
  }
  const std::string_view part = text.substr(0, to);
  while (read_to_ < part.size()) {
    const std::size_t at = part.find('<', read_to_);
    if (at != part.npos) take_tag(at);
    read_to_ = at == part.npos ? part.size() : at + 1;
  }
}

void HtmlMemo::take_tag(std::size_t at) {
  const auto [kind, closes] = tag_at(text_, at);
  switch (kind) {
    case Kind::kOther:
      return;
    case Kind::kTable:
      return closes ? close_table(at) : open_table(at, inner().cell, true);
    case Kind::kHead:
      inner().in_head = !closes;
      return;
    case Kind::kBody:
      inner().in_head = false;
      return;
    case Kind::kRow:
      close_row(at);
      break;
    case Kind::kNames:
    case Kind::kValue:
      close_cell(at);
      break;
  }
  if (closes) return;
  kind == Kind::kRow ? open_row(at) : open_cell(at, kind == Kind::kNames);
}

void HtmlMemo::open_table(std::size_t at, std::size_t around, bool whole) {
  open_.push_back(tables_.size());
  tables_.push_back({.begin = at, .whole = whole, .around = around});
}

void HtmlMemo::close_table(std::size_t at) {
  close_row(at);
  open_.pop_back();
  if (open_.empty()) open_table(at, kNone, true);
}

void HtmlMemo::open_row(std::size_t at) {
  Table& table = inner();
  table.row = rows_.size();
  rows_.push_back({.range = {at, kOpen},
                   .table = open_.back(),
                   .headings = table.headings,
                   .before = table.last});
  if (table.first == kNone) table.first = table.row;
  if (table.last != kNone) rows_[table.last].next = table.row;
  table.last = table.row;
}

void HtmlMemo::close_row(std::size_t at) {
  close_cell(at);
  Table& table = inner();
  if (table.row == kNone) return;
  Row& row = rows_[table.row];
  row.range.end = at;
  row.names = row.names && row.first_cell != kNone;
  if (row.names) table.headings = table.row;
  table.row = kNone;
}

void HtmlMemo::open_cell(std::size_t at, bool names) {
  Table& table = inner();
  if (table.row == kNone) return;
  Row& row = rows_[table.row];
  const std::string_view tag = text_.substr(at, kLongestTag);
  const std::size_t end = tag.find('>');
  if (end == tag.npos || row.columns >= kMostColumns) return;
  const std::string_view inside = text_.substr(at + end + 1, 8);
  const bool bold = inside.starts_with("<b>") || inside.starts_with("<strong>");
  names = names || table.in_head || (bold && table.first == table.row);
  table.cell = cells_.size();
  cells_.push_back(
      {.inside = {at + end + 1, kOpen}, .row = table.row, .column = row.columns, .names = names});
  (row.first_cell == kNone ? row.first_cell : cells_[row.last_cell].next) = table.cell;
  row.last_cell = table.cell;
  row.columns += columns_of(tag.substr(0, end));
  row.names = row.names && names;
  row.values = row.values && !names;
}

void HtmlMemo::close_cell(std::size_t at) {
  std::size_t& cell = inner().cell;
  if (cell != kNone) cells_[cell].inside.end = std::max(at, cells_[cell].inside.begin);
  cell = kNone;
}

// The innermost cell around `pos`.
std::size_t HtmlMemo::cell_at(std::size_t pos) const {
  const auto next =
      std::upper_bound(cells_.begin(), cells_.end(), pos,
                       [](std::size_t at, const Cell& cell) { return at < cell.inside.begin; });
  if (next == cells_.begin()) return kNone;
  auto cell = static_cast<std::size_t>(next - cells_.begin()) - 1;
  for (int deep = 0; deep < kDeepest && cell != kNone; ++deep) {
    if (pos <= cells_[cell].inside.end) return cell;
    cell = tables_[rows_[cells_[cell].row].table].around;
  }
  return kNone;
}

// Whether the row heads its table because it is the first one.
bool HtmlMemo::heads_by_place(std::size_t row, std::size_t limit) const {
  const Row& first = rows_[row];
  const Table& table = tables_[first.table];
  return table.first == row && table.whole && table.begin >= limit && first.values &&
         first.columns >= kFewestPlainHeadings;
}

std::size_t HtmlMemo::headings_of(std::size_t row, std::size_t limit) const {
  const std::size_t nearest = rows_[row].headings;
  if (nearest != kNone) return rows_[nearest].range.begin >= limit ? nearest : kNone;
  const std::size_t first = tables_[rows_[row].table].first;
  return first != row && heads_by_place(first, limit) ? first : kNone;
}

// What the cell says; nothing of one that begins before `limit` or never ends.
std::optional<Range> HtmlMemo::cell_of(std::size_t row, std::size_t column,
                                       std::size_t limit) const {
  for (std::size_t i = rows_[row].first_cell; i != kNone; i = cells_[i].next) {
    const Cell& cell = cells_[i];
    if (cell.column < column) continue;
    const bool known = cell.inside.end != kOpen && cell.inside.size() <= kLongestCell;
    if (cell.column > column || cell.inside.begin < limit || !known) break;
    return words_in(text_, cell.inside);
  }
  return std::nullopt;
}

std::optional<Range> HtmlMemo::heading_above(std::string_view text, Range value,
                                             std::size_t reach) {
  if (!may_be_html_cell(text, value.begin)) return std::nullopt;
  const std::size_t limit = value.begin > reach ? value.begin - reach : 0;
  read(text, limit, value.begin);
  const std::size_t cell = cell_at(value.begin);
  if (cell == kNone || rows_[cells_[cell].row].range.begin < limit) return std::nullopt;
  const std::size_t headings = headings_of(cells_[cell].row, limit);
  return headings == kNone ? std::nullopt : cell_of(headings, cells_[cell].column, limit);
}

std::optional<Range> HtmlMemo::row_at(std::string_view text, std::size_t pos, std::size_t reach) {
  if (!may_be_html_cell(text, pos)) return std::nullopt;
  const std::size_t limit = pos > reach ? pos - reach : 0;
  const std::size_t far = std::min(text.size(), pos + reach);
  read(text, limit, far);
  const std::size_t cell = cell_at(pos);
  if (cell == kNone) return std::nullopt;
  const Range row = rows_[cells_[cell].row].range;
  if (row.begin < limit) return std::nullopt;
  return Range{row.begin, row.end <= far ? row.end : pos};
}

std::vector<Range> HtmlMemo::cells_below(std::string_view text, Range word, std::size_t reach) {
  std::vector<Range> out;
  if (!may_be_html_cell(text, word.begin)) return out;
  const std::size_t limit = word.begin > reach ? word.begin - reach : 0;
  const std::size_t far = std::min(text.size(), word.begin + reach);
  read(text, limit, far);
  const std::size_t cell = cell_at(word.begin);
  if (cell == kNone) return out;
  const std::size_t line = cells_[cell].row;
  if (rows_[line].range.begin < limit || rows_[line].range.end > far) return out;
  const bool named = rows_[line].names;
  if (!named && (rows_[line].headings != kNone || !heads_by_place(line, limit))) return out;
  for (std::size_t row = rows_[line].next; row != kNone; row = rows_[row].next) {
    if (rows_[row].range.begin > far || rows_[row].names) break;
    const auto below = cell_of(row, cells_[cell].column, limit);
    if (below && below->end <= far) out.push_back(*below);
  }
  return out;
}

std::vector<Range> HtmlMemo::cells_beside(std::string_view text, Range value, int most,
                                          std::size_t reach) {
  std::vector<Range> out;
  if (!may_be_html_cell(text, value.begin)) return out;
  const std::size_t limit = value.begin > reach ? value.begin - reach : 0;
  const std::size_t far = std::min(text.size(), value.end + reach);
  read(text, limit, far);
  const std::size_t cell = cell_at(value.begin);
  if (cell == kNone) return out;
  // A name and a value in each row.
  const std::size_t own = cells_[cell].row;
  if (cells_[rows_[own].first_cell].names && headings_of(own, limit) == kNone) return out;
  const auto take = [&](std::size_t row) {
    const auto beside = cell_of(row, cells_[cell].column, limit);
    if (beside && beside->end <= far) out.push_back(*beside);
  };
  std::size_t row = own;
  for (int i = 0; i < most && (row = rows_[row].before) != kNone; ++i) take(row);
  row = own;
  for (int i = 0; i < most && (row = rows_[row].next) != kNone; ++i) take(row);
  return out;
}

std::vector<Range> HtmlMemo::headings_over(std::string_view text, std::size_t pos,
                                           std::size_t reach) {
  std::vector<Range> out;
  const std::size_t limit = pos > reach ? pos - reach : 0;
  read(text, limit, pos);
  const auto next =
      std::upper_bound(rows_.begin(), rows_.end(), pos,
                       [](std::size_t at, const Row& row) { return at < row.range.begin; });
  if (next == rows_.begin()) return out;
  auto row = static_cast<std::size_t>(next - rows_.begin()) - 1;
  for (int deep = 0; deep < kDeepest; ++deep) {
    if (rows_[row].range.begin < limit) break;
    const std::size_t headings = headings_of(row, limit);
    if (headings != kNone) out.push_back(rows_[headings].range);
    // The row itself may be one of headings.
    if (rows_[row].range.begin < pos)
      out.push_back({rows_[row].range.begin, std::min(pos, rows_[row].range.end)});
    const std::size_t around = tables_[rows_[row].table].around;
    if (around == kNone) break;
    row = cells_[around].row;
  }
  return out;
}

}  // namespace sekisho::filters
