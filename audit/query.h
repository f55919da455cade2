#pragma once

// Looks through the segments, newest first. One row an exchange: its decision, joined with its
// outcome if there is one.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/record_view.h"
#include "policy/civil_time.h"

namespace sekisho::audit {

struct QueryRow {
  DecisionRow decision;
  std::optional<OutcomeRow> outcome;
};

// An empty text or optional asks for nothing.
struct QueryFilter {
  std::optional<std::int64_t> from_us, to_us;  // half-open
  std::string user, ip, provider, host, country, verdict, would, reason, rule, type, id;
};
// ip: an address or a network; host: a name, or "*.name" for everything below it; country: of any
// evidence; rule: that decided or that matched; type: of any finding.
bool matches(const QueryFilter& filter, const QueryRow& row);
// A filter for a verdict or reason that no record can have finds nothing, and that would be taken
// for an answer. "" = there is none; else why not, with the words that there are.
std::string wrong_word(const QueryFilter& filter);

struct QueryStats {
  std::uint64_t looked_at = 0;               // records
  std::optional<std::uint64_t> first, last;  // seq
  std::optional<std::uint64_t> checkpoint;   // size of the newest one
  std::uint64_t unreadable = 0;              // lines that are no records: see `audit verify`
  std::string error;                         // "" = everything could be read
};

// Calls `row` until it returns false.
QueryStats run_query(const std::string& directory, const QueryFilter& filter,
                     const std::function<bool(QueryRow&)>& row);

// Counts and bytes by one or more fields. A row with several types or countries counts in each.
struct Totals {
  std::uint64_t count = 0, bytes_in = 0, sent = 0, received = 0;
};
class Grouping {
 public:
  // Nothing and `error` for a field that there is not. `fields`: "user,country".
  static std::optional<Grouping> parse(const std::string& fields, const policy::TimeZone& zone,
                                       std::string& error);
  void add(const QueryRow& row);
  const std::vector<std::string>& fields() const { return fields_; }
  // Most exchanges first.
  std::vector<std::pair<std::vector<std::string>, Totals>> groups() const;

 private:
  std::vector<std::string> fields_;
  policy::TimeZone zone_;
  std::map<std::vector<std::string>, Totals> totals_;
};

// "2026-07-02T21:34:56.123456+09:00".
std::string local_time(std::int64_t unix_us, const policy::TimeZone& zone);

}  // namespace sekisho::audit
