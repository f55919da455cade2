#include "filters/table.h"

#include <algorithm>
#include <array>

#include "filters/cell_borders.h"
#include "filters/char_set.h"
#include "filters/html_tables.h"
#include "filters/line_ends.h"
#include "filters/sql_columns.h"
#include "filters/width_fold.h"

namespace sekisho::filters {
namespace {

constexpr std::size_t kLongestLine = 2u << 10;
constexpr std::size_t kHtmlRowReach = 4u << 10;  // bytes to the rows beside one
constexpr std::size_t kLongestHeading = 64;      // bytes of a cell
constexpr std::size_t kFewestNumberDigits = 4;

// Calls use(cell range, number) for each cell until it says false; cells in double quotes may hold
// the separator.
template <class Use>
[[gnu::noinline]] void for_wide_cells(std::string_view text, Range line, char separator, Use use) {
  const std::string_view sign = separator == kBlankRun       ? std::string_view("  ")
                                : separator == kWideBlankRun ? kTwoWideBlanks
                                : separator == kOneBar       ? std::string_view("|")
                                                             : kBar;
  const bool blanks = separator == kBlankRun || separator == kWideBlankRun;
  if (blanks) {
    const std::string_view inner = between_blanks(text.substr(line.begin, line.size()));
    const auto begin = static_cast<std::size_t>(inner.data() - text.data());
    line = {begin, begin + inner.size()};
  }
  const std::string_view all = text.substr(0, line.end);
  std::size_t from = line.begin, number = 0;
  for (std::size_t i = all.find(sign, from); i != all.npos; i = all.find(sign, from)) {
    if (!use(Range{from, i}, number++)) return;
    from = blanks ? behind_blanks(all, i) : i + sign.size();
  }
  use(Range{from, line.end}, number);
}

template <class Use>
void for_narrow_cells(std::string_view text, Range line, char separator, Use use) {
  const std::string_view all = text.substr(0, line.end);
  const bool quotes = separator != '|' && all.find('"', line.begin) != std::string_view::npos;
  bool quoted = false;
  std::size_t from = line.begin, number = 0;
  for (std::size_t i = from; i < line.end; ++i) {
    // Few bytes of a line without quotes are worth a look.
    if (!quotes && (i = all.find(separator, i)) == std::string_view::npos) break;
    const char c = text[i];
    if (c == '"') quoted = quotes && !quoted;
    if (c != separator || quoted) continue;
    if (!use(Range{from, i}, number++)) return;
    from = i + 1;
  }
  use(Range{from, line.end}, number);
}

template <class Use>
void for_cells(std::string_view text, Range line, char separator, Use use) {
  is_wide(separator) ? for_wide_cells(text, line, separator, use)
                     : for_narrow_cells(text, line, separator, use);
}

std::size_t count_narrow(std::string_view text, Range line, char separator) {
  std::size_t count = 0;
  for_narrow_cells(text, line, separator, [&count](Range, std::size_t) { return ++count, true; });
  return count;
}

std::size_t count_wide(std::string_view text, Range line, char separator) {
  std::size_t count = 0;
  for_wide_cells(text, line, separator, [&count](Range, std::size_t) { return ++count, true; });
  return count;
}

std::optional<Range> cell_number(std::string_view text, Range line, char separator,
                                 std::size_t wanted) {
  std::optional<Range> found;
  for_cells(text, line, separator, [&](Range cell, std::size_t number) {
    if (number == wanted) found = cell;
    return number < wanted;
  });
  return found;
}

bool is_padding(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '"' || c == '\'' || c == '*' || c == '`' ||
         c == '[' || c == ']';
}

Range trimmed(std::string_view text, Range cell) {
  while (cell.begin < cell.end && is_padding(text[cell.begin])) ++cell.begin;
  while (cell.begin < cell.end && is_padding(text[cell.end - 1])) --cell.end;
  while (text.substr(cell.begin, cell.size()).substr(0, 3) == kWideBlank) cell.begin += 3;
  return cell;
}

// The line around [pos, to), at most kLongestLine on each side; nullopt when it is longer.
std::optional<Range> line_at(std::string_view text, std::size_t pos, std::size_t to) {
  const std::size_t from = pos > kLongestLine ? pos - kLongestLine : 0;
  const std::size_t before = last_line_end(text.substr(from, pos - from));
  if (before == std::string_view::npos && from > 0) return std::nullopt;
  const std::size_t begin = before == std::string_view::npos ? 0 : from + before + 1;
  const std::string_view rest = text.substr(to, kLongestLine);
  const std::size_t after = rest.find('\n');
  if (after == std::string_view::npos && to + rest.size() < text.size()) return std::nullopt;
  return Range{begin, after == std::string_view::npos ? text.size() : to + after};
}

// The line before `line`, not reaching below `limit`; nullopt when there is none that ends there.
std::optional<Range> line_before(std::string_view text, Range line, std::size_t limit) {
  if (line.begin <= limit || line.begin == 0) return std::nullopt;
  const std::size_t end = line.begin - 1;
  const std::size_t from = std::max(limit, end > kLongestLine ? end - kLongestLine : 0);
  const std::size_t before = last_line_end(text.substr(from, end - from));
  if (before != std::string_view::npos) return Range{from + before + 1, end};
  return from == 0 ? std::optional<Range>({0, end}) : std::nullopt;
}

// A line drawn between rows, "+----+-----+" or "├────┼────┤"; between cells parted by tabs an empty
// one too.
bool is_rule(std::string_view text, Range line, char separator) {
  std::string_view rest = text.substr(line.begin, line.size());
  if (!rest.empty() && is_alnum(static_cast<unsigned char>(rest.front()))) return false;
  rest = between_blanks(rest);
  if (rest.empty()) return separator == '\t';
  while (!rest.empty()) {
    const bool drawn = rest.starts_with("\xE2\x94") || rest.starts_with("\xE2\x95");
    if (!drawn && std::string_view("-+=|: ").find(rest.front()) == std::string_view::npos)
      return false;
    rest.remove_prefix(drawn ? std::min<std::size_t>(3, rest.size()) : 1);
  }
  return true;
}

// A name of a column, not a value: short, and without a number.
bool is_heading(std::string_view text, Range cell) {
  if (cell.size() == 0 || cell.size() > kLongestHeading) return false;
  std::size_t digits = 0;
  for (const char c : text.substr(cell.begin, cell.size())) {
    digits = is_digit(static_cast<unsigned char>(c)) ? digits + 1 : 0;
    if (digits >= kFewestNumberDigits) return false;
  }
  return true;
}

std::size_t cell_index(std::string_view text, Range line, char separator, std::size_t pos) {
  std::size_t index = 0;
  for_cells(text, line, separator, [&](Range cell, std::size_t number) {
    if (pos >= cell.begin && pos <= cell.end) index = number;
    return cell.end < pos;
  });
  return index;
}

// A line of words with a comma above a table of as many cells: "not working, please help".
bool is_prose_over(std::string_view text, Range line, Range below) {
  const auto comma_then_blank = [text](Range at) {
    const std::size_t comma = text.substr(0, at.end).find(',', at.begin);
    return comma != std::string_view::npos && comma + 1 < at.end && text[comma + 1] == ' ';
  };
  const std::string_view words = text.substr(line.begin, line.size());
  return std::count(words.begin(), words.end(), ' ') >= 3 && comma_then_blank(line) &&
         !comma_then_blank(below);
}

// What parts the cells of a line, and how many they are; 0: nothing does.
struct Cells {
  char separator = 0;
  std::size_t count = 0;
  bool operator==(const Cells&) const = default;
};

Cells count_cells(std::string_view text, Range line, char wide) {
  // An object of JSON is no row, however many commas it has.
  const std::size_t first = first_not_of<" \t">(text.substr(0, line.end), line.begin);
  if (first != std::string_view::npos && text[first] == '{') return {};
  const std::string_view whole = text.substr(line.begin, line.size());
  const char separator = separator_in(whole, wide);
  // The last row of an array of arrays has no comma behind it.
  if (separator == ',' && first != std::string_view::npos && text[first] == '[') {
    const std::size_t last = last_not_of<" \t\r">(whole);
    if (whole[last] == ',') line.end = line.begin + last;
  }
  // "    passphrase,": an argument on a line of its own, not a cell with an empty one beside it.
  if (separator == ',' && whole.find(',') == last_not_of<" \t\r">(whole)) return {};
  if (separator == 0) return {};
  if (!is_wide(separator)) return {separator, count_narrow(text, line, separator)};
  const std::size_t count = count_wide(text, line, separator);
  return count < 2 ? Cells{} : Cells{separator, count};
}

}  // namespace

// The table that was looked at last.
struct TableMemo::Table {
  // Lines counted lately, by where they begin: a word is sought in each line beside its own.
  struct Counted {
    const char* begin = nullptr;
    std::size_t size = 0;
    char wide = 0;
    Cells cells;
  };
  static constexpr std::size_t kLines = 16;
  std::array<Counted, kLines> counted;

