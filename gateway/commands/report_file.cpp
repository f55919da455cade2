#include "gateway/commands/report_file.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "gateway/commands/audit_reading.h"
#include "gateway/replace_file.h"

namespace sekisho::gateway {
namespace {

std::int64_t months_of(config::Date day) {
  return day.year * 12 + day.month - 1;
}

config::Date first_of(std::int64_t months) {
  return {static_cast<int>(months / 12), static_cast<int>(months % 12) + 1, 1};
}

}  // namespace

config::Date last_of_month(config::Date day) {
  return policy::civil_from_days(policy::days_from_civil(first_of(months_of(day) + 1)) - 1);
}

audit::Days span_before(const audit::Days& days) {
  const auto from = config::parse_date(days.from), to = config::parse_date(days.to);
  if (!from || !to || from->year < 1971) return {};
  if (from->day == 1 && to->day == 1)
    return {first_of(2 * months_of(*from) - months_of(*to)).to_string(), days.from};
  const std::int64_t first = policy::days_from_civil(*from);
  return {policy::civil_from_days(2 * first - policy::days_from_civil(*to)).to_string(), days.from};
}

bool write_report_file(const std::string& path, const std::string& bytes, std::string& error) {
  if (path == "-") {
    const bool done = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() &&
                      std::fflush(stdout) == 0;
    if (!done) error = std::strerror(errno);
    return done;
  }
  error = replace_file(path, bytes, FileMode::kPrivate);
  return error.empty();
}

std::string line_of(const CLI::App* command) {
  std::vector<std::string> words;
  for (const CLI::App* app = command; app && app->get_parent(); app = app->get_parent())
    words.insert(words.begin(), app->get_name());
  if (!words.empty()) words.erase(words.begin());  // "audit"
  for (const CLI::Option* option : command->get_options()) {
    if (option->count() == 0 || option->check_name("--help")) continue;
    const std::string name = option->get_name();
    words.push_back(name.starts_with("--config") ? "-c" : name);
    if (option->get_expected_min() == 0) continue;
    words.push_back(option->results().front());
  }
  return command_line(words);
}

}  // namespace sekisho::gateway
