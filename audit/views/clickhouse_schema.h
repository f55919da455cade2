#pragma once

// The tables of a ClickHouse that holds a copy of one log or of many, for the same questions as the
// SQLite index (audit/index/schema.cpp): what is a table there is a view here, with the same name
// and columns. Taken by 18.16 and by current servers. docs/sinks.md

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace sekisho::audit {

// The records of the n-th log have the numbers n × kLogStep + seq here, n from 0: so that they are
// unique among all logs, and of a single log those of the index.
inline constexpr long long kLogStep = 1'000'000'000'000;

// Each view by its name, as a template for clickhouse_view().
const std::map<std::string, std::string>& clickhouse_views();

// How a view reads its rows. As it stands: all columns of all time, every row by FINAL.
struct ViewUse {
  // A condition on `day` or `month`, which old servers do not move into a view by themselves; they
  // would read every row there is.
  std::string time = "1";
  // A condition that few rows meet, all copies of one or none: these are picked out one by one. ""
  // = none.
  std::string few;
  // The days of a table on which rows may be there twice; the others are read as they are. Nothing:
  // not known.
  std::function<const std::vector<std::string>*(const std::string& table)> repeated;
  // Sums that are valid, "1, 2"; "" = none. `live` tells the rows that are not in them, as a
  // condition; without `any_live` there are none.
  std::string batches, live;
  bool any_live = true;
  // What the statement speaks of, nothing = all; `columns` of rows may be left out whenever it does
  // not speak of them, `keys` of sums where it adds up what is left.
  std::function<bool(const std::string&column)> column, key;
};
std::string clickhouse_view(const std::string& view, const ViewUse& use);
// The tables that a view reads in this way.
std::vector<std::string> tables_of_view(const std::string& view);
// Of a table of clickhouse_views(): what a row is known by. Numbers are unique among all logs.
const char* key_of_table(const std::string& table);

struct Migration {
  int version;
  std::vector<std::string> statements;
};
// In order. The database is the one of the connection; what a version did before it was cut off is
// done again without harm.
const std::vector<Migration>& clickhouse_migrations();

inline constexpr char kVersionTable[] =
    "CREATE TABLE IF NOT EXISTS schema_version (version UInt32, written DateTime) ENGINE = "
    "MergeTree PARTITION BY tuple() ORDER BY version";

}  // namespace sekisho::audit
