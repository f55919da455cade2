#pragma once

// Tables typed or pasted as text: lines of cells between tabs, commas, semicolons or bars, the
// first line naming the columns; and tables of HTML (filters/html_tables.h). Everything looked at
// lies within kColumnReach of where one begins to look, so that what is found does not depend on
// how a text is cut.

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "filters/finding.h"
#include "filters/sql_columns.h"

namespace sekisho::filters {

// Bytes from a heading to the last cell that it names.
inline constexpr std::size_t kColumnReach = 64u << 10;

// While one lives, heading_above remembers on this thread where the last table begins, so that a
// long table is not walked again for each of its values. The texts asked about must not change
// meanwhile.
class TableMemo {
 public:
  TableMemo();
  ~TableMemo();
  TableMemo(const TableMemo&) = delete;

  struct Table;
  Table& table() { return *table_; }
  // The rows below the heading line `line`, in order.
  const std::vector<Range>& rows_below(std::string_view text, Range line, char separator,
                                       std::size_t cells);
  std::optional<Range> top_of(std::string_view text, Range line, char separator, std::size_t cells,
                              std::size_t limit);

 private:
  std::unique_ptr<Table> table_;
  TableMemo* outer_;
};

// The fields of an INSERT below the column that `word` names; several rows ask for the same ones.
std::vector<Range> inserted_below(std::string_view text, Range word);

// The column of an INSERT that `value` stands in.
std::optional<SqlColumn> sql_column(std::string_view text, Range value);

// The heading cell above `value`, trimmed; nullopt when it stands in no table, or in its first
// line, or when the first line holds values itself. Of an INSERT, the name of the column.
std::optional<Range> heading_above(std::string_view text, Range value);

// The row of a table of HTML that `place` stands in.
std::optional<Range> html_row(std::string_view text, Range place);

// The cells of the column of `value` in the few lines above and below it, trimmed; a heading may be
// among them. Quicker than cells_below, and needs no heading.
std::vector<Range> cells_beside(std::string_view text, Range value);

// Where the names of the columns stand that `pos` lies below.
std::vector<Range> headings_over(std::string_view text, std::size_t pos);

// The cells below the cell of the first line in which `word` stands, trimmed, in order, empty ones
// too; none when its line is no heading line. Of an INSERT, the fields of the column; of HTML, the
// cells below that one, without the tags around what they say.
std::vector<Range> cells_below(std::string_view text, Range word);

}  // namespace sekisho::filters
