#include <algorithm>
#include <map>

#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

// Parts of a row that name it, with the types found there.
using Names = std::vector<std::string>;

struct Types {
  std::map<std::string, std::int64_t> records;  // by type
  std::string text() const {
    std::vector<std::pair<std::string, std::int64_t>> sorted(records.begin(), records.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string out;
    for (const auto& [type, n] : sorted)
      (out += out.empty() ? "" : ", ") += type + " " + std::to_string(n);
    return out;
  }
};

std::map<Names, Types> types_by(Asker& asker, const std::string& columns, std::size_t count) {
  std::map<Names, Types> out;
  for (const auto& row : asker.ask_days("SELECT " + columns +
                                        ", type, count(*) AS n_records FROM finding WHERE "
                                        "day>=? AND day<? AND personal=1 GROUP BY " +
                                        columns + ", type")) {
    Names names;
    for (std::size_t i = 0; i < count; ++i) names.push_back(text_in(row[i]));
    out[names].records[text_in(row[count])] += number_in(row[count + 1]);
  }
  return out;
}

constexpr char kSums[] =
    "count(*) AS n_records, sum(opens) AS n_incidents, "
    "sum(CASE WHEN verdict='allow' THEN 1 ELSE 0 END) AS n_raw, "
    "sum(CASE WHEN verdict='redact' OR verdict='pseudonymise' THEN 1 ELSE 0 END) AS n_masked, "
    "sum(CASE WHEN verdict='block' THEN 1 ELSE 0 END) AS n_blocked, "
    "sum(CASE WHEN verdict<>'block' AND outcome=0 THEN 1 ELSE 0 END) AS n_unsure";

std::vector<Column> with_sums(std::vector<Column> columns) {
  const Column sums[] = {
      column(ColumnKind::kList, "types", "種別 (件数)", "types (records)"),
      records_column(),
      incidents_column(),
      column(ColumnKind::kCount, "sent_raw", "そのまま送信", "sent as it was"),
      column(ColumnKind::kCount, "sent_masked", "伏せて送信", "sent masked"),
      column(ColumnKind::kCount, "blocked", "拒否", "blocked"),
      column(ColumnKind::kCount, "no_outcome", "結果の記録なし", "no outcome recorded")};
  columns.insert(columns.end(), std::begin(sums), std::end(sums));
  return columns;
}

void add_sums(Asker& asker, Table& table, const std::string& columns, std::size_t count) {
  auto types = types_by(asker, columns, count);
  for (const auto& row :
       asker.ask_days("SELECT " + columns + ", " + kSums +
                      " FROM exchange WHERE day>=? AND day<? AND personal>0 GROUP BY " + columns +
                      " ORDER BY n_records DESC, " + columns)) {
    Row out;
    Names names;
    for (std::size_t i = 0; i < count; ++i) {
      names.push_back(text_in(row[i]));
      out.push_back(or_nothing(names.back()));
    }
    out.push_back(or_nothing(types[names].text()));
    for (std::size_t i = count; i < count + 6; ++i) out.push_back(number_in(row[i]));
    table.rows.push_back(std::move(out));
  }
}

LocalText why_it_passed(const std::string& exception, const std::string& would,
                        const std::string& coverage, const std::string& rule) {
  if (!exception.empty()) return {"例外 " + exception, "exception " + exception};
  if (!would.empty())
    return {"監視モード (施行なら " + would + ")", "observe mode (would be: " + would + ")"};
  if (coverage != "inspected")
    return {"一部を検査できなかった (" + coverage + ")", "not read in full (" + coverage + ")"};
  return {"ポリシーが許可 (" + rule + ")", "the policy allows it (" + rule + ")"};
}

}  // namespace

Asked ask_transfers(const QuestionScope& asking) {
  Asker asker(asking, "transfers",
              {"個人データの送信: 誰が、どの国へ", "Personal data sent: who, to which country"});
  Table& countries = asker.add_table("by_country", {"国と事業者ごと", "By country and provider"},
                                     with_sums({country_column(), provider_column()}));
  add_sums(asker, countries, "country, provider", 2);
  countries.notes.push_back(
      {"国は受領者の国 (事業者、処理、保存の順に、記録にある最初の証拠)。個人データは、個人を識別"
       "する種別と、カード・口座の番号です。",
       "Country: the recipient's (the first piece of evidence of operator, processing, storage). "
       "Personal data: types that identify persons, and card and account numbers."});
  Table& users = asker.add_table("transfers", {"利用者ごと", "By user"},
                                 with_sums({user_column(), country_column(), provider_column()}));
  add_sums(asker, users, "user, country, provider", 3);
  users.notes.push_back(
      {"件数は要求の数で、SDK "
       "の再試行を含みます。事案は再試行を一つに数えます。「結果の記録なし」は"
       "送信された可能性があります。",
       "Records are requests, retries of SDKs included; an incident counts them as one. What has "
       "no outcome may have been sent."});
  return asker.finish();
}

Asked ask_raw_transfers(const QuestionScope& asking) {
  Asker asker(asking, "transfers_raw",
              {"伏せずに送られた個人データと、その理由",
               "Personal data that left as it was, and "
               "why"});
  std::map<std::int64_t, Types> types;
  for (const auto& row :
       asker.ask_days("SELECT seq, type, hits FROM finding WHERE day>=? AND day<? AND personal=1 "
                      "AND verdict='allow'"))
    types[number_in(row[0])].records[text_in(row[1])] += number_in(row[2]);
  const auto rows = asker.ask_days(
      "SELECT seq, time_us, id, user, country, provider, host, exception, would, coverage, rule, "
      "outcome, sent FROM exchange WHERE day>=? AND day<? AND personal>0 AND verdict='allow' "
      "ORDER BY time_us DESC");
  Table& table = asker.add_table(
      "raw", {"送られたもの", "What was sent"},
      {column(ColumnKind::kTime, "time", "時刻", "time"), text_column("id", "記録", "record"),
       user_column(), country_column(), provider_column(), host_column(),
       column(ColumnKind::kList, "types", "種別 (箇所)", "types (places)"),
       text_column("why", "通した理由", "why it passed"),
       text_column("exception", "例外", "exception"),
       column(ColumnKind::kBytes, "sent", "送信バイト", "bytes sent")});
  for (const auto& row : rows) {
    const LocalText why =
        why_it_passed(text_in(row[7]), text_in(row[8]), text_in(row[9]), text_in(row[10]));
    Row out{number_in(row[1]),
            row[2],
            or_nothing(text_in(row[3])),
            or_nothing(text_in(row[4])),
            or_nothing(text_in(row[5])),
            row[6],
            or_nothing(types[number_in(row[0])].text()),
            asker.say(why),
            or_nothing(text_in(row[7]))};
    out.push_back(number_in(row[11]) > 0 ? Cell(number_in(row[12])) : Cell());
    table.rows.push_back(std::move(out));
  }
  std::int64_t unseen = 0;
  for (const auto& row : asker.ask_days(
           "SELECT sum(n) FROM rollup WHERE day>=? AND day<? AND verdict<>'block' AND coverage IN "
           "('partly', 'uninspected', 'spliced')"))
    unseen = number_in(row[0]);
  const std::string n = std::to_string(unseen);
  if (unseen)
    table.notes.push_back({"下限です: 検査しきれずに通した " + n +
                               " 件に何が含まれていたかは分かりません (sekisho audit coverage)。",
                           "A lower bound: what the " + n +
                               " requests held that passed without "
                               "full inspection is not known (sekisho audit coverage)."});
  return asker.finish();
}

}  // namespace sekisho::audit
