#include <algorithm>
#include <set>

#include "audit/questions/access.h"
#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

// The time of the last exchange or event before a record.
std::int64_t last_before(Asker& asker, std::int64_t seq) {
  std::int64_t last = 0;
  for (const char* table : {"exchange", "control"})
    for (const auto& row : asker.ask(
             "SELECT time_us FROM " + std::string(table) + " WHERE seq<? ORDER BY seq DESC LIMIT 1",
             {seq}))
      last = std::max(last, number_in(row[0]));
  return last;
}

struct Words {
  std::string_view kind;
  const char *ja, *en;
};
constexpr Words kReasons[] = {
    {"gap", "書き込みに失敗した", "writing failed"},
    {"damage", "確定済みの記録が変化していた", "something durable had changed"},
    {"recovered", "異常終了で末尾が切れた", "a crash tore the end"},
    {"clock_step", "時計が動かされた", "the clock was set"},
    {"reload_failed", "ポリシーの読み直しに失敗 (前のまま)",
     "a reload failed (the old one stayed)"}};

std::string reason_words(const Asker& asker, const std::string& kind) {
  for (const auto& w : kReasons)
    if (w.kind == kind) return asker.say({w.ja, w.en});
  return kind;
}

// By seq.
std::vector<Row> events_of(Asker& asker) {
  const std::string columns = "SELECT seq, time_us, kind, what, gw, refused, record FROM control ";
  auto rows = asker.ask_days(columns +
                             "INDEXED BY control_kind WHERE kind IN ('boot', 'stop', 'gap', "
                             "'damage', 'recovered') AND day>=? AND day<? ORDER BY seq");
  for (auto& row : asker.ask_days(
           columns + "INDEXED BY control_what WHERE what IN ('clock_step', 'reload_failed') AND "
                     "day>=? AND day<? ORDER BY seq"))
    rows.push_back(std::move(row));
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return number_in(a[0]) < number_in(b[0]); });
  return rows;
}

void add_events(Asker& asker, Table& table) {
  std::int64_t stopped_at = 0, crashed_at = 0;
  for (const auto& row : events_of(asker)) {
    const std::int64_t seq = number_in(row[0]), time = number_in(row[1]);
    const std::string kind = text_in(row[2]), what = text_in(row[3]), record = text_in(row[6]);
    const bool crashed = record.find(R"("after":"crash")") != record.npos;
    // A command that recorded its reading is no gateway that runs; but it may be the first to see
    // that one ended badly.
    if (text_in(row[4]) == kCommandGateway && (kind == "boot" || kind == "stop")) {
      if (kind == "boot" && crashed && !crashed_at) crashed_at = last_before(asker, seq - 1);
      continue;
    }
    if (kind == "stop") {
      stopped_at = time;
      continue;
    }
    if (kind == "boot") {
      const bool crash = crashed || crashed_at;
      if (record.find(R"("after":null)") != record.npos) continue;
      const std::int64_t from = crashed_at             ? crashed_at
                                : stopped_at && !crash ? stopped_at
                                                       : last_before(asker, seq - 1);
      table.rows.push_back({from ? Cell(from) : Cell(), time, (time - from) / 1'000'000,
                            asker.say(crash ? LocalText{"異常終了して止まっていた",
                                                        "down after a "
                                                        "crash"}
                                            : LocalText{"停止していた", "stopped"}),
                            row[4], Cell(), seq});
      stopped_at = crashed_at = 0;
      continue;
    }
    const std::string name = kind == "admin" ? what : kind;
    const std::int64_t from = kind == "gap" ? last_before(asker, seq) : time;
    table.rows.push_back(
        {from, time, (time - from) / 1'000'000,
         reason_words(asker, name) + (kind == "gap" && !what.empty() ? " (" + what + ")" : ""),
         row[4], kind == "gap" ? Cell(number_in(row[5])) : Cell(), seq});
  }
}

