#pragma once

// Sums of a ClickHouse by whole months of one log, made once such a month is over, so that a
// question about a year need not read its rows. Each stands behind the view of its name
// (clickhouse_schema.h), which adds what has no sums yet. Made by
// gateway/sinks/clickhouse_rollup.h.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "audit/questions/sql.h"
#include "audit/views/clickhouse_schema.h"

namespace sekisho::audit {

// Templates for clickhouse_view() by the name of the view.
const std::map<std::string, std::string>& rollup_views();
// Whether its sums are kept by day, so that they serve parts of months too.
bool sums_by_day(const std::string& view);

// What makes the tables, and the views that count every row that arrives: when a count has changed
// since a month was summed up, its sums say nothing any more.
std::vector<std::string> rollup_tables();

// One month of one log. A batch becomes valid when the last statement is through.
struct MonthToSum {
  std::string log, month;
  std::int64_t batch = 0, arrived = 0;  // rows of all tables, as counted before the first statement
  std::set<std::string> repeated;       // tables that hold rows of it twice
};
std::vector<std::string> sum_up(const MonthToSum& month);
// The same is asked first: a table that answers 1 holds rows twice.
Sql repeated_in_month(const std::string& table, const std::string& log, const std::string& month);
const std::vector<std::string>& tables_with_key();

// What is known of all months.
struct SummedMonths {
  bool known = false;  // otherwise every row is read
  struct Month {
    std::set<std::string> summed, not_summed;  // logs that have rows there
    std::set<std::string> repeated;            // tables with rows there twice, of those summed
    std::vector<std::int64_t> batches;         // that are valid
  };
  std::map<std::string, Month> months;

  // Months in which rows of `table` may be there twice.
  std::vector<std::string> unsure(const std::string& table) const;
};
// What to ask for it. Of a database that was not brought up to date as a whole nothing is known: it
// may have rows that were not counted.
extern const Sql kVersion, kArrivals, kBatches;
SummedMonths summed_months(const SqlRows& version, const SqlRows& arrivals, const SqlRows& batches);

}  // namespace sekisho::audit
