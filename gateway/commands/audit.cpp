#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "audit/query.h"
#include "config/units.h"
#include "gateway/commands/audit_access.h"
#include "gateway/commands/audit_commands.h"
#include "gateway/commands/audit_export.h"
#include "gateway/commands/audit_forget.h"
#include "gateway/commands/audit_keeping.h"
#include "gateway/commands/audit_mark.h"
#include "gateway/commands/audit_output.h"
#include "gateway/commands/audit_place.h"
#include "gateway/commands/audit_proof.h"
#include "gateway/commands/audit_sealed.h"
#include "gateway/commands/commands.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kNo = 1, kCouldNot = 2;

int could_not(const std::string& why) {
  return audit_could_not(why);
}

struct AuditOptions {
  AuditPlace place;
  std::string from, to, group_by, id, zone = "Asia/Tokyo";
  audit::QueryFilter filter;
  std::uint64_t limit = 100;
  bool json = false, csv = false, table = false;
};

std::int64_t now_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

// "-30d", "-12h": so long ago.
std::optional<std::int64_t> ago(const std::string& text) {
  if (!text.starts_with("-")) return std::nullopt;
  const auto duration = config::parse_duration(text.substr(1));
  if (!duration) return std::nullopt;
  return now_seconds() - std::chrono::duration_cast<std::chrono::seconds>(*duration).count();
}

// `end`: of a date, the moment after its last.
bool read_time(const std::string& text, const std::string& zone, bool end,
               std::optional<std::int64_t>& out) {
  if (text.empty()) return true;
  std::optional<std::int64_t> seconds = ago(text);
  const auto day = config::parse_date(text);
  if (!seconds && day && end) seconds = policy::end_of_day(*day, zone);
  if (!seconds) seconds = policy::parse_time(text, zone);
  if (seconds) out = *seconds * 1'000'000;
  return seconds.has_value();
}

bool check_words(const audit::QueryFilter& filter, std::string& error) {
  if (!filter.ip.empty() && !config::IpNetwork::parse(filter.ip))
    error = "--ip: '" + filter.ip + "' is no address or network";
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const std::string& c = filter.country;
  if (!c.empty() && !(c.size() == 2 && upper(c[0]) && upper(c[1])))
    error = "--country: '" + c + "' is no ISO 3166 code of two capital letters";
  if (const std::string why = audit::wrong_word(filter); !why.empty()) error = why;
  return error.empty();
}

void footer(const audit::QueryStats& stats) {
  const std::string range =
      stats.first ? std::to_string(*stats.first) + "-" + std::to_string(*stats.last) : "none";
  const std::string checkpoint = stats.checkpoint ? std::to_string(*stats.checkpoint) : "none yet";
  tell("seq " + range + ", " + std::to_string(stats.looked_at) +
       " records looked at, newest checkpoint: " + checkpoint);
  if (stats.unreadable)
    tell(std::to_string(stats.unreadable) + " lines are no records: run sekisho audit verify");
}

int finish(const audit::QueryStats& stats) {
  footer(stats);
  return stats.error.empty() ? kDone : could_not(stats.error);
}

// What was asked for, not what was found.
void tell_log(const AuditOptions& options, std::string command, std::uint64_t rows) {
  const audit::QueryFilter& f = options.filter;
  const std::pair<const char*, const std::string*> parts[] = {
      {"user", &f.user},   {"ip", &f.ip},           {"provider", &f.provider},
      {"host", &f.host},   {"country", &f.country}, {"verdict", &f.verdict},
      {"would", &f.would}, {"reason", &f.reason},   {"rule", &f.rule},
      {"type", &f.type},   {"id", &f.id},           {"from", &options.from},
      {"to", &options.to}};
  for (const auto& [name, value] : parts)
    if (!value->empty()) command += std::string(" --") + name + " " + *value;
  if (options.place.directory.empty()) tell_reading(options.place.config, command, rows);
}

int query_groups(const std::string& directory, const AuditOptions& options,
                 const policy::TimeZone& zone) {
  std::string error;
  auto grouping = audit::Grouping::parse(options.group_by, zone, error);
  if (!grouping) return could_not("--group-by: " + error);
  const auto stats = audit::run_query(directory, options.filter, [&](audit::QueryRow& row) {
    grouping->add(row);
    return true;
  });
  if (!stats.error.empty()) return could_not(stats.error);
  auto groups = grouping->groups();
  if (options.limit && groups.size() > options.limit) groups.resize(options.limit);
  write_groups(format_of(options.json, options.csv), grouping->fields(), groups, stats);
  tell_log(options, "query --group-by " + options.group_by, groups.size());
  return finish(stats);
}

