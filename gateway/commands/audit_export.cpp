#include "gateway/commands/audit_export.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "audit/index/log_follower.h"
#include "audit/views/view.h"
#include "config/units.h"
#include "gateway/commands/audit_place.h"
#include "policy/civil_time.h"

namespace sekisho::gateway {
namespace {

struct ExportOptions {
  AuditPlace place;
  std::string format = "json", from, to, zone = "Asia/Tokyo";
};

struct Range {
  std::optional<std::int64_t> from_us, to_us;
  bool has(std::int64_t us) const {
    return (!from_us || us >= *from_us) && (!to_us || us < *to_us);
  }
};

std::optional<std::int64_t> ago(const std::string& text) {
  const auto span = text.starts_with("-") ? config::parse_duration(text.substr(1)) : std::nullopt;
  if (!span) return std::nullopt;
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return (duration_cast<seconds>(now) - duration_cast<seconds>(*span)).count();
}

// RFC 3339, a date (with `end` the moment after its last), or "-30d".
bool read_time(const std::string& text, const std::string& zone, bool end,
               std::optional<std::int64_t>& out) {
  if (text.empty()) return true;
  auto seconds = ago(text);
  const auto day = config::parse_date(text);
  if (!seconds && day && end) seconds = policy::end_of_day(*day, zone);
  if (!seconds) seconds = policy::parse_time(text, zone);
  if (seconds) out = *seconds * 1'000'000;
  return seconds.has_value();
}

class Exporter {
 public:
  Exporter(audit::ViewFormat format, Range range) : format_(format), range_(range) {}
  // False: nobody reads any more.
  bool write(std::vector<audit::ExportedEvent>& events);

 private:
  audit::ViewFormat format_;
  Range range_;
};

bool Exporter::write(std::vector<audit::ExportedEvent>& events) {
  for (const auto& event : events) {
    if (!range_.has(event.record.time_us)) continue;
    const audit::ViewFrame frame{event.record.gateway, SEKISHO_VERSION};
    std::string text = audit::render_view(format_, event, frame);
    if (format_ == audit::ViewFormat::kOtlp) text = audit::otlp_request({text}, frame);
    text += '\n';
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) return false;
  }
  events.clear();
  return true;
}

int export_log(const ExportOptions& options) {
  const auto directory = log_directory(options.place);
  if (!directory) return 2;
  const auto format = audit::parse_view_format(options.format);
  if (!format) return audit_could_not("--format: one of json, ocsf, ecs, cef, rfc5424, otlp");
  Range range;
  if (!read_time(options.from, options.zone, false, range.from_us))
    return audit_could_not("--from: '" + options.from + "' is no date, time or span (-30d)");
  if (!read_time(options.to, options.zone, true, range.to_us))
    return audit_could_not("--to: '" + options.to + "' is no date, time or span (-1d)");
  // An outcome may come hours after its decision, and a day of the log is read in seconds: so here
  // a decision waits for as long as it takes.
  const audit::Categories none;
  audit::Pairing pairing(none, std::int64_t{24} * 3600 * 1'000'000);
  audit::LogFollower follower(*directory, {});
  Exporter exporter(*format, range);
  std::vector<audit::ExportedEvent> events;
  std::string_view line;
  audit::LogFollower::Step step{};
  while ((step = follower.next(line)) == audit::LogFollower::Step::kRecord) {
    pairing.add(line, events);
    if (!exporter.write(events)) return audit_could_not("standard output is closed");
  }
  if (step == audit::LogFollower::Step::kFailed) return audit_could_not(follower.error());
  pairing.flush(events);
  if (!exporter.write(events) || std::fflush(stdout) != 0)
    return audit_could_not("standard output cannot be written");
  return 0;
}

}  // namespace

void add_export_commands(CLI::App& audit, int& exit_code) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = audit.add_subcommand(
      "export", "他のシステムの形式で書き出す / write records in the words of other systems");
  add_place(command, options->place);
  command->add_option("--format", options->format, "json, ocsf, ecs, cef, rfc5424 or otlp")
      ->capture_default_str();
  command->add_option("--from", options->from, "RFC 3339, a date, or -30d");
  command->add_option("--to", options->to, "the same; of a date, its end");
  command->add_option("--tz", options->zone, "time zone of dates")->capture_default_str();
  command->footer(
      "Example:\n  sekisho audit export -c gateway.yaml --format ocsf --from -1d > day.jsonl\nOne "
      "event a line, oldest first: docs/sinks.md.");
  command->callback([options, &exit_code] { exit_code = export_log(*options); });
}

}  // namespace sekisho::gateway
