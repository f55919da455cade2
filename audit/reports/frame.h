#pragma once

// What a report is made of: the index, the texts of policies, the catalogue. Time, files and the
// database come from whoever asks.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/questions/sql.h"
#include "audit/reports/report.h"

namespace sekisho::config {
struct Catalogue;
}

namespace sekisho::audit {

// Whole days, half-open: "2026-07-01" to "2026-10-01".
struct Days {
  std::string from, to;
  bool empty() const { return from.empty(); }
};

struct ReportFrame {
  RunSql run;
  Language language = Language::kJapanese;
  policy::TimeZone zone;
  Period period;
  Days days, days_before;  // before: of the same length, or the month before
  Footer footer;           // of the period
  // The text kept under a digest ("sha256:…").
  std::function<std::optional<std::string>(const std::string& digest)> policy_text;
  // The records of one request as they stand in the log, decision and outcome. May be empty.
  std::function<std::vector<std::string>(const std::string& id)> record_lines;
  const config::Catalogue* catalogue = nullptr;
  std::int64_t now_us = 0;
  std::string place;    // "-c /etc/sekisho/gateway.yaml", in the commands that are printed
  std::string command;  // that was given
};

// Asks for one report and keeps what it asked and the first fault.
class Inquiry {
 public:
  Inquiry(const ReportFrame& frame, Report& report) : frame_(frame), report_(report) {}
  std::vector<std::vector<Cell>> rows(const std::string& sql, std::vector<Cell> parameters);
  // With `? … ?` for the first and the last day (not with it), the period's or those before.
  std::vector<std::vector<Cell>> of_period(const std::string& sql);
  std::vector<std::vector<Cell>> of_days(const std::string& sql, const Days& days);

 private:
  const ReportFrame& frame_;
  Report& report_;
};

// Title, period, footer and command.
Report begin_report(const ReportFrame& frame, std::string name, LocalText title);
Section begin_section(std::string id, std::string ja, std::string en);
// "sekisho audit QUESTION -c … --from 2026-07-01 --to 2026-09-30 MORE".
std::string command_for(const ReportFrame& frame, const std::string& question,
                        const std::string& more = "");

std::int64_t integer_of(const Cell& cell);
std::string text_of(const Cell& cell);
Cell shown(std::string text);  // nothing for ""

}  // namespace sekisho::audit
