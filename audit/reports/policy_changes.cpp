#include "audit/reports/columns.h"
#include "audit/reports/line_diff.h"
#include "audit/reports/policies.h"
#include "audit/reports/reports.h"

namespace sekisho::audit {
namespace {

constexpr std::size_t kDifferences = 40;

// The policy before the period: the last one that an earlier record names.
std::string policy_before(const ReportFrame& frame, Inquiry& ask) {
  const auto rows = ask.rows(
      "SELECT new FROM control WHERE day < ? AND what IN ('start', 'reload') AND new <> '' ORDER "
      "BY time_us DESC, seq DESC LIMIT 1",
      {frame.days.from});
  return rows.empty() ? "" : text_of(rows[0][0]);
}

Difference difference_of(const ReportFrame& frame, const std::string& old_digest,
                         const std::string& new_digest) {
  Difference d;
  const std::string names = short_digest(old_digest) + " → " + short_digest(new_digest);
  d.title = {names, names};
  const auto before = frame.policy_text(old_digest), after = frame.policy_text(new_digest);
  if (before && after)
    d.lines = line_diff(*before, *after);
  else
    d.lines = {{' ', frame.language == Language::kJapanese
                         ? "(ポリシーの全文が見つかりません)"
                         : "(the text of a policy is not at hand)"}};
  return d;
}

Section changes(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("changes", "変更の一覧", "Changes");
  Table t;
  t.id = "changes";
  t.title = {"ポリシーの読み込み", "Loads of the policy"};
  t.columns = {time("time", "日時", "Time"),
               text("what", "操作", "What"),
               text("doer", "実行者", "By"),
               text("gw", "ゲートウェイ", "Gateway"),
               text("old", "前", "Before"),
               text("new", "後", "After"),
               text("changed", "変わったか", "Changed")};
  const auto rows = ask.of_period(
      "SELECT time_us, what, doer, gw, old, new FROM control WHERE day >= ? AND day < ? AND what "
      "IN ('start', 'reload', 'reload_failed') ORDER BY time_us, seq");
  std::string current = policy_before(frame, ask);
  const auto told = [&](const char* ja, const char* en) {
    return std::string(frame.language == Language::kJapanese ? ja : en);
  };
  for (const auto& row : rows) {
    const std::string next = text_of(row[5]), what = text_of(row[1]);
    const std::string old = text_of(row[4]).empty() ? current : text_of(row[4]);
    const bool loaded = what != "reload_failed" && !next.empty();
    const bool changed = loaded && !old.empty() && old != next;
    t.rows.push_back({row[0], row[1], row[2], row[3], shown(short_digest(old)),
                      shown(short_digest(next)),
                      !loaded ? told("読み込めず、前のまま", "refused, the old one stays")
                      : old.empty() ? told("最初", "the first")
                      : changed     ? told("変わった", "yes")
                                    : told("同じ", "no")});
    if (changed && s.differences.size() < kDifferences)
      s.differences.push_back(difference_of(frame, old, next));
    if (loaded) current = next;
  }
  t.notes = {
      {"誰が承認したかは記録されません。実行者は、読み込みがどこから命じられたかです "
       "(起動、シグナル、管理用アドレス)",
       "Who approved a change is not recorded; `by` is where the load was ordered from (the "
       "start, a signal, the admin listener)"}};
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "policy log");
  return s;
}

Section in_force(const ReportFrame& frame, Inquiry& ask) {
  Section s = begin_section("in_force", "有効だったポリシー", "Policies in force");
  Table t;
  t.id = "in_force";
  t.title = {"ポリシーと要求の数", "Policies and requests"};
  t.columns = {text("policy", "digest", "Digest"), time("first", "最初の要求", "First request"),
               time("last", "最後の要求", "Last request"), requests_column(),
               text("text", "全文", "Text")};
  t.columns[0].label.ja = "ダイジェスト";
  for (const PolicySpan& p : policies_of(frame, ask)) {
    const bool kept = frame.policy_text(p.digest).has_value();
    const bool ja = frame.language == Language::kJapanese;
    t.rows.push_back({p.digest, p.first_us, p.last_us, p.requests,
                      std::string(kept ? (ja ? "あり" : "kept") : (ja ? "なし" : "missing"))});
  }
  s.tables.push_back(std::move(t));
  return s;
}

}  // namespace

Report policy_report(const ReportFrame& frame) {
  Report r =
      begin_report(frame, "policy", {"ポリシー変更の報告", "Report on changes of the policy"});
  r.lead = {{"各ポリシーの全文はログのそばに保存され、名前はその SHA-256 です。",
             "The text of each policy is kept beside the log under its SHA-256."}};
  Inquiry ask(frame, r);
  r.sections = {in_force(frame, ask), changes(frame, ask)};
  return r;
}

}  // namespace sekisho::audit
