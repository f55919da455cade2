#pragma once

// A batch of records on its way into the tables.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/index/calendar.h"
#include "audit/index/database.h"
#include "audit/index/incidents.h"
#include "audit/index/indexed_record.h"
#include "audit/index/log_follower.h"
#include "audit/index/rollups.h"

namespace sekisho::audit {

class IndexWriter {
 public:
  IndexWriter(Database& to, const policy::TimeZone& zone);
  void add(IndexedRecord&& record);
  void add_fault(std::uint64_t seq, const std::string& what);
  std::size_t waiting() const { return records_.size() + faults_.size(); }
  // Everything added, and the place behind it, in one transaction that the caller has begun.
  bool write(const LogPlace& place);
  // In the middle of a bulk load: decisions younger than `keep` records wait for their outcomes.
  void recall_incidents();

 private:
  bool write_exchange(const IndexedRecord& record);
  bool write_findings(const IndexedRecord& record);
  bool write_control(const IndexedRecord& record);
  bool write_late(const IndexedRecord& record);
  bool write_place(const LogPlace& place);
  void date_faults(std::int64_t time_us);

  Database& to_;
  Calendar calendar_;
  Rollups rollups_;
  Incidents incidents_;
  std::vector<IndexedRecord> records_;
  std::unordered_map<std::int64_t, std::size_t> decisions_;  // seq: place in records_
  struct Fault {
    std::int64_t seq = 0;
    std::optional<std::int64_t> time_us;  // nothing yet
    std::string what;
  };
  std::vector<Fault> faults_;
  std::int64_t last_us_ = 0;
  Statement exchange_, finding_, value_, control_, outcome_, find_, fault_, meta_;
};

// Where the index ends; of an empty one the beginning.
LogPlace read_place(Database& from);

}  // namespace sekisho::audit
