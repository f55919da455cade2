#pragma once

// Records as rows for ClickHouse, and its answers. clickhouse_schema.h has the tables,
// clickhouse_statement.h the questions.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "audit/index/calendar.h"
#include "audit/questions/sql.h"
#include "audit/views/view.h"

namespace sekisho::audit {

class ClickHouseRows {
 public:
  // `log_number`: which of the logs this is, from 0.
  ClickHouseRows(std::string log, long long log_number, policy::TimeZone zone)
      : log_(std::move(log)), base_(log_number), calendar_(std::move(zone)) {}

  void add(const ExportedEvent& event);
  // Lines of JSON by table, sorted by month: one insert makes one part a month.
  struct Insert {
    std::string table;
    std::string lines;
  };
  std::vector<Insert> take();
  // The last month that a record was added of, "" = none was.
  const std::string& newest_month() const { return newest_month_; }

 private:
  class Line;
  using Month = std::string;
  Line begin(std::int64_t seq, std::int64_t time_us, bool whole);
  void end(const char* table, const Line& line);
  void add_exchange(const ExportedEvent& event);
  void add_findings(const ExportedEvent& event);
  void add_control(const IndexedRecord& record);
  void add_record(std::int64_t seq, std::int64_t time_us, const std::string& gateway,
                  std::string_view kind);

  std::string log_;
  long long base_;
  Calendar calendar_;
  std::map<std::string, std::map<Month, std::string>> rows_;
  Month newest_month_;
};

// An answer in FORMAT JSONCompact.
SqlRows parse_clickhouse_rows(const std::string& body);
// "Code: 395, …" that an answer consists of or that is glued to its end, whatever the status says;
// 0 = none. `words` is cut.
int clickhouse_error(const std::string& body, std::string& words);

}  // namespace sekisho::audit
