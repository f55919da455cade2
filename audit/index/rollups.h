#pragma once

// Counts a batch of records in memory before they are added to the tables: a few hundred rows
// instead of one for each record.

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "audit/index/calendar.h"
#include "audit/index/database.h"
#include "audit/index/indexed_record.h"

namespace sekisho::audit {

class Rollups {
 public:
  void record(const DayWords& words, const IndexedRecord& record);
  void decision(const DayWords& words, const IndexedRecord& record);
  // What an outcome adds that came in a later batch than its decision: the decision's day and the
  // columns of `rollup` from host to coverage.
  void late_outcome(const DayWords& words, const std::vector<std::string>& key,
                    const IndexedOutcome& outcome);
  // The same for an exchange with personal data that was not blocked: its outcome is known now.
  void late_transfer(const DayWords& words, const std::string& user, const std::string& country,
                     const std::string& provider);
  void policy_in_force(const DayWords& words, const IndexedRecord& record,
                       const std::string& policy, bool decision);
  bool write(Database& to);  // and forgets it
  static std::vector<std::string> key_of(const IndexedDecision& d);

 private:
  using Counts = std::array<std::int64_t, 7>;
  using Key = std::string;  // parts with a zero byte between
  using Tally = std::unordered_map<Key, Counts>;
  bool write(Database& to, const char* sql, const Tally& tally, std::size_t parts,
             std::size_t counts);
  void transfer(const DayWords& words, const IndexedDecision& d);
  void refused(const DayWords& words, const IndexedRecord& record);

  struct DayTotal {
    std::int64_t records = 0, decisions = 0, outcomes = 0, first = -1, last = 0;
  };
  struct Times {
    std::int64_t n = 0, first = 0, last = 0;
  };
  struct Place {
    std::string provider, entry, country, day;
    std::int64_t first = 0, last = 0;
  };
  Tally exchanges_, findings_, evidence_, rules_, skipped_, transfers_, transfer_users_, refused_,
      host_users_, rule_users_;
  std::map<std::pair<std::string, std::string>, DayTotal> days_;
  std::map<std::array<std::string, 3>, Times> policies_;
  std::map<std::string, Place> destinations_;
};

}  // namespace sekisho::audit
