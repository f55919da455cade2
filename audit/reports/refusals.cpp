#include "audit/reports/columns.h"
#include "audit/reports/reports.h"

namespace sekisho::audit {
namespace {

Section by_destination(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("by_destination", "宛先と理由", "Destinations and reasons");
  Table t;
  t.id = "by_destination";
  t.title = {"拒否した宛先", "Refused destinations"};
  t.columns = {text("host", "ホスト", "Host"),
               of_service(),
               list("countries", "国 (すべての証拠)", "Countries (all evidence)"),
               text("reason", "理由", "Reason"),
               text("rule", "規則", "Rule"),
               requests_column(),
               count("incidents", "事象", "Incidents")};
  t.rows = ask.of_period(
      "SELECT host, provider, countries, reason, rule, sum(n), sum(incidents) FROM rollup WHERE "
      "day >= ? AND day < ? AND verdict = 'block' GROUP BY host, provider, countries, reason, rule "
      "ORDER BY sum(n) DESC, host, reason, rule");
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "refused", "--by host,countries,reason,rule");
  return s;
}

Section by_user(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("by_user", "利用者", "Users");
  Table t;
  t.id = "by_user";
  t.title = {"拒否された利用者と宛先", "Users and destinations refused"};
  t.columns = {text("user", "利用者", "User"),
               text("host", "ホスト", "Host"),
               text("reason", "理由", "Reason"),
               text("client", "クライアント", "Client"),
               requests_column(),
               count("incidents", "事象", "Incidents"),
               time("first", "最初", "First"),
               time("last", "最後", "Last")};
  t.rows = ask.of_period(
      "SELECT user, host, reason, max(client), count(*), sum(opens), min(time_us), max(time_us) "
      "FROM exchange WHERE day >= ? AND day < ? AND verdict = 'block' GROUP BY user, host, reason "
      "ORDER BY count(*) DESC, user, host, reason");
  t.notes = {{"「事象」は、SDK の自動の再試行を一件にまとめた数です",
              "Incidents count an SDK's automatic retries once"}};
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "refused", "--by user,host,reason,client");
  return s;
}

Section by_rule(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("by_rule", "規則", "Rules");
  Table t;
  t.id = "by_rule";
  t.title = {"当たった規則", "Rules that matched"};
  t.columns = {text("rule", "規則", "Rule"),
               text("action", "動作", "Action"),
               text("mode", "運用", "Mode"),
               requests_column(),
               count("decided", "決め手になった数", "Decided by it"),
               count("lifted", "例外で解除", "Lifted by an exception")};
  t.rows = ask.of_period(
      "SELECT rule, action, mode, sum(n), sum(decided), sum(lifted) FROM rollup_rule WHERE day >= "
      "? AND day < ? GROUP BY rule, action, mode ORDER BY sum(n) DESC, rule, action, mode");
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "rules");
  return s;
}

Section observed(Inquiry& ask) {
  Section s = begin_section("observed", "記録だけの規則 (observe) が止めたはずの要求",
                            "What observed rules would have stopped");
  Table t;
  t.id = "observed";
  t.title = {"実施していれば", "Had they been enforced"};
  t.columns = {text("would", "実施時の判定", "Would be"), text("reason", "理由", "Reason"),
               text("rule", "規則", "Rule"), text("host", "ホスト", "Host"), requests_column()};
  t.rows = ask.of_period(
      "SELECT would, reason, rule, host, sum(n) FROM rollup WHERE day >= ? AND day < ? AND would "
      "<> '' GROUP BY would, reason, rule, host ORDER BY sum(n) DESC, would, rule, host");
  s.tables.push_back(std::move(t));
  return s;
}

}  // namespace

Report refusals_report(const ReportFrame& frame) {
  Report r = begin_report(frame, "refusals", {"拒否した要求の報告", "Report on refused requests"});
  r.lead = {{"拒否された要求は、一バイトも外部に送られていません。",
             "Not a byte of a refused request was sent outside."}};
  Inquiry ask(frame, r);
  r.sections = {by_destination(frame, ask), by_user(frame, ask), by_rule(frame, ask),
                observed(ask)};
  return r;
}

}  // namespace sekisho::audit
