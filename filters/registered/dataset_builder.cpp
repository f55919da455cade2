#include "filters/registered/dataset_builder.h"

#include <algorithm>
#include <utility>

#include "filters/registered/table_writer.h"

namespace sekisho::filters {
namespace {

// A value in so many rows says nothing about any of them: two in a hundred.
std::uint64_t too_common_above(std::uint64_t rows) {
  return std::max<std::uint64_t>(4 * kMostRowsOfValue, rows / 50);
}

}  // namespace

DatasetBuilder::DatasetBuilder(const HashKey& key, std::size_t columns,
                               std::size_t at_least_columns, std::string directory,
                               std::size_t memory)
    : key_(key),
      at_least_(at_least_columns),
      directory_(std::move(directory)),
      memory_(memory),
      hashes_(key, kLongestValue),
      lengths_(key, kMaskBits),
      masks_(lengths_.places()),
      cells_(directory_, memory) {
  report_.columns.resize(columns);
}

void DatasetBuilder::add_cell(std::string_view cell, std::size_t column) {
  ColumnReport& report = report_.columns[column];
  const CellValue value = cell_value(cell);
  switch (value.use) {
    case CellUse::kEmpty:
      ++report.empty;
      return;
    case CellUse::kTooShort:
      ++report.too_short;
      return;
    case CellUse::kTooLong:
      ++report.too_long;
      return;
    case CellUse::kKept:
      break;
  }
  const std::u32string& c = value.characters;
  hashes_.clear();
  for (const char32_t each : c) hashes_.push(each);
  const std::uint64_t hash = hashes_.of(0, c.size());
  // One word said twice is no two cells.
  if (std::find(row_.begin(), row_.end(), hash) != row_.end()) {
    ++report.repeated;
    return;
  }
  row_.push_back(hash);
  ++report.kept;
  masks_[lengths_.place(c[0], c[1])] |= std::uint64_t{1} << (c.size() - 1);
  if (!cells_.add({hash, row_payload(report_.rows, column)})) error_ = cells_.error();
}

bool DatasetBuilder::add_row(std::span<const std::string_view> cells) {
  if (report_.rows + 1 >= kMostRows) {
    error_ = "more rows than one dataset holds (" + std::to_string(kMostRows - 1) + ")";
    return false;
  }
  row_.clear();
  for (std::size_t column = 0; column < cells.size(); ++column) add_cell(cells[column], column);
  if (row_.size() < at_least_) ++report_.unusable_rows;
  ++report_.rows;
  return error_.empty();
}

// What is kept of one value: its rows; that it is common, and each of its rows; or nothing.
bool DatasetBuilder::settle_value(const std::vector<std::uint64_t>& payloads, std::uint64_t hash,
                                  std::uint64_t count, const std::vector<std::uint64_t>& by_column,
                                  RecordSorter& settled) {
  if (count > too_common_above(report_.rows)) {
    for (std::size_t i = 0; i < by_column.size(); ++i) {
      report_.columns[i].too_common += by_column[i];
      report_.columns[i].kept -= by_column[i];
    }
    return true;
  }
  const bool common = count > kMostRowsOfValue;
  if (common && !settled.add({hash, kCommonValue})) return false;
  for (const std::uint64_t payload : payloads) {
    if (common) ++report_.columns[column_of(payload)].common;
    const std::uint64_t under = common ? keyed_hash(key_, hash, row_of(payload)) : hash;
    if (!settled.add({under, payload})) return false;
  }
  return true;
}

bool DatasetBuilder::settle(RecordSorter& settled) {
  const std::uint64_t limit = too_common_above(report_.rows);
  std::vector<std::uint64_t> payloads, by_column(report_.columns.size());
  std::uint64_t hash = 0, count = 0;
  const auto end_value = [&] {
    const bool ok = count == 0 || settle_value(payloads, hash, count, by_column, settled);
    payloads.clear();
    std::fill(by_column.begin(), by_column.end(), 0);
    count = 0;
    return ok;
  };
  for (KeyedRecord record; cells_.next(record);) {
    if (record.hash != hash && !end_value()) return false;
    hash = record.hash;
    ++by_column[column_of(record.payload)];
    if (++count <= limit) payloads.push_back(record.payload);
  }
  return end_value() && cells_.error().empty();
}

bool DatasetBuilder::finish(const std::string& path, TableFacts facts) {
  RecordSorter settled(directory_, memory_);
  if (!cells_.finish() || !settle(settled) || !settled.finish()) {
    error_ = cells_.error().empty() ? settled.error() : cells_.error();
    return false;
  }
  cells_.release();
  std::uint64_t entries = 0;
  for (KeyedRecord record; settled.next(record);) ++entries;
  if (!settled.rewind()) {
    error_ = settled.error();
    return false;
  }
  facts.kind = TableKind::kRows;
  facts.rows = report_.rows;
  facts.entries = report_.entries = entries;
  TableWriter writer(path, key_, facts, masks_, kMaskBits, kRowPayloadBytes);
  for (KeyedRecord record; settled.next(record);)
    if (!writer.add(record)) break;
  if (settled.error().empty() && writer.commit()) return true;
  error_ = settled.error().empty() ? writer.error() : settled.error();
  return false;
}

}  // namespace sekisho::filters
