#include "filters/registered/csv_reader.h"

#include <algorithm>
#include <utility>

namespace sekisho::filters {

char CsvReader::separator_of(std::string_view first_line) {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', '\t', ';'}) {
    const auto count = std::count(first_line.begin(), first_line.end(), candidate);
    if (count > most) most = count, best = candidate;
  }
  return best;
}

bool CsvReader::fail(std::string what, std::size_t line) {
  error_ = std::move(what);
  error_line_ = line;
  return false;
}

bool CsvReader::append(char c) {
  if (cell_.size() == kLargestCell)
    return fail("a cell is larger than 64 KiB: is a quotation mark missing?",
                state_ == State::kQuoted ? quote_line_ : line_);
  cell_.push_back(c);
  return true;
}

bool CsvReader::end_cell() {
  if (used_ == kMostCells) return fail("a row has more than 4096 cells", line_);
  if (used_ == cells_.size()) cells_.emplace_back();
  cells_[used_++].swap(cell_);
  cell_.clear();
  state_ = State::kBegin;
  return true;
}

bool CsvReader::end_row() {
  const bool blank = used_ == 0 && cell_.empty() && state_ == State::kBegin;
  bool go_on = true;
  if (!blank) {
    if (!end_cell()) return false;
    cells_.resize(used_);
    go_on = row_(cells_, row_line_);
    used_ = 0;
  }
  row_line_ = line_ + 1;
  return go_on;
}

bool CsvReader::take(char c) {
  const bool line_end = c == '\n' || c == '\r';
  if (c == '\n' && std::exchange(after_cr_, false)) {
    // The second half of CRLF.
    if (state_ == State::kQuoted) return append(c);
    return true;
  }
  after_cr_ = c == '\r';
  if (state_ == State::kQuoted) {
    if (line_end) ++line_;
    if (c != '"') return append(c);
    state_ = State::kQuoteSeen;
    return true;
  }
  if (line_end) {
    const bool go_on = end_row();
    ++line_;
    return go_on;
  }
  if (c == separator_) return end_cell();
  if (c == '"' && state_ == State::kBegin) {
    state_ = State::kQuoted;
    quote_line_ = line_;
    return true;
  }
  if (state_ == State::kQuoteSeen) {
    if (c == '"') {
      state_ = State::kQuoted;
      return append(c);
    }
    if (c == ' ') return true;
    return fail("text stands behind a closing quotation mark", line_);
  }
  state_ = State::kPlain;
  return append(c);
}

bool CsvReader::push(std::string_view piece) {
  return std::all_of(piece.begin(), piece.end(), [this](char c) { return take(c); });
}

bool CsvReader::finish() {
  if (state_ == State::kQuoted)
    return fail("the quotation mark opened in this line is never closed", quote_line_);
  return end_row();
}

}  // namespace sekisho::filters
