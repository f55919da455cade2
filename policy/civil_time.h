#pragma once

// Calendar days and times of day in a named zone. g++ 12 has no chrono time zone database, so the
// rules are read from the system's TZif files; Asia/Tokyo, UTC and fixed offsets need no file.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "config/policy_file.h"

namespace sekisho::policy {

class TimeZone {
 public:
  TimeZone();  // Asia/Tokyo
  // "Asia/Tokyo", "UTC", "Europe/Berlin", "+09:00"; nullopt when the system does not know it.
  static std::optional<TimeZone> find(const std::string& name);
  // Seconds east of Greenwich at `unix_seconds`.
  std::int64_t offset_at(std::int64_t unix_seconds) const;
  // The unix second of a local date-time, given as if it were UTC. Of a time that occurs twice the
  // later one, of a skipped one the moment after the gap.
  std::int64_t from_local(std::int64_t local_seconds) const;
  // The calendar day that holds `unix_seconds` here.
  config::Date day_of(std::int64_t unix_seconds) const;
  // Unix second at which `day` has ended here.
  std::int64_t end_of(config::Date day) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;  // null = `fixed_` alone
  std::int64_t fixed_ = 9 * 3600;
};

std::int64_t days_from_civil(config::Date day);  // since 1970-01-01
config::Date civil_from_days(std::int64_t days);

// "2026-12-31", "2026-12-31T12:00", RFC 3339; without offset in `timezone`.
std::optional<std::int64_t> parse_time(std::string_view text, const std::string& timezone);
// Unix second at which `day` has ended in `timezone`; an unknown zone counts as UTC.
std::int64_t end_of_day(config::Date day, const std::string& timezone);

}  // namespace sekisho::policy
