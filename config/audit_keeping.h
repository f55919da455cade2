#pragma once

// How long the audit log is kept, and in which form: `audit.compress`, `audit.retention`,
// `audit.disk` of gateway.yaml.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/mark.h"

namespace sekisho::config {

// Kinds of records that may have a period of their own. A record of several is kept for the longest
// of them, one of none for the default.
inline constexpr std::string_view kRetentionClasses[] = {
    "personal",      // sent, with personal data found in it
    "financial",     // the same with financial data
    "secret",        // keys and passwords
    "confidential",  // the company's own words and documents
    "refused",       // not sent
    "exception",     // passed by an exception
    "operation"      // start, stop, reload, gaps, damage, who read the log
};

struct AuditKeeping {
  std::optional<std::chrono::milliseconds> compress_after = std::chrono::hours(7 * 24);
  // Nothing: segments are never removed.
  std::optional<std::chrono::hours> keep;
  std::map<std::string, std::chrono::hours, std::less<>> keep_class;
  std::optional<std::uint64_t> disk_budget;  // bytes
  double disk_warn = 0.8;                    // share of the budget
  std::uint64_t reserve = 64ull << 20;       // bytes held for the last records on a full disk
};

// "3y", "18mo", "90d": a year is 366 days and a month 31 here, so that nothing goes too early.
std::optional<std::chrono::hours> parse_period(std::string_view text);

class MapReader;
void read_audit_keeping(MapReader& audit, AuditKeeping& out);

}  // namespace sekisho::config
