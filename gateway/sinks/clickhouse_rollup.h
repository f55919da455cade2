#pragma once

// Sums up months of one log in a ClickHouse, once they are over and whenever rows of theirs have
// come since (audit/views/clickhouse_rollups.h). By the sink that fills it: nobody else writes rows
// of this log, so none comes between counting and summing.

#include <string>

#include "gateway/sinks/clickhouse.h"

namespace sekisho::gateway {

class ClickHouseRollup {
 public:
  // `number`: of the log, in log_row.
  ClickHouseRollup(ClickHouse& server, std::string log, long long number)
      : server_(server), log_(std::move(log)), number_(number) {}

  // Sums up the first month before `open` ("2026-07") that is not, or not any more. False: none is
  // left, or `error`, and what was begun counts for nothing.
  bool step(const std::string& open, std::string& error);

 private:
  std::string next_month(const std::string& open, audit::MonthToSum& out);
  std::string look_for_repeats(audit::MonthToSum& month);

  ClickHouse& server_;
  const std::string log_;
  const long long number_;
};

}  // namespace sekisho::gateway
