#pragma once

// Statements as data: the same text runs on SQLite and on ClickHouse, so a question never names a
// database. Tables: audit/index/schema.cpp.

#include <functional>
#include <string>
#include <vector>

#include "audit/questions/answer.h"

namespace sekisho::audit {

// `?` in the text stands for the parameters in their order. An alias never has the name of a column
// that WHERE uses.
struct Sql {
  std::string text;
  std::vector<Cell> parameters;
};

struct SqlRows {
  std::vector<std::vector<Cell>> rows;
  std::string error;  // "" = it could be answered
  // Rows of records were read where the index has sums or an index.
  bool scanned = false;
};

using RunSql = std::function<SqlRows(const Sql&)>;

}  // namespace sekisho::audit
