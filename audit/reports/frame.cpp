#include "audit/reports/frame.h"

namespace sekisho::audit {
namespace {

std::string last_day(const std::string& end) {
  const auto day = config::parse_date(end);
  return day ? policy::civil_from_days(policy::days_from_civil(*day) - 1).to_string() : end;
}

}  // namespace

std::vector<std::vector<Cell>> Inquiry::rows(const std::string& sql, std::vector<Cell> parameters) {
  report_.sql.push_back(sql);
  SqlRows found = frame_.run({sql, std::move(parameters)});
  if (!found.error.empty() && report_.error.empty()) report_.error = found.error;
  return std::move(found.rows);
}

std::vector<std::vector<Cell>> Inquiry::of_period(const std::string& sql) {
  return of_days(sql, frame_.days);
}

std::vector<std::vector<Cell>> Inquiry::of_days(const std::string& sql, const Days& days) {
  return rows(sql, {days.from, days.to});
}

Report begin_report(const ReportFrame& frame, std::string name, LocalText title) {
  Report out;
  out.name = std::move(name);
  out.title = std::move(title);
  out.period = frame.period;
  out.footer = frame.footer;
  if (!frame.command.empty()) out.commands.push_back(frame.command);
  return out;
}

Section begin_section(std::string id, std::string ja, std::string en) {
  Section out;
  out.id = std::move(id);
  out.title = {std::move(ja), std::move(en)};
  return out;
}

std::string command_for(const ReportFrame& frame, const std::string& question,
                        const std::string& more) {
  std::string out = "sekisho audit " + question;
  if (!frame.place.empty()) out += " " + frame.place;
  if (!frame.days.empty()) out += " --from " + frame.days.from + " --to " + last_day(frame.days.to);
  return more.empty() ? out : out + " " + more;
}

std::int64_t integer_of(const Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  if (number) return *number;
  const auto* real = std::get_if<double>(&cell);
  return real ? static_cast<std::int64_t>(*real) : 0;
}

std::string text_of(const Cell& cell) {
  const auto* text = std::get_if<std::string>(&cell);
  return text ? *text : std::string();
}

Cell shown(std::string text) {
  return text.empty() ? Cell() : Cell(std::move(text));
}

}  // namespace sekisho::audit
