#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>

#include "audit/index/categories.h"
#include "audit/index/indexer.h"
#include "audit/index/log_follower.h"
#include "audit/json_text.h"
#include "audit/query.h"
#include "audit/reports/cell_text.h"
#include "audit/sheet.h"
#include "audit/verify.h"
#include "gateway/commands/audit_access.h"
#include "gateway/commands/audit_commands.h"
#include "gateway/commands/audit_output.h"
#include "gateway/commands/audit_reading.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

struct IndexOptions {
  ReadingOptions reading;
  std::string sql;
  std::uint64_t seconds = 30, limit = 10'000, last = 10;
  bool follow = false, json = false, csv = false;
  audit::QueryFilter filter;
};
using Shared = std::shared_ptr<IndexOptions>;

int could_not(const std::string& why) {
  tell("sekisho audit", why);
  return 2;
}

std::optional<std::string> directory_of(const ReadingOptions& o,
                                        std::optional<config::GatewayFile>& gateway) {
  if (!o.directory.empty()) return o.directory;
  if (o.config.empty()) {
    could_not("say which log: -c gateway.yaml or --directory DIR");
    return std::nullopt;
  }
  config::Problems problems;
  gateway = config::read_gateway_form(o.config, problems);
  tell_problems(problems);
  if (!problems.empty()) return std::nullopt;
  return gateway->audit_directory.value;
}

int reindex(const IndexOptions& o) {
  std::optional<config::GatewayFile> gateway;
  const auto directory = directory_of(o.reading, gateway);
  if (!directory) return 2;
  std::string error;
  if (!audit::read_head(*directory, error)) return could_not(error);
  audit::IndexSettings settings;
  settings.log = *directory;
  settings.find_categories = [&] { return audit::read_categories(*directory); };
  settings.progress = [](std::uint64_t records) {
    if (::isatty(2))
      std::fprintf(stderr, "\r%llu records", static_cast<unsigned long long>(records));
  };
  settings.wait = patience_with_writer();
  const auto report = audit::Indexer(settings).rebuild();
  if (::isatty(2)) std::fprintf(stderr, "\r");
  if (!report.error.empty()) return could_not(report.error);
  std::printf("%llu records are indexed: %s\n", static_cast<unsigned long long>(report.added),
              audit::index_path(*directory).c_str());
  return 0;
}

void print_json(const audit::Database::Sheet& sheet) {
  std::string out = R"({"v":1,"rows":[)";
  for (const auto& row : sheet.rows) {
    out += out.back() == '[' ? "\n{" : ",\n{";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i) out += ',';
      audit::append_json_string(out, sheet.columns[i]);
      out += ':';
      if (const auto* n = std::get_if<std::int64_t>(&row[i]))
        out += std::to_string(*n);
      else if (const auto* d = std::get_if<double>(&row[i]))
        out += std::to_string(*d);
      else if (const auto* s = std::get_if<std::string>(&row[i]))
        audit::append_json_string(out, *s);
      else
        out += "null";
    }
    out += '}';
  }
  std::printf("%s\n],\"cut\":%s}\n", out.c_str(), sheet.cut ? "true" : "false");
}

std::string plain(const audit::Cell& cell) {
  if (const auto* d = std::get_if<double>(&cell)) {
    char text[40];
    std::snprintf(text, sizeof text, "%.6g", *d);
    return text;
  }
  return audit::text_in(cell);
}

