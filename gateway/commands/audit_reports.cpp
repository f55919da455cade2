#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "audit/query.h"
#include "audit/questions/questions.h"
#include "audit/reports/iso_pack.h"
#include "audit/reports/reports.h"
#include "config/catalogue.h"
#include "gateway/commands/audit_commands.h"
#include "gateway/commands/audit_reading.h"
#include "gateway/commands/audit_value.h"
#include "gateway/commands/report_file.h"
#include "gateway/commands/telling.h"

namespace sekisho::gateway {
namespace {

constexpr int kDone = 0, kCouldNot = 2;

struct ReportOptions {
  ReadingOptions reading;
  std::string month, out, format = "html", user, id, value_type, known_at;
  bool wrongful = false;
};
using Shared = std::shared_ptr<ReportOptions>;

int could_not(const std::string& why) {
  tell("sekisho audit report", why);
  return kCouldNot;
}

// What a report is made of, kept while it is made.
struct Source {
  std::unique_ptr<Reading> reading;
  config::Catalogue catalogue;
  audit::ReportFrame frame;
  audit::PageLook look;
};

bool set_month(ReportOptions& o) {
  if (o.month.empty()) return true;
  const auto first = config::parse_date(o.month + "-01");
  if (!first || !o.reading.quarter.empty() || !o.reading.from.empty() || !o.reading.to.empty())
    return could_not("--month: write 2026-07, without --quarter, --from and --to") == kDone;
  o.reading.from = first->to_string();
  o.reading.to = last_of_month(*first).to_string();
  return true;
}

void load_catalogue(const Reading& reading, config::Catalogue& out) {
  const config::GatewayFile* gateway = reading.gateway();
  std::string providers = gateway ? gateway->catalogue_providers.value : "";
  if (providers.empty()) providers = config::shipped_directory() + "/providers.yaml";
  config::Problems problems;
  out =
      config::load_catalogue(providers, gateway ? gateway->catalogue_overlay.value : "", problems);
  for (const auto& p : problems)
    tell(in_terminal_language(p) + in_terminal_language(" (the report does without it)"));
}

std::vector<std::string> record_lines(const std::string& directory, const std::string& id) {
  audit::QueryFilter filter;
  filter.id = id;
  std::vector<std::string> out;
  audit::run_query(directory, filter, [&](audit::QueryRow& row) {
    out.push_back("{\"seq\":" + std::to_string(row.decision.seq) + "," + row.decision.json + "}");
    if (row.outcome)
      out.push_back("{\"seq\":" + std::to_string(row.outcome->seq) + "," + row.outcome->json + "}");
    return false;
  });
  return out;
}

std::string place_of(const ReadingOptions& o) {
  if (!o.config.empty()) return command_line({"-c", o.config}).substr(14);
  return command_line({"--directory", o.directory}).substr(14);
}

// The footer that every question of the period has.
bool add_footer(Source& s) {
  const audit::Asked gaps = audit::ask_gaps(s.reading->asking());
  if (!gaps.error.empty()) return could_not(gaps.error) == kDone;
  s.frame.footer = gaps.answer.footer;
  return true;
}

std::unique_ptr<Source> open_source(ReportOptions& o, const std::string& command) {
  if (!set_month(o)) return nullptr;
  auto s = std::make_unique<Source>();
  o.reading.limit = 0;
  s->reading = Reading::open(o.reading, command);
  if (!s->reading) return nullptr;
  const audit::QuestionScope& asking = s->reading->asking();
  load_catalogue(*s->reading, s->catalogue);
  audit::ReportFrame& f = s->frame;
  f.run = asking.run;
  f.language = asking.language;
  f.zone = asking.zone;
  f.period = asking.period;
  f.days = {asking.from_day, asking.to_day};
  f.days_before = span_before(f.days);
  f.policy_text = asking.policy_text;
  f.record_lines = [directory = s->reading->directory()](const std::string& id) {
    return record_lines(directory, id);
  };
  f.catalogue = &s->catalogue;
  f.now_us = asking.now_us;
  f.place = place_of(o.reading);
  f.command = command;
  s->look = {.language = asking.language,
             .zone = asking.zone,
             .made_us = asking.now_us,
             .made_by = s->reading->look().made_by};
  return add_footer(*s) ? std::move(s) : nullptr;
}

std::uint64_t rows_of(const audit::Report& report) {
  std::uint64_t n = 0;
  for (const auto& section : report.sections)
    for (const auto& table : section.tables) n += table.rows.size();
  return n;
}

int write_out(const Source& s, const std::string& path, const std::string& bytes,
              std::uint64_t rows) {
  // Recorded first: what cannot be written was read all the same.
  const audit::LocalText recorded = s.reading->record(rows);
  std::string error;
  if (!write_report_file(path, bytes, error)) return could_not(path + ": " + error);
  std::fprintf(stderr, "%s: %zu bytes%s%s\n", path.c_str(), bytes.size(),
               recorded.en.empty() ? "" : ". ", recorded.in(s.frame.language).c_str());
  return kDone;
}

// CSV is one file only of a report with one table: else a zip of them.
int write_csv(const Source& s, const ReportOptions& o, const audit::Report& report) {
  const auto files = audit::csv_files(report, s.look);
  if (!o.out.ends_with(".zip")) {
    if (files.size() > 2)
      return could_not("the report has " + std::to_string(files.size() - 1) +
                       " tables: write --out NAME.zip");
    return write_out(s, o.out, files.front().bytes, rows_of(report));
  }
  std::string error;
  const auto zip = audit::zip_of(files, s.frame.zone.day_of(s.frame.now_us / 1'000'000), error);
  return zip ? write_out(s, o.out, *zip, rows_of(report)) : could_not(error);
}

int write(const Source& s, const ReportOptions& o, const audit::Report& report) {
  if (!report.error.empty()) return could_not(report.error);
  if (o.format == "csv") return write_csv(s, o, report);
  if (o.format != "html") return could_not("--format: '" + o.format + "' is neither html nor csv");
  return write_out(s, o.out, audit::html_page(report, s.look), rows_of(report));
}

std::optional<audit::Subject> subject_of(const Source& s, const ReportOptions& o) {
  audit::Subject out{.user = o.user, .id = o.id, .value_type = o.value_type};
  if (o.user.empty() + o.id.empty() + o.value_type.empty() != 2) {
    could_not("one of --user, --id, --value-type (the value itself comes from standard input)");
    return std::nullopt;
  }
  if (o.value_type.empty()) return out;
  std::string error;
  const auto hashes = hashes_of_value(s.reading->gateway(), o.value_type, error);
  if (!hashes) {
    could_not(error);
    return std::nullopt;
  }
  out.hashes = *hashes;
  return out;
}

int incident(const Source& s, const ReportOptions& o) {
  const auto subject = subject_of(s, o);
  if (!subject) return kCouldNot;
  audit::ReportFrame frame = s.frame;
  // A request is looked for in all of the log.
  if (!o.id.empty() && o.month.empty() && o.reading.from.empty() && o.reading.quarter.empty())
    frame.days = {};
  const auto verified = audit::verify_log(s.reading->directory(), std::nullopt);
  return write(s, o, audit::incident_report(frame, *subject, verified));
}

int appi(const Source& s, const ReportOptions& o) {
  const auto subject = subject_of(s, o);
  if (!subject) return kCouldNot;
  const auto known = policy::parse_time(o.known_at, "Asia/Tokyo");
  if (!known) return could_not("--known-at: '" + o.known_at + "' is no date or time");
  audit::ReportFrame frame = s.frame;
  if (!o.id.empty() && o.month.empty() && o.reading.from.empty() && o.reading.quarter.empty())
    frame.days = {};
  return write(s, o, audit::breach_report(frame, {*subject, *known * 1'000'000, o.wrongful}));
}

bool ask_for_pack(const Source& s, std::vector<audit::Answer>& out) {
  const audit::QuestionScope& q = s.reading->asking();
  using Ask = std::function<audit::Asked()>;
  const std::pair<const char*, Ask> asked[] = {
      {"transfers", [&] { return audit::ask_transfers(q); }},
      {"refused --by user,host,reason",
       [&] {
         return audit::ask_refused(q, {{"user", "host", "reason"}, ""});
       }},
      {"regions", [&] { return audit::ask_regions(q); }},
      {"exceptions", [&] { return audit::ask_exceptions(q, {}); }},
      {"gaps", [&] { return audit::ask_gaps(q); }},
      {"coverage", [&] { return audit::ask_coverage(q); }},
      {"trend --by type,verdict --step week",
       [&] {
         return audit::ask_trend(q, {{"type", "verdict"}, "week"});
       }},
      {"rules", [&] { return audit::ask_rules(q); }},
      {"dests", [&] { return audit::ask_destinations(q, false); }},
      {"policy log", [&] { return audit::ask_policy_log(q); }},
      {"access", [&] { return audit::ask_access(q); }}};
  for (const auto& [name, ask] : asked) {
    audit::Asked one = ask();
    if (!one.error.empty()) return could_not(std::string(name) + ": " + one.error) == kDone;
    one.answer.command = audit::command_for(s.frame, name);
    out.push_back(std::move(one.answer));
  }
  return true;
}

int iso27001(const Source& s, const ReportOptions& o) {
  if (!o.out.ends_with(".zip")) return could_not("the pack is a zip file: write --out NAME.zip");
  audit::PackInput input;
  if (!ask_for_pack(s, input.answers)) return kCouldNot;
  input.verified = audit::verify_log(s.reading->directory(), std::nullopt);
  input.look = s.look;
  std::string error;
  const auto files = audit::iso_pack(s.frame, input, error);
  if (!error.empty()) return could_not(error);
  const auto dated = s.frame.zone.day_of(s.frame.now_us / 1'000'000);
  const auto zip = audit::zip_of(files, dated, error);
  return zip ? write_out(s, o.out, *zip, files.size()) : could_not(error);
}

using Make = std::function<int(const Source&, const ReportOptions&)>;

CLI::App* add(CLI::App& parent, int& exit_code, const char* name, const char* what, Make make,
              const Shared& o) {
  CLI::App* command = parent.add_subcommand(name, what);
  command->add_option("-c,--config", o->reading.config, "gateway.yaml, which names the log");
  command->add_option("--directory", o->reading.directory, "a copy of a log, instead");
  command->add_option("--quarter", o->reading.quarter,
                      "2026Q2 (July to September: Japanese fiscal year), 2026, this, last");
  command->add_option("--month", o->month, "2026-07");
  command->add_option("--from", o->reading.from, "a date, or -30d");
  command->add_option("--to", o->reading.to, "the same: to the end of that day");
  command->add_option("--lang", o->reading.lang, "ja or en")->capture_default_str();
  command->add_option("--out", o->out, "file to write, - = standard output")->required();
  command->callback([command, o, make = std::move(make), &exit_code] {
    const auto source = open_source(*o, line_of(command));
    exit_code = source ? make(*source, *o) : kCouldNot;
  });
  return command;
}

void add_plain(CLI::App& parent, int& exit_code, const char* name, const char* what,
               audit::Report (*report)(const audit::ReportFrame&)) {
  const auto o = std::make_shared<ReportOptions>();
  const auto make = [report](const Source& s, const ReportOptions& options) {
    return write(s, options, report(s.frame));
  };
  add(parent, exit_code, name, what, make, o)
      ->add_option("--format", o->format, "html, or csv (a zip of its tables)")
      ->capture_default_str();
}

void add_subject(CLI::App* command, ReportOptions& o) {
  command->add_option("--format", o.format, "html, or csv (a zip of its tables)")
      ->capture_default_str();
  command->add_option("--user", o.user, "as the records name the person");
  command->add_option("--id,--incident", o.id, "sks_… of a request");
  command->add_option("--value-type", o.value_type,
                      "email, jp_my_number, …: the value comes from standard input");
  command->add_option("--reason", o.reading.reason, "why it is looked at; it is recorded");
}

void add_iso(CLI::App& parent, int& exit_code) {
  add(parent, exit_code, "iso27001", "ISO/IEC 27001:2022 の監査資料 / evidence pack (zip)",
      iso27001, std::make_shared<ReportOptions>());
}

}  // namespace

void add_report_commands(CLI::App& audit, int& exit_code) {
  CLI::App* report = audit.add_subcommand("report", "報告書 / reports to print and file");
  report->require_subcommand(1);
  add_plain(*report, exit_code, "overview", "月次報告 / monthly overview", audit::overview_report);
  add_plain(*report, exit_code, "crossborder", "外国への提供 (28 条) / provision abroad",
            audit::crossborder_report);
  add_plain(*report, exit_code, "refusals", "拒否 / refusals", audit::refusals_report);
  add_plain(*report, exit_code, "exceptions", "例外 / exceptions", audit::exceptions_report);
  add_plain(*report, exit_code, "policy", "ポリシーの変更 / changes of the policy",
            audit::policy_report);
  add_plain(*report, exit_code, "suppliers", "利用中のサービス / services in use",
            audit::suppliers_report);
  add_plain(*report, exit_code, "operation", "記録と監視の運用 / logging and monitoring",
            audit::operation_report);
  const auto o = std::make_shared<ReportOptions>();
  add_subject(add(*report, exit_code, "incident", "事案の調査記録 / incident dossier", incident, o),
              *o);
  const auto b = std::make_shared<ReportOptions>();
  CLI::App* command = add(*report, exit_code, "appi",
                          "漏えい等報告の下書き / draft of the report of a leak", appi, b);
  add_subject(command, *b);
  command->add_option("--known-at", b->known_at, "when the company came to know: 2026-07-02T09:00")
      ->required();
  command->add_flag("--wrongful", b->wrongful, "a wrongful purpose is possible: 60 days");
  add_iso(*report, exit_code);
  CLI::App* pack = audit.add_subcommand("pack", "監査資料 / evidence packs");
  pack->require_subcommand(1);
  add_iso(*pack, exit_code);
}

}  // namespace sekisho::gateway
