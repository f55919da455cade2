#include "gateway/sinks/clickhouse_rollup.h"

#include <algorithm>
#include <map>

#include "audit/questions/asking.h"

namespace sekisho::gateway {

// `out.month` "" = none is left.
std::string ClickHouseRollup::next_month(const std::string& open, audit::MonthToSum& out) {
  const auto arrived = server_.ask(
      {"SELECT month, toInt64(sum(n)) FROM arrival WHERE log=? AND month<? GROUP BY month ORDER BY "
       "month",
       {log_, open}});
  if (!arrived.error.empty()) return arrived.error;
  // Of a month that was begun only, -1 is all that is known.
  const auto begun = server_.ask(
      {"SELECT month, argMax(arrived, batch * 2 + (arrived >= 0)), max(batch) FROM sum_batch WHERE "
       "log=? GROUP BY month",
       {log_}});
  if (!begun.error.empty()) return begun.error;
  std::map<std::string, std::int64_t> summed;
  out.log = log_;
  out.batch = number_ * audit::kLogStep + 1;
  for (const auto& row : begun.rows) {
    summed[audit::text_in(row[0])] = audit::number_in(row[1]);
    out.batch = std::max(out.batch, audit::number_in(row[2]) + 1);
  }
  for (const auto& row : arrived.rows) {
    const auto found = summed.find(audit::text_in(row[0]));
    if (found != summed.end() && found->second == audit::number_in(row[1])) continue;
    out.month = audit::text_in(row[0]);
    out.arrived = audit::number_in(row[1]);
    break;
  }
  return {};
}

std::string ClickHouseRollup::look_for_repeats(audit::MonthToSum& month) {
  for (const std::string& table : audit::tables_with_key()) {
    const auto got = server_.ask(audit::repeated_in_month(table, month.log, month.month));
    if (!got.error.empty()) return got.error;
    if (got.rows.empty() || audit::number_in(got.rows[0][0]) != 0) month.repeated.insert(table);
  }
  return {};
}

bool ClickHouseRollup::step(const std::string& open, std::string& error) {
  audit::MonthToSum month;
  error = next_month(open, month);
  if (!error.empty() || month.month.empty()) return false;
  error = look_for_repeats(month);
  if (!error.empty()) return false;
  for (const std::string& statement : audit::sum_up(month))
    if (error = server_.run(statement).error; !error.empty()) return false;
  return true;
}

}  // namespace sekisho::gateway
