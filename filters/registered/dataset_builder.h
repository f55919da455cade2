#pragma once

// Makes a table of a list, row by row, in bounded memory. No text of the list is kept or written.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "filters/registered/dataset_values.h"
#include "filters/registered/keyed_table.h"
#include "filters/registered/record_sorter.h"

namespace sekisho::filters {

// What became of the cells of one column.
struct ColumnReport {
  std::uint64_t kept = 0, empty = 0, too_short = 0, too_long = 0;
  std::uint64_t repeated = 0;    // the same as in an earlier column of the row
  std::uint64_t common = 0;      // kept, but evidence only beside another cell of the row
  std::uint64_t too_common = 0;  // in so many rows that it says nothing: left out
};

struct DatasetReport {
  std::uint64_t rows = 0;
  std::uint64_t unusable_rows = 0;  // fewer cells that were kept than the rule asks for
  std::uint64_t entries = 0;
  std::vector<ColumnReport> columns;
};

class DatasetBuilder {
 public:
  // `directory` is where the file will lie and where it is sorted; `memory` in bytes. A row counts
  // as unusable below `at_least_columns` kept cells.
  DatasetBuilder(const HashKey& key, std::size_t columns, std::size_t at_least_columns,
                 std::string directory, std::size_t memory);

  // One cell a column. False when the disk fails or there are too many rows.
  bool add_row(std::span<const std::string_view> cells);
  // Writes the file; `facts` brings what the builder does not know (settings, source, built_at).
  bool finish(const std::string& path, TableFacts facts);
  const DatasetReport& report() const { return report_; }
  const std::string& error() const { return error_; }

 private:
  static constexpr unsigned kMaskBits = 16;

  void add_cell(std::string_view cell, std::size_t column);
  bool settle(RecordSorter& settled);
  bool settle_value(const std::vector<std::uint64_t>& payloads, std::uint64_t hash,
                    std::uint64_t count, const std::vector<std::uint64_t>& by_column,
                    RecordSorter& settled);

  HashKey key_;
  std::size_t at_least_;
  std::string directory_;
  std::size_t memory_;
  StretchHashes hashes_;
  LengthMasks lengths_;
  std::vector<std::uint64_t> masks_;
  std::vector<std::uint64_t> row_;  // hashes of the row at hand
  RecordSorter cells_;
  DatasetReport report_;
  std::string error_;
};

}  // namespace sekisho::filters
