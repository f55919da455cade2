#include <algorithm>
#include <map>

#include "audit/reports/cell_text.h"
#include "audit/reports/columns.h"
#include "audit/reports/reports.h"

namespace sekisho::audit {
namespace {

using Rows = std::vector<std::vector<Cell>>;

constexpr std::size_t kTop = 20;

struct Sums {
  std::int64_t n = 0, refused = 0, changed = 0, personal = 0, unread = 0, sent = 0;
};

Sums sums_of(Inquiry& ask, const Days& days) {
  Sums out;
  if (days.empty()) return out;
  const Rows rows = ask.of_days(
      "SELECT verdict, coverage, sum(n), sum(personal), sum(sent) FROM rollup WHERE day >= ? AND "
      "day < ? GROUP BY verdict, coverage",
      days);
  for (const auto& row : rows) {
    const std::string verdict = text_of(row[0]), coverage = text_of(row[1]);
    const std::int64_t n = integer_of(row[2]);
    out.n += n;
    if (verdict == "block") out.refused += n;
    if (verdict == "redact" || verdict == "pseudonymise") out.changed += n;
    if (verdict != "block") out.personal += integer_of(row[3]);
    if (coverage != "inspected" && coverage != "no_body" && verdict != "block") out.unread += n;
    out.sent += integer_of(row[4]);
  }
  return out;
}

// The thirteen weeks up to the end of the period, for the small lines.
struct Weeks {
  std::vector<std::string> names;
  std::map<std::string, Sums> sums;
  std::vector<double> line(std::int64_t Sums::*part) const {
    std::vector<double> out;
    for (const std::string& name : names) out.push_back(static_cast<double>(sums.at(name).*part));
    return out;
  }
};

Weeks weeks_of(Inquiry& ask, const Days& days) {
  constexpr std::int64_t kDays = 13 * 7;
  Weeks out;
  const auto end = config::parse_date(days.to);
  if (!end) return out;
  const Days span{policy::civil_from_days(policy::days_from_civil(*end) - kDays).to_string(),
                  days.to};
  const Rows rows = ask.of_days(
      "SELECT week, verdict, sum(n), sum(personal) FROM rollup WHERE day >= ? AND day < ? GROUP "
      "BY week, verdict ORDER BY week",
      span);
  for (const auto& row : rows) {
    const std::string week = text_of(row[0]), verdict = text_of(row[1]);
    Sums& sums = out.sums[week];
    sums.n += integer_of(row[2]);
    if (verdict == "block") sums.refused += integer_of(row[2]);
    if (verdict == "redact" || verdict == "pseudonymise") sums.changed += integer_of(row[2]);
    if (verdict != "block") sums.personal += integer_of(row[3]);
  }
  // A week without a request is a week, too.
  const auto first = out.sums.empty() ? std::nullopt : config::parse_date(out.sums.begin()->first);
  const auto last = out.sums.empty() ? std::nullopt : config::parse_date(out.sums.rbegin()->first);
  if (first && last)
    for (auto day = policy::days_from_civil(*first); day <= policy::days_from_civil(*last);
         day += 7)
      out.sums[policy::civil_from_days(day).to_string()];
  for (const auto& [name, sums] : out.sums) out.names.push_back(name);
  return out;
}

Figure figure(const char* ja, const char* en, std::int64_t value,
              std::optional<std::int64_t> before, std::vector<double> weeks = {}) {
  Figure out;
  out.label = {ja, en};
  out.value = value;
  if (before) out.before = *before;
  out.weeks = std::move(weeks);
  return out;
}

Section figures(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("figures", "主な数値", "Key figures");
  const Sums now = sums_of(ask, frame.days), then = sums_of(ask, frame.days_before);
  const Weeks weeks = weeks_of(ask, frame.days);
  const bool before = !frame.days_before.empty();
  const auto was = [&](std::int64_t n) { return before ? std::optional(n) : std::nullopt; };
  s.figures = {
      figure("要求", "Requests", now.n, was(then.n), weeks.line(&Sums::n)),
      figure("拒否", "Refused", now.refused, was(then.refused), weeks.line(&Sums::refused)),
      figure("伏せ字・仮名化", "Redacted or pseudonymised", now.changed, was(then.changed),
             weeks.line(&Sums::changed)),
      figure("個人情報を含み、拒否されなかった要求", "Requests with personal data, not refused",
             now.personal, was(then.personal), weeks.line(&Sums::personal)),
      figure("読めないまま通した要求", "Passed without being wholly read", now.unread,
             was(then.unread))};
  Table t;
  t.id = "weeks";
  t.title = {"直近 13 週 (上の線と同じ値)", "The last 13 weeks (the values of the lines above)"};
  t.columns = {text("week", "週", "Week"), requests_column(), count("refused", "拒否", "Refused"),
               count("changed", "伏せ字・仮名化", "Redacted or pseudonymised"),
               count("personal", "個人情報あり", "With personal data")};
  for (const std::string& name : weeks.names) {
    const Sums& w = weeks.sums.at(name);
    t.rows.push_back({name, w.n, w.refused, w.changed, w.personal});
  }
  s.tables.push_back(std::move(t));
  return s;
}

Section trend(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("trend", "判定の推移", "Verdicts over time");
  Table t;
  t.id = "trend";
  t.title = {"週ごとの判定", "Verdicts by week"};
  t.columns = {text("week", "週", "Week"), of_verdict(), requests_column(),
               count("incidents", "事象 (再試行をまとめた数)", "Incidents (retries counted once)"),
               bytes("sent", "送信", "Sent")};
  t.rows = ask.of_period(
      "SELECT week, verdict, sum(n), sum(incidents), sum(sent) FROM rollup WHERE day >= ? AND day "
      "< ? GROUP BY week, verdict ORDER BY week, verdict");
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "trend", "--by verdict --step week");
  return s;
}

void add_share(Rows& rows, std::size_t of) {
  std::int64_t all = 0;
  for (const auto& row : rows) all += integer_of(row[of]);
  for (auto& row : rows)
    row.push_back(all ? Cell(static_cast<double>(integer_of(row[of])) / static_cast<double>(all))
                      : Cell());
}

void cut(Table& table) {
  if (table.rows.size() <= kTop) return;
  const std::string left = grouped(static_cast<std::int64_t>(table.rows.size() - kTop));
  table.rows.resize(kTop);
  table.notes.push_back({"上位だけを示しました。ほか " + left + " 行",
                         "Only the largest are shown; " + left + " more"});
}

Section destinations(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("destinations", "送り先", "Destinations");
  Table services;
  services.id = "services";
  services.title = {"サービスと国", "Services and countries"};
  services.columns = {of_service(),
                      of_country(),
                      requests_column(),
                      count("refused", "拒否", "Refused"),
                      bytes("sent", "送信", "Sent"),
                      share("share", "要求の割合", "Share of requests")};
  services.rows = ask.of_period(
      "SELECT provider, country, sum(n), sum(CASE WHEN verdict = 'block' THEN n ELSE 0 END), "
      "sum(sent) FROM rollup WHERE day >= ? AND day < ? GROUP BY provider, country ORDER BY "
      "sum(n) DESC, provider, country");
  add_share(services.rows, 2);
  cut(services);
  Table fresh;
  fresh.id = "new_destinations";
  fresh.title = {"この期間に初めて現れた宛先", "Destinations seen for the first time"};
  fresh.columns = {text("host", "ホスト", "Host"), of_service(), of_country(),
                   day("first_day", "初出", "First seen")};
  fresh.rows = ask.of_period(
      "SELECT host, provider, country, first_day FROM destination WHERE first_day >= ? AND "
      "first_day < ? ORDER BY first_day, host");
  fresh.notes = {{"サービス欄が空の宛先は、カタログが知らないものです",
                  "Hosts without a service are unknown to the catalogue"}};
  cut(fresh);
  s.tables = {std::move(services), std::move(fresh)};
  s.command = command_for(frame, "dests", "--new");
  return s;
}

Section refused(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("refused", "拒否の理由", "Why requests were refused");
  Table t;
  t.id = "reasons";
  t.title = {"理由ごとの件数", "By reason"};
  t.columns = {text("reason", "理由", "Reason"), requests_column(),
               count("incidents", "事象", "Incidents"), share("share", "割合", "Share")};
  t.rows = ask.of_period(
      "SELECT reason, sum(n), sum(incidents) FROM rollup WHERE day >= ? AND day < ? AND verdict = "
      "'block' GROUP BY reason ORDER BY sum(n) DESC, reason");
  add_share(t.rows, 1);
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "refused");
  return s;
}

