#pragma once

// The tables of a ClickHouse that holds a copy of one log or of many, for the same questions as the
// SQLite index (audit/index/schema.cpp): what is a table there is a view here, with the same name
// and columns. Taken by 18.16 and by current servers. docs/sinks.md

#include <map>
#include <string>
#include <vector>

namespace sekisho::audit {

// The records of the n-th log have the numbers n × kLogStep + seq here, n from 0: so that they are
// unique among all logs, and of a single log those of the index.
inline constexpr long long kLogStep = 1'000'000'000'000;

// Each view by its name. "{time}" stands for a condition on `day` or `month`, which old servers do
// not move into a view by themselves; they would read every row there is.
const std::map<std::string, std::string>& clickhouse_views();
std::string clickhouse_view(std::string text, const std::string& time);

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
