#pragma once

// Comma-separated values as RFC 4180 has them, in pieces of any size: quotes over lines, doubled
// quotes, CRLF, LF or CR. Bytes that are no ASCII are left as they are: no charset of ours but the
// wide ones has a comma, a quote or a line end inside a character.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::filters {

class CsvReader {
 public:
  static constexpr std::size_t kLargestCell = 64u << 10;
  static constexpr std::size_t kMostCells = 4096;

  // `row` gets the cells of each row and the line it begins in (from 1); blank lines are no rows.
  // It returns false to end the reading.
  using Row = std::function<bool(std::vector<std::string>& cells, std::size_t line)>;
  CsvReader(char separator, Row row) : separator_(separator), row_(std::move(row)) {}

  // False when `row` ended it or the text is no such table: see error().
  bool push(std::string_view piece);
  bool finish();
  // "" when `row` ended it.
  const std::string& error() const { return error_; }
  std::size_t error_line() const { return error_line_; }

  // Which of , ; and TAB separates the cells of this first line.
  static char separator_of(std::string_view first_line);

 private:
  enum class State { kBegin, kPlain, kQuoted, kQuoteSeen };
  bool take(char c);
  bool append(char c);
  bool end_cell();
  bool end_row();
  bool fail(std::string what, std::size_t line);

  char separator_;
  Row row_;
  State state_ = State::kBegin;
  std::vector<std::string> cells_;
  std::size_t used_ = 0;  // of cells_, which keep their memory
  std::string cell_;
  std::size_t line_ = 1, row_line_ = 1, quote_line_ = 1;
  bool after_cr_ = false;
  std::string error_;
  std::size_t error_line_ = 0;
};

}  // namespace sekisho::filters