Section findings(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("findings", "見つかった情報", "What was found");
  Table t;
  t.id = "findings";
  t.title = {"種類と判定", "Types and verdicts"};
  t.columns = {text("type", "種類", "Type"), text("category", "分類", "Category"), of_verdict(),
               requests_column(), count("hits", "検出数", "Hits")};
  t.rows = ask.of_period(
      "SELECT type, category, verdict, sum(n), sum(hits) FROM rollup_finding WHERE day >= ? AND "
      "day < ? GROUP BY type, category, verdict ORDER BY sum(n) DESC, type, verdict");
  t.notes = {{"値そのものは記録されていません", "The values themselves are not recorded"}};
  cut(t);
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "trend", "--by type,verdict --step week");
  return s;
}

Section coverage(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("coverage", "検査の範囲", "How much was read");
  Table t;
  t.id = "coverage";
  t.title = {"本文をどこまで検査したか", "How much of the bodies was inspected"};
  t.columns = {text("coverage", "検査", "Inspection"), requests_column(),
               bytes("bytes_in", "受信した本文", "Bodies"), share("share", "割合", "Share")};
  t.rows = ask.of_period(
      "SELECT coverage, sum(n), sum(bytes_in) FROM rollup WHERE day >= ? AND day < ? GROUP BY "
      "coverage ORDER BY sum(n) DESC, coverage");
  add_share(t.rows, 1);
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "coverage");
  return s;
}

}  // namespace

Report overview_report(const ReportFrame& frame) {
  Report r = begin_report(frame, "overview", {"生成 AI 利用の報告", "Use of generative AI"});
  r.lead = {
      {"従業員から外部の生成 AI サービスへの通信のうち、Sekisho を通ったすべての要求を数えました。",
       "Counted is every request from employees to external generative AI services that went "
       "through Sekisho."}};
  Inquiry ask(frame, r);
  r.sections = {figures(frame, ask), trend(frame, ask),    destinations(frame, ask),
                refused(frame, ask), findings(frame, ask), coverage(frame, ask)};
  return r;
}

}  // namespace sekisho::audit
