#pragma once

// Questions as ClickHouse's SQL. clickhouse_schema.h has the views that stand for the index's
// tables; a statement gets each of them written out for what it asks.

#include <map>
#include <string>
#include <vector>

#include "audit/questions/sql.h"
#include "audit/views/clickhouse_rollups.h"

namespace sekisho::audit {

// Which days of a table hold rows twice: a record that was sent again replaces itself when parts
// are merged, and until then whoever reads has to merge (FINAL), which takes several times as long.
struct RepeatCheck {
  std::string table;
  std::string from, to;  // days; the answer holds for every time that lies in it
  std::string months;    // that it is about, as words of the statement; "" = all
  std::string text;      // what to ask, "" = nothing; the answer is for repeated_days()
};
// Months of which that is known already are not asked about.
std::vector<RepeatCheck> clickhouse_checks(const Sql& sql, const SummedMonths& summed = {});
// The newest two days are taken as such whatever the answer says: they are being written.
std::vector<std::string> repeated_days(const SqlRows& answer);
using RepeatedDays = std::map<std::string, std::vector<std::string>>;  // by table

// The text of a statement with its parameters as literals, in ClickHouse's spelling. What only
// SQLite knows (INDEXED BY) is left out. Tables of which `repeated` says nothing are read by FINAL.
// Sums of `summed` stand for the rows that they were made of.
std::string clickhouse_text(const Sql& sql, const RepeatedDays& repeated = {},
                            const SummedMonths& summed = {});
std::string clickhouse_literal(const Cell& value);

}  // namespace sekisho::audit