int run_sql(const IndexOptions& o, const std::string& command) {
  const auto reading = Reading::open(o.reading, command);
  if (!reading) return 2;
  const auto sheet = reading->database().ask_foreign(
      o.sql, static_cast<std::int64_t>(o.seconds) * 1000, o.limit ? o.limit : SIZE_MAX);
  if (!sheet.error.empty()) return could_not(sheet.error);
  if (o.reading.json) {
    print_json(sheet);
  } else {
    std::vector<audit::Cells> lines{sheet.columns};
    for (const auto& row : sheet.rows) {
      auto& line = lines.emplace_back();
      for (const auto& cell : row)
        line.push_back(o.reading.csv ? plain(cell) : audit::display_text(plain(cell), 60));
    }
    std::string out = o.reading.csv ? std::string(audit::kByteOrderMark) : audit::aligned(lines);
    if (o.reading.csv)
      for (const auto& line : lines) out += audit::csv_line(line);
    std::fwrite(out.data(), 1, out.size(), stdout);
  }
  const bool ja = o.reading.lang != "en";
  if (sheet.cut)
    std::fprintf(stderr,
                 ja ? "先頭の %zu 行だけです (--limit)\n" : "only the first %zu rows (--limit)\n",
                 sheet.rows.size());
  const auto& footer = reading->asking().footer;
  if (footer.behind)
    std::fprintf(stderr, ja ? "索引にまだない記録: %llu\n" : "records not yet in the index: %llu\n",
                 static_cast<unsigned long long>(footer.behind));
  const auto recorded = reading->record(sheet.rows.size());
  std::fprintf(stderr, "%s: %s\n", ja ? "閲覧の記録" : "this reading",
               recorded.in(ja ? audit::Language::kJapanese : audit::Language::kEnglish).c_str());
  return 0;
}

volatile std::sig_atomic_t ended = 0;

void end_tail(int) {
  ended = 1;
}

// One line of text a decision or outcome, or the records themselves.
class Tail {
 public:
  explicit Tail(const IndexOptions& options) : options_(options) {}

  void take(std::string_view line) {
    if (!reader_.read(line)) return;
    if (reader_.kind() == "outcome") return take_outcome(line);
    if (reader_.kind() != "decision") return take_control(line);
    audit::QueryRow row{reader_.decision(), {}};
    if (!audit::matches(options_.filter, row)) return;
    ++shown_;
    open_.push_back(row.decision.seq);
    if (open_.size() > 10'000) open_.erase(open_.begin());
    if (options_.reading.json) return raw(line);
    const auto& d = row.decision;
    std::string types;
    for (const auto& [type, n] : d.findings)
      (types += types.empty() ? "" : ",") += type + "x" + std::to_string(n);
    show({audit::clock_text(d.time_us, zone_), d.user.empty() ? d.ip : d.user, d.host, d.verdict,
          d.reason, types, d.id});
  }
  std::uint64_t shown() const { return shown_; }

 private:
  void raw(std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
  }
  void show(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts)
      (out += out.empty() ? "" : "  ") += part.empty() ? "-" : audit::display_text(part, 80);
    std::printf("%s\n", out.c_str());
    std::fflush(stdout);
  }
  void take_outcome(std::string_view line) {
    const auto o = reader_.outcome();
    if (std::find(open_.begin(), open_.end(), o.ref) == open_.end()) return;
    if (options_.reading.json) return raw(line);
    show({"", "", "→ " + std::to_string(o.ref),
          o.abort.empty() ? std::to_string(o.status) : o.abort, std::to_string(o.sent) + " B"});
  }
  // Events of the gateway, unless the filter asks for something of an exchange.
  void take_control(std::string_view line) {
    const audit::QueryRow nothing;
    if (!audit::matches(options_.filter, nothing)) return;
    if (options_.reading.json) return raw(line);
    std::string text(line.substr(line.find("\"kind\":")));
    show({text});
  }
  const IndexOptions& options_;
  audit::RecordReader reader_;
  policy::TimeZone zone_;
  std::vector<std::uint64_t> open_;
  std::uint64_t shown_ = 0;
};

// Where the last `n` exchanges begin, by way of a look backwards.
std::uint64_t begin_of_last(const std::string& directory, const IndexOptions& o) {
  std::uint64_t n = 0, first = UINT64_MAX;
  audit::run_query(directory, o.filter, [&](audit::QueryRow& row) {
    first = row.decision.seq;
    return ++n < o.last;
  });
  return first;
}

