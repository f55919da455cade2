#pragma once

// Tables of HTML: <tr><th>氏名</th><th>電話</th></tr><tr><td>…</td><td>…</td></tr>, on one line or
// on many. What names a column is a row of <th> only, or of <thead>, or the first row. Everything
// looked at lies within `reach` of where one begins to look, so that what is found does not depend
// on how a text is cut.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/finding.h"

namespace sekisho::filters {

// Cheap: whether `pos` seems to stand in a cell. No other place costs more than this.
bool may_be_html_cell(std::string_view text, std::size_t pos);

// Reads the tags of a text once for all of its values, in whatever order they are asked for.
class HtmlMemo {
 public:
  // The cell that names the column of `value`, without the tags around its words.
  std::optional<Range> heading_above(std::string_view text, Range value, std::size_t reach);
  // The row that `pos` stands in; one whose end is far ends at `pos`.
  std::optional<Range> row_at(std::string_view text, std::size_t pos, std::size_t reach);
  // The cells below the heading in which `word` stands.
  std::vector<Range> cells_below(std::string_view text, Range word, std::size_t reach);
  // The cells of the column of `value` in at most `most` rows on each side.
  std::vector<Range> cells_beside(std::string_view text, Range value, int most, std::size_t reach);
  // The rows of headings of the tables that `pos` stands in.
  std::vector<Range> headings_over(std::string_view text, std::size_t pos, std::size_t reach);

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  static constexpr std::size_t kOpen = static_cast<std::size_t>(-1);  // an end not seen yet

  struct Cell {
    Range inside;  // up to the tag that ends it
    std::size_t row = 0, column = 0;
    bool names = false;        // <th>
    std::size_t next = kNone;  // of its row
  };
  struct Row {
    Range range;
    std::size_t table = 0, first_cell = kNone, last_cell = kNone;
    std::size_t columns = 0;
    bool names = true, values = true;          // all of its cells are <th>; all are <td>
    std::size_t headings = kNone;              // the nearest row of <th> above
    std::size_t before = kNone, next = kNone;  // of its table
  };
  struct Table {
    std::size_t begin = 0;
    bool whole = false;          // nothing of it stands before `begin`
    std::size_t around = kNone;  // the cell it stands in
    bool in_head = false;
    std::size_t first = kNone, last = kNone, headings = kNone;  // rows
    std::size_t row = kNone, cell = kNone;                      // that are open
  };

  void read(std::string_view text, std::size_t from, std::size_t to);
  void take_tag(std::size_t at);
  void open_table(std::size_t at, std::size_t around, bool whole);
  void open_row(std::size_t at);
  void open_cell(std::size_t at, bool names);
  void close_cell(std::size_t at);
  void close_row(std::size_t at);
  void close_table(std::size_t at);
  Table& inner() { return tables_[open_.back()]; }

  std::size_t cell_at(std::size_t pos) const;
  std::size_t headings_of(std::size_t row, std::size_t limit) const;
  bool heads_by_place(std::size_t row, std::size_t limit) const;
  std::optional<Range> cell_of(std::size_t row, std::size_t column, std::size_t limit) const;

  std::string_view text_;
  std::size_t from_ = 0, read_to_ = 0;
  std::vector<Cell> cells_;        // in order of where they begin
  std::vector<Row> rows_;          // the same
  std::vector<Table> tables_;      // the same
  std::vector<std::size_t> open_;  // tables within one another
};

}  // namespace sekisho::filters