  Cells cells_in(std::string_view given, Range at, char wide) {
    const char* const begin = given.data() + at.begin;
    Counted& known =
        counted[(at.begin + static_cast<unsigned char>(wide)) * 0x9E3779B97F4A7C15u >> 60];
    if (known.begin != begin || known.size != at.size() || known.wide != wide)
      known = {begin, at.size(), wide, count_cells(given, at, wide)};
    return known.cells;
  }

  SqlMemo sql;
  ListRun list;
  HtmlMemo html;
  // The fields that were asked for last.
  std::string_view fields_text;
  Range fields_word;
  std::vector<Range> fields;
  // The rows below the heading line that was asked about last: each of its words asks.
  std::string_view rows_text;
  Range heading;
  std::vector<Range> rows;
  // The cells of these rows, one row behind the other; made when a second word asks.
  std::vector<Range> cells;
  int asked = 0;  // words
  struct Walked {
    std::string_view text;
    Range line, top;  // a row, and the first one above it as far as it was looked for
    char separator = 0;
    std::size_t cells = 0;
    bool whole = false;  // nothing above `top` belongs to it

    bool goes_on_at(std::string_view given, Range row, char by, std::size_t count) const {
      return given.data() == text.data() && given.size() == text.size() && row == line &&
             by == separator && count == cells;
    }
  };
  // All of these rows have as many cells.
  void read_cells(char separator, std::size_t count) {
    for (const Range row : rows) {
      const std::size_t first = cells.size();
      for_cells(rows_text, row, separator, [this](Range cell, std::size_t) {
        cells.push_back(cell);
        return true;
      });
      cells.resize(first + count);
    }
  }
  std::optional<Range> cell_of(std::size_t row, std::size_t count, char separator,
                               std::size_t index) const {
    if (cells.empty() || index >= count) return cell_number(rows_text, rows[row], separator, index);
    return cells[row * count + index];
  }

