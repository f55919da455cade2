#pragma once

// Exact data match: finds cells of one row of a list near each other. Docs: docs/datasets.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "filters/detector.h"
#include "filters/registered/dataset_values.h"
#include "filters/registered/keyed_table.h"

namespace sekisho::filters {

class CanonicalText;

struct DatasetSettings {
  std::string type;      // "dataset:customers"
  std::string category;  // of its findings
  std::size_t columns = 0;
  std::size_t at_least_columns = 2;
  // Of the column whose cell is enough by itself when it is long; kNoKey = there is none.
  std::size_t key_column = kNoKey;
  static constexpr std::size_t kNoKey = static_cast<std::size_t>(-1);
  std::vector<std::string> allow_values;  // no evidence, in any spelling
};

class DatasetDetector : public Detector {
 public:
  // Cells of a row count together when they begin within so many characters.
  static constexpr std::size_t kNear = 300;

  DatasetDetector(DatasetSettings settings, const HashKey& key,
                  std::shared_ptr<const KeyedTable> table);

  std::string_view name() const override { return settings_.type; }
  std::size_t max_span() const override;
  // kCouldNotDecide where the file is damaged.
  ScanStatus scan(const Window& window, Findings& out) const override;

 private:
  // A cell of the list that stands in the text at canonical characters [begin, end).
  struct Hit {
    std::uint32_t begin, end;
    std::uint32_t row, column;
  };
  // A value that many rows have.
  struct Common {
    std::uint32_t begin, end;
    std::uint64_t hash;
  };
  // Cells of a row that are found together.
  struct Match {
    std::uint32_t begin, end, row;
    std::uint32_t columns;  // that stand near, this one included
  };
  struct Search;
  using ColumnCounts = std::array<std::uint32_t, kMostColumns + 1>;

  bool look_up(Search& search, std::size_t begin, std::size_t end) const;
  bool look_up_from(Search& search, std::size_t begin) const;
  bool find_cells(Search& search) const;
  bool find_common(Search& search) const;
  void match_rows(Search& search) const;
  std::uint32_t columns_beside(const Search& search, std::size_t first, std::size_t last,
                               std::size_t at, const ColumnCounts& near) const;
  void match_row(Search& search, std::size_t first, std::size_t last) const;
  bool is_key_alone(const CanonicalText& text, const Hit& hit) const;
  double confidence_of(std::uint32_t columns) const;

  DatasetSettings settings_;
  HashKey key_;
  std::shared_ptr<const KeyedTable> table_;
  std::unordered_set<std::string> allowed_;
};

}  // namespace sekisho::filters