int tail(const IndexOptions& o, const std::string& command) {
  if (const std::string why = audit::wrong_word(o.filter); !why.empty()) return could_not(why);
  std::optional<config::GatewayFile> gateway;
  const auto directory = directory_of(o.reading, gateway);
  if (!directory) return 2;
  std::string error;
  const auto head = audit::read_head(*directory, error);
  if (!head) return could_not(error);
  const auto recorded =
      record_access(gateway ? &*gateway : nullptr, {os_user(), command, "follows the log"});
  std::fprintf(stderr, "閲覧の記録 / this reading: %s\n", recorded.en.c_str());
  const std::uint64_t first = o.last ? begin_of_last(*directory, o) : head->size;
  std::signal(SIGINT, end_tail);
  std::signal(SIGTERM, end_tail);
  // Whole segments before the first that is shown need not be read.
  audit::LogPlace from;
  for (const auto& file : audit::list_log(*directory).segments)
    if (file.first_seq <= std::min(first, head->size)) {
      from.segment = file.first_seq;
      from.next_seq = file.first_seq;
    }
  audit::LogFollower follower(*directory, from);
  Tail shown(o);
  std::string_view line;
  while (!ended) {
    switch (follower.next(line)) {
      case audit::LogFollower::Step::kRecord:
        if (follower.place().next_seq > std::min(first, head->size)) shown.take(line);
        continue;
      case audit::LogFollower::Step::kFailed:
        return could_not(follower.error());
      case audit::LogFollower::Step::kReplaced:
        return could_not("the end of the log was replaced after a failed write: run it again");
      case audit::LogFollower::Step::kCaughtUp:
        if (!o.follow) return 0;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
  return 0;
}

void add_place(CLI::App* command, ReadingOptions& o) {
  command->add_option("-c,--config", o.config, "gateway.yaml, which names the log");
  command->add_option("--directory", o.directory, "a copy of a log, instead");
}

void add_reindex(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<IndexOptions>();
  CLI::App* command =
      audit.add_subcommand("reindex", "索引を作り直す / build the index anew from the log");
  add_place(command, o->reading);
  command->callback([o, &exit_code] { exit_code = reindex(*o); });
}

void add_sql(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<IndexOptions>();
  CLI::App* command = audit.add_subcommand(
      "sql", "索引への SELECT (読み取り専用) / a SELECT over the index, read-only");
  add_place(command, o->reading);
  command->add_option("statement", o->sql, "SELECT …")->required();
  command->add_option("--seconds", o->seconds, "it may take at most")->capture_default_str();
  command->add_option("--limit", o->limit, "rows at most, 0 = all")->capture_default_str();
  command->add_flag("--json", o->reading.json);
  command->add_flag("--csv", o->reading.csv);
  command->add_option("--lang", o->reading.lang, "ja or en")->capture_default_str();
  command->footer(
      "Tables: docs/questions.md\nExample:\n  sekisho audit sql -c gateway.yaml 'SELECT "
      "day, sum(n) FROM rollup GROUP BY day'");
  command->callback([o, &exit_code] { exit_code = run_sql(*o, command_line({"sql", o->sql})); });
}

void add_tail(CLI::App& audit, int& exit_code) {
  const auto o = std::make_shared<IndexOptions>();
  CLI::App* command =
      audit.add_subcommand("tail", "最新の記録、続けて見る / the newest records, as they come");
  add_place(command, o->reading);
  command->add_flag("-f,--follow", o->follow, "go on as records are written");
  command->add_option("-n,--last", o->last, "exchanges to begin with")->capture_default_str();
  command->add_flag("--json", o->reading.json, "the records themselves");
  const std::pair<const char*, std::string*> filters[] = {
      {"--user", &o->filter.user},         {"--ip", &o->filter.ip},
      {"--provider", &o->filter.provider}, {"--host", &o->filter.host},
      {"--country", &o->filter.country},   {"--verdict", &o->filter.verdict},
      {"--would", &o->filter.would},       {"--reason", &o->filter.reason},
      {"--rule", &o->filter.rule},         {"--type", &o->filter.type}};
  for (const auto& [name, value] : filters) command->add_option(name, *value);
  command->callback([o, &exit_code] { exit_code = tail(*o, command_line({"tail"})); });
}

}  // namespace

void add_index_commands(CLI::App& audit, int& exit_code) {
  add_reindex(audit, exit_code);
  add_sql(audit, exit_code);
  add_tail(audit, exit_code);
}

}  // namespace sekisho::gateway
