#include "audit/reports/columns.h"
#include "audit/reports/reports.h"

namespace sekisho::audit {
namespace {

Section events(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("events", "運用の記録", "Operation");
  Table kinds;
  kinds.id = "events";
  kinds.title = {"出来事の種類と数", "Kinds of events"};
  kinds.columns = {text("kind", "種類", "Kind"), text("what", "操作", "What"),
                   count("events", "件数", "Events"), time("first", "最初", "First"),
                   time("last", "最後", "Last")};
  kinds.rows = ask.of_period(
      "SELECT kind, what, count(*), min(time_us), max(time_us) FROM control WHERE day >= ? AND day "
      "< ? GROUP BY kind, what ORDER BY kind, what");
  Table notable;
  notable.id = "notable";
  notable.title = {"停止・欠落・時計の変更", "Stops, gaps, clock steps"};
  notable.columns = {
      time("time", "日時", "Time"), text("kind", "種類", "Kind"),
      text("what", "操作", "What"), text("gw", "ゲートウェイ", "Gateway"),
      text("doer", "実行者", "By"), count("refused", "断った要求", "Requests refused meanwhile")};
  notable.rows = ask.of_period(
      "SELECT time_us, kind, what, gw, doer, refused FROM control WHERE day >= ? AND day < ? AND "
      "(kind IN ('stop', 'gap', 'damage', 'recovered') OR what IN ('clock_step', 'stop', "
      "'reload_failed')) ORDER BY time_us, seq LIMIT 5000");
  s.tables = {std::move(kinds), std::move(notable)};
  s.command = command_for(frame, "gaps");
  return s;
}

Section identities(Inquiry& ask) {
  Section s = begin_section("identities", "利用者と接続", "Users and connections");
  Table who;
  who.id = "identities";
  who.title = {"利用者を確かめた方法", "How users were identified"};
  who.columns = {text("identity", "方法", "Way"), requests_column(),
                 count("users", "利用者数", "Users")};
  who.rows = ask.of_period(
      "SELECT identity, count(*), count(DISTINCT user) FROM exchange WHERE day >= ? AND day < ? "
      "GROUP BY identity ORDER BY count(*) DESC, identity");
  Table tls;
  tls.id = "tls";
  tls.title = {"暗号化された接続の扱い", "How encrypted connections were treated"};
  tls.columns = {text("tls", "扱い", "Treatment"), of_verdict(), requests_column()};
  tls.rows = ask.of_period(
      "SELECT tls, verdict, count(*) FROM exchange WHERE day >= ? AND day < ? GROUP BY tls, "
      "verdict ORDER BY count(*) DESC, tls, verdict");
  s.tables = {std::move(who), std::move(tls)};
  return s;
}

}  // namespace

Report operation_report(const ReportFrame& frame) {
  Report r = begin_report(frame, "operation",
                          {"記録と監視の運用報告", "Report on logging and monitoring"});
  Inquiry ask(frame, r);
  r.sections = {events(frame, ask), identities(ask)};
  return r;
}

}  // namespace sekisho::audit