  // Lines with one bar are walked once with it and once without.
  Walked walked, walked_with_bar;
};

namespace {

thread_local TableMemo* newest_memo = nullptr;

Cells cells_in(std::string_view text, Range line, char wide) {
  return newest_memo != nullptr ? newest_memo->table().cells_in(text, line, wide)
                                : count_cells(text, line, wide);
}

bool is_row(std::string_view text, Range line, char separator, std::size_t cells) {
  const char wide = is_wide(separator) ? separator : '\0';
  return cells_in(text, line, wide) == Cells{separator, cells};
}

// The line before `line`, or before the rule above it; `row`: it is a row of the same table.
struct Above {
  std::optional<Range> line;  // none that ends above `limit`
  bool row = false;
};

Above above_row(std::string_view text, Range line, std::size_t limit, Cells cells) {
  Above above{line_before(text, line, limit)};
  if (!above.line) return above;
  above.row = is_row(text, *above.line, cells.separator, cells.count);
  if (above.row || above.line->begin == 0 || !is_rule(text, *above.line, cells.separator))
    return above;
  above.line = line_before(text, *above.line, limit);
  above.row = above.line && is_row(text, *above.line, cells.separator, cells.count);
  return above;
}

// The line that begins at `begin`, before `limit`, where it is a row of so many cells.
std::optional<Range> row_at(std::string_view text, std::size_t begin, std::size_t limit,
                            char separator, std::size_t cells) {
  for (int lines = 0; lines < 2 && begin < limit; ++lines) {
    const std::string_view rest = text.substr(begin, kLongestLine);
    const std::size_t stop = rest.find('\n');
    if (stop == std::string_view::npos && begin + rest.size() < text.size()) return std::nullopt;
    const Range row{begin, stop == std::string_view::npos ? text.size() : begin + stop};
    if (is_row(text, row, separator, cells)) return row;
    if (!is_rule(text, row, separator)) return std::nullopt;
    begin = row.end + 1;
  }
  return std::nullopt;
}

// Whether a rule stands below the line.
bool is_ruled(std::string_view text, Range line, char separator) {
  if (line.end >= text.size()) return false;
  const std::string_view rest = text.substr(line.end + 1, kLongestLine);
  const Range below{line.end + 1, line.end + 1 + std::min(rest.find('\n'), rest.size())};
  return rest.substr(0, below.size()).find("--") != rest.npos && is_rule(text, below, separator);
}

}  // namespace

TableMemo::TableMemo() : table_(std::make_unique<Table>()), outer_(newest_memo) {
  newest_memo = this;
}
TableMemo::~TableMemo() {
  newest_memo = outer_;
}

// The first row of the table that `line` belongs to; nullopt when it lies below `limit`.
std::optional<Range> TableMemo::top_of(std::string_view text, Range line, char separator,
                                       std::size_t cells, std::size_t limit) {
  Table::Walked& last = separator == kOneBar ? table_->walked_with_bar : table_->walked;
  Range top = line;
  bool whole = false, known = false;  // `top` is the first row; it was remembered
  bool reached = true;
  while (true) {
    if (!known && last.goes_on_at(text, top, separator, cells)) {
      top = last.top;
      whole = last.whole;
      known = true;
    }
    const Above above = above_row(text, top, limit, {separator, cells});
    if (!above.line) {
      // A table that goes on where we may not look has no heading for us.
      reached = top.begin == 0 && (!known || limit == 0);
      whole |= top.begin == 0;
      break;
    }
    whole |= !above.row;
    if (whole) break;
    // Only the first line has a rule below it.
    whole = separator == kOneBar && above.line->end + 1 < top.begin;
    top = *above.line;
    if (whole) break;
  }
  last = {text, line, top, separator, cells, whole};
  if (!reached) return std::nullopt;
  if (separator == ',' && top.begin < line.begin) {
    const auto second = row_at(text, top.end + 1, line.end + 1, separator, cells);
    if (second && is_prose_over(text, top, *second)) return second;
  }
  return top;
}

const std::vector<Range>& TableMemo::rows_below(std::string_view text, Range line, char separator,
                                                std::size_t cells) {
  Table& known = *table_;
  if (known.rows_text.data() == text.data() && known.rows_text.size() == text.size() &&
      known.heading == line) {
    if (++known.asked == 2) known.read_cells(separator, cells);
    return known.rows;
  }
  known.rows_text = text;
  known.heading = line;
  known.rows.clear();
  known.cells.clear();
  known.asked = 1;
  const std::size_t limit = std::min(text.size(), line.end + kColumnReach);
  for (auto row = row_at(text, line.end + 1, limit, separator, cells); row;
       row = row_at(text, row->end + 1, limit, separator, cells))
    known.rows.push_back(*row);
  return known.rows;
}

std::vector<Range> inserted_below(std::string_view text, Range word) {
  const std::size_t limit = std::min(text.size(), word.begin + kColumnReach);
  ListRun own;
  if (newest_memo == nullptr) return fields_below(text, word, limit, own);
  TableMemo::Table& known = newest_memo->table();
  const bool same = known.fields_text.data() == text.data() &&
                    known.fields_text.size() == text.size() && known.fields_word == word;
  if (!same) {
    known.fields = fields_below(text, word, limit, known.list);
    known.fields_text = text;
    known.fields_word = word;
  }
  return known.fields;
}

std::optional<SqlColumn> sql_column(std::string_view text, Range value) {
  if (newest_memo != nullptr) return newest_memo->table().sql.column_of(text, value, kColumnReach);
  return SqlMemo().column_of(text, value, kColumnReach);
}

namespace {

// Calls use(memo) with the one of the newest TableMemo, or with one for this call.
template <class Use>
auto with_html(Use use) {
  if (newest_memo != nullptr) return use(newest_memo->table().html);
  HtmlMemo own;
  return use(own);
}

// The columns of a COPY that the rows from `top` on belong to.
std::vector<Range> copied_above(std::string_view text, Range top, char separator,
                                std::size_t limit) {
  if (separator != '\t') return {};
  const std::optional<Range> above = line_before(text, top, limit);
  return above ? copied_columns(text, *above) : std::vector<Range>();
}

// Which of `columns` holds `word`.
std::optional<std::size_t> column_with(const std::vector<Range>& columns, Range word) {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (columns[i].begin <= word.begin && word.begin < columns[i].end) return i;
  return std::nullopt;
}

}  // namespace

namespace {

// Of a value in one of such cells.
std::optional<Range> heading_of(std::string_view text, Range line, Range value, Cells row) {
  const auto [separator, cells] = row;
  if (separator == 0) return std::nullopt;
  const std::size_t limit = value.begin > kColumnReach ? value.begin - kColumnReach : 0;
  std::optional<TableMemo> own;
  if (newest_memo == nullptr) own.emplace();
  const std::optional<Range> top = newest_memo->top_of(text, line, separator, cells, limit);
  if (!top || (separator == kOneBar && !is_ruled(text, *top, separator))) return std::nullopt;
  const std::size_t index = cell_index(text, line, separator, value.begin);
  const std::vector<Range> copied = copied_above(text, *top, separator, limit);
  if (index < copied.size()) return copied[index];
  if (*top == line) return std::nullopt;
  const auto cell = cell_number(text, *top, separator, index);
  if (!cell) return std::nullopt;
  const Range heading = trimmed(text, *cell);
  return is_heading(text, heading) ? std::optional<Range>(heading) : std::nullopt;
}

}  // namespace

std::optional<Range> html_row(std::string_view text, Range place) {
  return with_html([&](HtmlMemo& html) { return html.row_at(text, place.begin, kHtmlRowReach); });
}

std::optional<Range> heading_above(std::string_view text, Range value) {
  if (const auto column = sql_column(text, value)) return column->name;
  const auto named =
      with_html([&](HtmlMemo& html) { return html.heading_above(text, value, kColumnReach); });
  if (named) return is_heading(text, *named) ? named : std::nullopt;
  const std::optional<Range> line = line_at(text, value.begin, value.end);
  if (!line) return std::nullopt;
  if (has_one_bar(text.substr(line->begin, line->size())))
    if (const auto ruled = heading_of(text, *line, value, cells_in(text, *line, kOneBar)))
      return ruled;
  return heading_of(text, *line, value,
                    cells_in(text, *line, wide_separator_around(text, *line, value)));
}

std::vector<Range> cells_beside(std::string_view text, Range value) {
  constexpr int kMostLines = 4;  // on each side
  std::vector<Range> out = with_html(
      [&](HtmlMemo& html) { return html.cells_beside(text, value, kMostLines, kHtmlRowReach); });
  if (!out.empty()) return out;
  const std::optional<Range> line = line_at(text, value.begin, value.end);
  if (!line) return out;
  const Cells here = cells_in(text, *line, wide_separator_around(text, *line, value));
  const char separator = here.separator;
  if (separator == 0) return out;
  const std::size_t index = cell_index(text, *line, separator, value.begin);
  const auto take = [&](Range row) {
    if (const auto cell = cell_number(text, row, separator, index))
      out.push_back(trimmed(text, *cell));
  };
  const std::size_t limit = value.begin > kColumnReach ? value.begin - kColumnReach : 0;
  std::optional<Range> row = line;
  for (int i = 0; i < kMostLines; ++i) {
    row = line_before(text, *row, limit);
    if (!row || !is_row(text, *row, separator, here.count)) break;
    take(*row);
  }
  row = line;
  for (int i = 0; i < kMostLines; ++i) {
    row = row_at(text, row->end + 1, text.size(), separator, here.count);
    if (!row) break;
    take(*row);
  }
  return out;
}

std::vector<Range> headings_over(std::string_view text, std::size_t pos) {
  std::optional<TableMemo> own;
  if (newest_memo == nullptr) own.emplace();
  std::vector<Range> out;
  if (const auto names = newest_memo->table().sql.columns_over(text, pos, kColumnReach))
    return {*names};
  out = newest_memo->table().html.headings_over(text, pos, kColumnReach);
  if (!out.empty()) return out;
  const std::optional<Range> line = line_at(text, pos, pos);
  if (!line) return out;
  const std::string_view whole = text.substr(line->begin, line->size());
  const std::size_t limit = pos > kColumnReach ? pos - kColumnReach : 0;
  if (has_one_bar(whole)) {
    const auto [separator, cells] = cells_in(text, *line, kOneBar);
    const auto top = separator == kOneBar
                         ? newest_memo->top_of(text, *line, separator, cells, limit)
                         : std::nullopt;
    if (top && is_ruled(text, *top, separator)) return {*top};
  }
  const auto [separator, cells] = cells_in(text, *line, wide_separator_of(whole));
  if (separator == 0) return out;
  const std::optional<Range> top = newest_memo->top_of(text, *line, separator, cells, limit);
  if (!top) return out;
  const std::vector<Range> copied = copied_above(text, *top, separator, limit);
  if (!copied.empty())
    out.push_back({copied.front().begin, copied.back().end});
  else if (top->begin < pos)
    out.push_back(*top);
  return out;
}

namespace {

// Which column of the heading line `line` the word stands in; nullopt where the line heads nothing.
std::optional<std::size_t> column_headed(std::string_view text, Range line, Range word, Cells row) {
  const std::size_t near = line.begin > kLongestLine ? line.begin - kLongestLine : 0;
  const Above above = row.separator == kOneBar ? Above{} : above_row(text, line, near, row);
  if (above.row && !(row.separator == ',' && is_prose_over(text, *above.line, line)))
    return std::nullopt;
  const std::size_t index = cell_index(text, line, row.separator, word.begin);
  const auto heading = cell_number(text, line, row.separator, index);
  if (!heading || !is_heading(text, trimmed(text, *heading))) return std::nullopt;
  return index;
}

}  // namespace

std::vector<Range> cells_below(std::string_view text, Range word) {
  std::vector<Range> cells = inserted_below(text, word);
  if (!cells.empty()) return cells;
  cells = with_html([&](HtmlMemo& html) { return html.cells_below(text, word, kColumnReach); });
  if (!cells.empty()) return cells;
  const std::optional<Range> line = line_at(text, word.begin, word.end);
  if (!line) return cells;
  const std::vector<Range> copied = copied_columns(text, *line);
  const bool one_bar =
      has_one_bar(text.substr(line->begin, line->size())) && is_ruled(text, *line, kOneBar);
  const char wide = one_bar ? kOneBar : wide_separator_around(text, *line, word);
  const Cells row = copied.empty() ? cells_in(text, *line, wide) : Cells{'\t', copied.size()};
  if (row.separator == 0) return cells;
  // Most lines with a comma in them head nothing: seen by the lines beside them.
  const std::size_t limit = std::min(text.size(), word.begin + kColumnReach);
  if (!row_at(text, line->end + 1, limit, row.separator, row.count)) return cells;
  const std::optional<std::size_t> index =
      copied.empty() ? column_headed(text, *line, word, row) : column_with(copied, word);
  if (!index) return cells;
  std::optional<TableMemo> own;
  if (newest_memo == nullptr) own.emplace();
  const std::vector<Range>& rows = newest_memo->rows_below(text, *line, row.separator, row.count);
  for (std::size_t i = 0; i < rows.size() && rows[i].begin <= limit; ++i) {
    if (const auto cell = newest_memo->table().cell_of(i, row.count, row.separator, *index)) {
      const Range value = trimmed(text, *cell);
      if (value.begin <= limit) cells.push_back(value);
    }
  }
  return cells;
}

}  // namespace sekisho::filters