int query_rows(const std::string& directory, const AuditOptions& options,
               const policy::TimeZone& zone) {
  RowWriter writer(format_of(options.json, options.csv), zone);
  std::uint64_t rows = 0;
  const auto stats = audit::run_query(directory, options.filter, [&](audit::QueryRow& row) {
    writer.add(row);
    return ++rows != options.limit && options.filter.id.empty();
  });
  writer.end(stats);
  tell_log(options, "query", rows);
  return finish(stats);
}

int query(AuditOptions options) {
  const auto directory = log_directory(options.place);
  if (!directory) return kCouldNot;
  std::string error;
  if (!has_log(*directory, error)) return could_not(error);
  const auto zone = policy::TimeZone::find(options.zone);
  if (!zone) return could_not("--tz: the time zone '" + options.zone + "' is not known here");
  if (!read_time(options.from, options.zone, false, options.filter.from_us))
    return could_not("--from: '" + options.from + "' is no date, time or span (-30d)");
  if (!read_time(options.to, options.zone, true, options.filter.to_us))
    return could_not("--to: '" + options.to + "' is no date, time or span (-1d)");
  if (!check_words(options.filter, error)) return could_not(error);
  if (options.json + options.csv + options.table > 1)
    return could_not("one of --json, --csv, --table");
  return options.group_by.empty() ? query_rows(*directory, options, *zone)
                                  : query_groups(*directory, options, *zone);
}

void add_filters(CLI::App* command, AuditOptions& options) {
  const std::pair<const char*, std::string*> filters[] = {{"--user", &options.filter.user},
                                                          {"--ip", &options.filter.ip},
                                                          {"--provider", &options.filter.provider},
                                                          {"--host", &options.filter.host},
                                                          {"--country", &options.filter.country},
                                                          {"--verdict", &options.filter.verdict},
                                                          {"--would", &options.filter.would},
                                                          {"--reason", &options.filter.reason},
                                                          {"--rule", &options.filter.rule},
                                                          {"--type", &options.filter.type},
                                                          {"--id", &options.filter.id}};
  for (const auto& [name, value] : filters) command->add_option(name, *value);
  command->add_option("--from", options.from, "RFC 3339, a date, or -30d");
  command->add_option("--to", options.to, "the same; of a date, its end");
  command->add_option("--limit", options.limit, "rows at most, 0 = all")->capture_default_str();
  command->add_option("--group-by", options.group_by, "fields, for counts and bytes: user,country");
  command->add_option("--tz", options.zone, "time zone")->capture_default_str();
  command->add_flag("--json", options.json);
  command->add_flag("--csv", options.csv);
  command->add_flag("--table", options.table, "(the default)");
}

using OptionsPtr = std::shared_ptr<AuditOptions>;

void add_query(CLI::App* audit, const OptionsPtr& options, int& exit_code) {
  CLI::App* command = audit->add_subcommand("query", "記録を探す / look through the records");
  add_place(command, options->place);
  add_filters(command, *options);
  command->footer(
      "Examples:\n  sekisho audit query -c gateway.yaml --from -7d --verdict block\n"
      "  sekisho audit query -c gateway.yaml --group-by user,country --csv > report.csv");
  command->callback([options, &exit_code] { exit_code = query(*options); });
}

}  // namespace

void add_audit_command(CLI::App& app, int& exit_code) {
  CLI::App* audit = app.add_subcommand("audit", "監査ログ / the audit log");
  audit->require_subcommand(1);
  const auto options = std::make_shared<AuditOptions>();
  add_query(audit, options, exit_code);
  add_proof_commands(*audit, exit_code);
  add_index_commands(*audit, exit_code);
  add_report_commands(*audit, exit_code);
  add_keeping_commands(*audit, exit_code);
  add_mark_command(*audit, exit_code);
  add_sealed_commands(*audit, exit_code);
  add_forget_command(*audit, exit_code);
  add_export_commands(*audit, exit_code);
  // Last: some questions stand beside commands of the same group.
  add_question_commands(*audit, exit_code);
}

}  // namespace sekisho::gateway