void add_silent_days(Asker& asker) {
  std::set<std::string> days;
  for (const auto& row : asker.ask_days(
           "SELECT day FROM day_total WHERE day>=? AND day<? AND decisions>0 GROUP BY day"))
    days.insert(text_in(row[0]));
  Table& silent = asker.add_table(
      "days_without_records", {"判定の記録がない日", "Days without any decision"},
      {column(ColumnKind::kDay, "day", "日", "day"), text_column("weekday", "曜日", "weekday")});
  const QuestionScope& asking = asker.asking();
  static const LocalText kWeekdays[] = {{"月", "Mon"}, {"火", "Tue"}, {"水", "Wed"}, {"木", "Thu"},
                                        {"金", "Fri"}, {"土", "Sat"}, {"日", "Sun"}};
  const auto now = asking.zone.day_of(asking.now_us / 1'000'000);
  const auto end = std::min(policy::days_from_civil(*config::parse_date(asking.to_day)),
                            policy::days_from_civil(now) + 1);
  auto d = policy::days_from_civil(*config::parse_date(asking.from_day));
  // Before its first record the log was not silent: it was not there.
  const auto first = asker.ask("SELECT day FROM day_total ORDER BY day LIMIT 1");
  const std::string begins = first.empty() ? "" : text_in(first[0][0]);
  if (const auto date = config::parse_date(begins); date && d < policy::days_from_civil(*date)) {
    d = policy::days_from_civil(*date);
    silent.notes.push_back(
        {"ログの最初の記録は " + begins + " です。それより前の日は挙げません。",
         "The log's first record is of " + begins + "; days before it are not listed."});
  }
  for (; d < end; ++d) {
    const std::string day = policy::civil_from_days(d).to_string();
    if (!days.count(day))
      silent.rows.push_back(
          {day, asker.say(kWeekdays[static_cast<std::size_t>(((d + 3) % 7 + 7) % 7)])});
  }
}

}  // namespace

Asked ask_gaps(const QuestionScope& asking) {
  Asker asker(asking, "gaps",
              {"記録や検査のない時間", "Times without recording or without inspection"});
  Table& table = asker.add_table(
      "gaps", {"途切れ", "Interruptions"},
      {column(ColumnKind::kTime, "from", "から", "from"),
       column(ColumnKind::kTime, "to", "まで", "to"),
       column(ColumnKind::kCount, "seconds", "秒", "seconds"),
       text_column("reason", "理由", "reason"), text_column("gateway", "ゲートウェイ", "gateway"),
       column(ColumnKind::kCount, "refused", "その間に断った要求", "requests refused meanwhile"),
       column(ColumnKind::kCount, "seq", "記録番号", "seq")});
  add_events(asker, table);
  table.notes.push_back(
      {"記録できない間、ゲートウェイは要求を断ります。記録なしに送信されたものはありません。",
       "While nothing can be recorded the gateway refuses: nothing was sent without its record."});
  Table& open = asker.add_table("without_outcome",
                                {"結果の記録がない要求", "Requests without a recorded outcome"},
                                {column(ColumnKind::kDay, "day", "日", "day"), records_column()});
  for (const auto& row : asker.ask_days(
           "SELECT day, sum(n) - sum(ended) AS n_open FROM rollup WHERE day>=? AND day<? AND "
           "verdict<>'block' GROUP BY day ORDER BY day"))
    if (number_in(row[1]) > 0) open.rows.push_back({row[0], number_in(row[1])});
  open.notes.push_back({"送信された可能性があります。", "They may have been sent."});
  Table& unread = asker.add_table(
      "not_inspected", {"検査しきれずに通した要求", "Requests passed without full inspection"},
      {text_column("coverage", "検査", "coverage"), records_column(),
       column(ColumnKind::kBytes, "bytes_in", "バイト", "bytes")});
  for (const auto& row : asker.ask_days(
           "SELECT coverage, sum(n) AS n_records, sum(bytes_in) FROM rollup WHERE day>=? AND day<? "
           "AND verdict<>'block' AND coverage IN ('partly', 'uninspected', 'spliced') GROUP BY "
           "coverage ORDER BY n_records DESC"))
    unread.rows.push_back({row[0], number_in(row[1]), number_in(row[2])});
  add_silent_days(asker);
  return asker.finish();
}

Asked ask_access(const QuestionScope& asking) {
  Asker asker(asking, "access", {"誰がログを読んだか", "Who read the log"});
  Table& table = asker.add_table(
      "access", {"閲覧", "Readings"},
      {column(ColumnKind::kTime, "time", "時刻", "time"), text_column("by", "誰が", "by"),
       text_column("command", "何を", "what"), text_column("result", "結果", "result"),
       text_column("gateway", "ゲートウェイ", "gateway"),
       column(ColumnKind::kCount, "seq", "記録番号", "seq")});
  for (const auto& row : asker.ask_days(
           "SELECT time_us, doer, old, new, gw, seq FROM control INDEXED BY control_what WHERE "
           "day>=? AND day<? AND what IN ('access', 'evidence_request', 'evidence_approve', "
           "'evidence_open', 'evidence_opened') ORDER BY time_us, seq"))
    table.rows.push_back({number_in(row[0]), or_nothing(text_in(row[1])),
                          or_nothing(text_in(row[2])), or_nothing(text_in(row[3])), row[4],
                          number_in(row[5])});
  table.notes.push_back(
      {"sekisho audit での閲覧です。ファイルを直接読んだ人は、OS の監査で分かります。",
       "Readings by way of sekisho audit. Who read the files themselves is for the operating "
       "system's own audit."});
  return asker.finish();
}

}  // namespace sekisho::audit
