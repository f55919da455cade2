#include <algorithm>
#include <map>
#include <set>

#include "audit/questions/marks.h"
#include "audit/reports/cell_text.h"
#include "audit/reports/columns.h"
#include "audit/reports/country_name.h"
#include "audit/reports/line_diff.h"
#include "audit/reports/policies.h"
#include "audit/reports/subject.h"
#include "audit/reports/words.h"
#include "audit/verify_words.h"

namespace sekisho::audit {
namespace {

std::string verified(const ReportFrame& frame, const std::string& said) {
  return frame.language == Language::kJapanese ? verified_in_japanese(said) : said;
}

constexpr std::int64_t kRows = 2000;

std::string told(const ReportFrame& frame, const char* ja, const char* en) {
  return frame.language == Language::kJapanese ? ja : en;
}

Table two_columns(std::string id, LocalText title) {
  Table t;
  t.id = std::move(id);
  t.title = std::move(title);
  t.columns = {text("item", "項目", "Item"), text("content", "内容", "Content")};
  return t;
}

Section verification(const ReportFrame& frame, const std::optional<VerifyReport>& v) {
  Section s = begin_section("verification", "記録の検証", "Verification of the log");
  Table t = two_columns("verification",
                        {"sekisho audit verify の結果", "Result of sekisho audit verify"});
  const auto line = [&](const char* ja, const char* en, std::string content) {
    t.rows.push_back({told(frame, ja, en), shown(std::move(content))});
  };
  if (!v || !v->checked) {
    line("結果", "Result",
         words(Word::kToFill).in(frame.language) +
             told(frame, "検証していません", "it was not verified"));
    if (v) line("理由", "Why", v->error);
  } else {
    line("結果", "Result",
         v->whole ? told(frame, "欠けも変更もありません", "whole: nothing missing, nothing changed")
                  : told(frame, "壊れています", "BROKEN"));
    line("記録", "Records", grouped(static_cast<std::int64_t>(v->head.size)));
    line("区切り", "Segments", grouped(static_cast<std::int64_t>(v->segments)));
    line("根", "Root", v->head.root);
    if (!v->whole) {
      line("最初に合わない場所", "First that does not fit",
           v->segment + (v->first_bad ? " seq " + std::to_string(*v->first_bad) : "") + ": " +
               verified(frame, v->what));
    }
    for (const std::string& note : v->notes) line("備考", "Note", verified(frame, note));
  }
  s.tables.push_back(std::move(t));
  s.command = "sekisho audit verify" + (frame.place.empty() ? "" : " " + frame.place);
  return s;
}

using TypesBySeq = std::map<std::int64_t, std::string>;

TypesBySeq types_of(Inquiry& ask, const Clause& clause) {
  TypesBySeq out;
  for (const auto& row :
       ask.rows("SELECT seq, type, sum(hits) FROM finding WHERE seq IN (SELECT seq FROM exchange "
                "WHERE " +
                    clause.text + ") GROUP BY seq, type ORDER BY seq, type",
                clause.parameters)) {
    std::string& types = out[integer_of(row[0])];
    types +=
        (types.empty() ? "" : ", ") + text_of(row[1]) + " ×" + std::to_string(integer_of(row[2]));
  }
  return out;
}

Section exchanges(const ReportFrame& frame, Inquiry& ask, const Subject& subject,
                  const Clause& clause, std::set<std::string>& policies) {
  Section s = begin_section("exchanges", "対象の要求", "Requests");
  Table t;
  t.id = "exchanges";
  t.title = {"時刻順", "In order of time"};
  t.columns = {time("time", "日時", "Time"),
               text("id", "要求", "Request"),
               text("user", "利用者", "User"),
               text("host", "ホスト", "Host"),
               of_country(),
               text("model", "モデル", "Model"),
               of_verdict(),
               text("reason", "理由", "Reason"),
               text("rule", "規則", "Rule"),
               text("exception", "例外", "Exception"),
               list("types", "見つかった種類", "Types found"),
               text("coverage", "検査", "Inspection"),
               bytes("sent", "送信", "Sent"),
               text("status", "応答", "Status")};
  const TypesBySeq types = types_of(ask, clause);
  const auto rows = ask.rows(
      "SELECT time_us, id, user, host, country, model, verdict, reason, rule, exception, seq, "
      "coverage, sent, status, outcome, policy FROM exchange WHERE " +
          clause.text + " ORDER BY time_us, seq LIMIT " + std::to_string(kRows + 1),
      clause.parameters);
  for (const auto& row : rows) {
    if (static_cast<std::int64_t>(t.rows.size()) == kRows) {
      t.notes.push_back(
          {"最初の " + grouped(kRows) + " 件だけを示しました。期間を分けて作ってください",
           "Only the first " + grouped(kRows) +
               " are shown: make one for each part of the period"});
      break;
    }
    std::vector<Cell> cells(row.begin(), row.begin() + 14);
    const auto found = types.find(integer_of(row[10]));
    cells[10] = found == types.end() ? Cell() : Cell(found->second);
    cells[13] = integer_of(row[14]) == 0
                    ? Cell(told(frame, "結果の記録なし (送られた可能性あり)",
                                "no outcome recorded (it may have been sent)"))
                    : shown(integer_of(row[13]) ? std::to_string(integer_of(row[13])) : "");
    policies.insert(text_of(row[15]));
    t.rows.push_back(std::move(cells));
  }
  s.tables.push_back(std::move(t));
  if (!subject.user.empty())
    s.command = command_for(frame, "subject", subject_option(subject) + " --reason …");
  if (!subject.id.empty())
    s.command = "sekisho audit show " + subject.id + (frame.place.empty() ? "" : " " + frame.place);
  return s;
}

// What people said afterwards of the requests; no table where nobody did.
void add_marks(const ReportFrame& frame, Inquiry& ask, Section& to) {
  std::set<std::string> ids;
  for (const auto& row : to.tables.front().rows) ids.insert(text_of(row[1]));
  Table t;
  t.id = "marks";
  t.title = {"後から付けた印 (後のものが前のものに代わる)",
             "Marked afterwards (a later mark takes the place of an earlier one)"};
  t.columns = {time("time", "日時", "Time"),
               text("id", "要求", "Request"),
               text("of", "規則または検出", "Rule or finding"),
               text("mark", "印", "Mark"),
               text("by", "誰が", "By"),
               text("reason", "理由", "Reason")};
  for (const Mark& m : marks_of(ask.rows(kAskMarks, {})))
    if (ids.contains(m.id))
      t.rows.push_back({m.marked_us, m.id, m.name,
                        m.wrong ? told(frame, "誤り", "wrong") : told(frame, "正しい", "right"),
                        shown(m.by), shown(m.reason)});
  if (!t.rows.empty()) to.tables.push_back(std::move(t));
}

// Where the values of these requests were found besides.
Section same_values(const ReportFrame& frame, Inquiry& ask, const Subject& subject,
                    const Clause& clause) {
  Section s = begin_section("values", "同じ値が見つかった要求", "Where the same values were found");
  Table t;
  t.id = "values";
  t.title = {"値ごと (鍵付きハッシュによる。値そのものは記録されない)",
             "By value (told by keyed hashes; the values are not recorded)"};
  t.columns = {text("hash", "ハッシュ", "Hash"),
               text("type", "種類", "Type"),
               requests_column(),
               count("users", "利用者数", "Users"),
               count("sent", "拒否以外", "Not refused"),
               time("first", "最初", "First"),
               time("last", "最後", "Last")};
  std::string which =
      "SELECT hash FROM finding_value WHERE seq IN (SELECT seq FROM exchange WHERE " + clause.text +
      ")";
  std::vector<Cell> parameters = clause.parameters;
  if (!subject.hashes.empty()) {
    which.clear();
    parameters.clear();
    for (const std::string& hash : subject.hashes) {
      which += which.empty() ? "?" : ", ?";
      parameters.push_back(hash);
    }
  }
  t.rows = ask.rows(
      "SELECT hash, type, count(*), count(DISTINCT user), sum(CASE WHEN verdict <> 'block' THEN 1 "
      "ELSE 0 END), min(time_us), max(time_us) FROM finding_value WHERE hash IN (" +
          which + ") GROUP BY hash, type ORDER BY count(*) DESC, hash LIMIT 1000",
      parameters);
  t.notes = {{"全期間を探しました。鍵の期が変わると同じ値でもハッシュは変わります",
              "The whole log was looked through; with another epoch of the key the same value has "
              "another hash"},
             {"一要求につき 16 値まで記録されるので、数は下限です",
              "At most 16 values of a request are recorded: the numbers are lower bounds"}};
  s.tables.push_back(std::move(t));
  if (!subject.value_type.empty())
    s.command = "sekisho audit value --type " + subject.value_type +
                (frame.place.empty() ? "" : " " + frame.place);
  return s;
}

Section surroundings(const ReportFrame& frame, Inquiry& ask, const SubjectTotals& totals) {
  constexpr std::int64_t kDay = 86'400'000'000;
  Section s = begin_section("surroundings", "前後の管理記録 (前後 1 日)",
                            "What admins and the gateway did (a day before and after)");
  Table t;
  t.id = "control";
  t.title = {"起動・停止・反映・欠落など", "Starts, stops, loads, gaps and the like"};
  t.columns = {time("time", "日時", "Time"), text("kind", "種類", "Kind"),
               text("what", "操作", "What"), text("doer", "実行者", "By"),
               text("gw", "ゲートウェイ", "Gateway")};
  if (totals.first_us)
    t.rows = ask.rows(
        "SELECT time_us, kind, what, doer, gw FROM control WHERE time_us >= ? AND time_us <= ? AND "
        "kind NOT IN ('segment', 'checkpoint', 'key') ORDER BY time_us, seq LIMIT 1000",
        {totals.first_us - kDay, totals.last_us + kDay});
  s.tables.push_back(std::move(t));
  s.command = command_for(frame, "gaps");
  return s;
}

Section whole_record(const ReportFrame& frame, const Subject& subject) {
  Section s = begin_section("record", "記録の全文", "The record itself");
  s.text.push_back(
      {"記録された行のまま示します。この一件が記録に含まれることは sekisho audit prove "
       "で証明できます。",
       "As it was recorded. That it is part of the log is proved by sekisho audit "
       "prove."});
  Difference d;
  d.title = {"決定と結果", "Decision and outcome"};
  for (const std::string& line : frame.record_lines(subject.id)) d.lines.push_back({' ', line});
  if (!d.lines.empty()) s.differences.push_back(std::move(d));
  s.command = "sekisho audit prove " + subject.id + (frame.place.empty() ? "" : " " + frame.place);
  return s;
}

Section policy_texts(const ReportFrame& frame, const std::set<std::string>& digests, bool whole) {
  Section s = begin_section("policies", "適用されたポリシー", "Policies that applied");
  Table t;
  t.id = "policies";
  t.title = {"対象の要求に適用されたもの", "Under which the requests were judged"};
  t.columns = {text("policy", "ダイジェスト", "Digest")};
  for (const std::string& digest : digests)
    if (!digest.empty()) t.rows.push_back({digest});
  s.tables.push_back(std::move(t));
  if (!whole || digests.size() != 1) return s;
  if (const auto text = frame.policy_text(*digests.begin()))
    s.differences.push_back({{"全文", "Its text"}, as_lines(*text)});
  return s;
}

Section overview(const ReportFrame& frame, const SubjectTotals& n) {
  Section s = begin_section("summary", "概要", "Summary");
  const auto figure = [](const char* ja, const char* en, std::int64_t value) {
    Figure f;
    f.label = {ja, en};
    f.value = value;
    return f;
  };
  s.figures = {figure("要求", "Requests", n.requests),
               figure("送信された要求", "Requests sent", n.sent_requests),
               figure("拒否", "Refused", n.refused),
               figure("記録だけの規則に当たった要求", "Matched observed rules", n.observed),
               figure("利用者", "Users", n.users)};
  if (n.first_us)
    s.text.push_back(
        {"最初 " + clock_text(n.first_us, frame.zone) + "、最後 " +
             clock_text(n.last_us, frame.zone) + "、送信 " + grouped(n.sent_bytes) + " バイト。",
         "First " + clock_text(n.first_us, frame.zone) + ", last " +
             clock_text(n.last_us, frame.zone) + ", " + grouped(n.sent_bytes) + " bytes sent."});
  return s;
}

}  // namespace

Report incident_report(const ReportFrame& frame, const Subject& subject,
                       const std::optional<VerifyReport>& verified) {
  const LocalText whom = subject_title(subject);
  Report r = begin_report(frame, "incident",
                          {"事案の調査記録: " + whom.ja, "Incident dossier: " + whom.en});
  Inquiry ask(frame, r);
  const Clause clause = clause_of(frame, subject);
  const SubjectTotals totals = totals_of(ask, clause);
  std::set<std::string> policies;
  r.sections = {verification(frame, verified), overview(frame, totals)};
  r.sections.push_back(exchanges(frame, ask, subject, clause, policies));
  add_marks(frame, ask, r.sections.back());
  r.sections.push_back(same_values(frame, ask, subject, clause));
  r.sections.push_back(surroundings(frame, ask, totals));
  if (!subject.id.empty() && frame.record_lines) r.sections.push_back(whole_record(frame, subject));
  r.sections.push_back(policy_texts(frame, policies, !subject.id.empty()));
  return r;
}

}  // namespace sekisho::audit
