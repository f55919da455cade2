#include "bench/audit/clickhouse_copy.h"

#include <vector>

#include "audit/index/log_follower.h"
#include "audit/views/clickhouse_rows.h"
#include "audit/views/exported_event.h"
#include "gateway/sinks/clickhouse_rollup.h"

namespace sekisho::bench {
namespace {

constexpr std::size_t kBatch = 10'000;

std::uint64_t count_of(gateway::ClickHouse& house, std::string& error) {
  const auto rows = house.ask({"SELECT count() FROM exchange_row", {}});
  error = rows.error;
  const auto* n = rows.rows.empty() ? nullptr : std::get_if<std::int64_t>(&rows.rows[0][0]);
  return n ? static_cast<std::uint64_t>(*n) : 0;
}

}  // namespace

std::uint64_t copy_log(gateway::ClickHouse& to, const std::string& directory,
                       const audit::Categories& categories, std::string& error) {
  error = to.migrate();
  if (!error.empty()) return 0;
  if (const auto there = count_of(to, error); there || !error.empty()) return there;
  audit::ClickHouseRows rows("gw1", 0, policy::TimeZone());
  audit::Pairing pairing(categories);
  audit::LogFollower follower(directory, {});
  std::vector<audit::ExportedEvent> batch;
  std::string_view line;
  for (bool more = true; more;) {
    more = follower.next(line) == audit::LogFollower::Step::kRecord;
    if (more) pairing.add(line, batch);
    if (!more) pairing.flush(batch);
    if (more && batch.size() < kBatch) continue;
    for (const auto& event : batch) rows.add(event);
    batch.clear();
    for (const auto& insert : rows.take())
      if (error = to.insert(insert.table, insert.lines).error; !error.empty()) return 0;
  }
  gateway::ClickHouseRollup rollup(to, "gw1", 0);
  while (rollup.step(rows.newest_month(), error)) continue;
  return error.empty() ? count_of(to, error) : 0;
}

}  // namespace sekisho::bench
