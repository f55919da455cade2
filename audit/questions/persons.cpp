#include <map>

#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

std::vector<Column> exchange_columns() {
  return {column(ColumnKind::kTime, "time", "時刻", "time"),
          text_column("id", "記録", "record"),
          host_column(),
          provider_column(),
          country_column(),
          text_column("model", "モデル", "model"),
          verdict_column(),
          text_column("reason", "理由", "reason"),
          text_column("rule", "規則", "rule"),
          column(ColumnKind::kList, "types", "種別", "types"),
          column(ColumnKind::kBytes, "sent", "送信バイト", "bytes sent"),
          text_column("ip", "アドレス", "address"),
          text_column("client", "クライアント", "client")};
}

}  // namespace

Asked ask_subject(const QuestionScope& asking, const std::string& user) {
  Asker asker(asking, "subject",
              {"一人の記録の全体: " + user, "Everything recorded of one person: " + user});
  Table& totals =
      asker.add_table("by_provider", {"宛先ごと", "By destination"},
                      {host_column(), provider_column(), country_column(), verdict_column(),
                       records_column(), incidents_column(), first_column(), last_column(),
                       column(ColumnKind::kBytes, "sent", "送信バイト", "bytes sent")});
  const Row who{user, asking.period.from_us, asking.period.to_us};
  for (const auto& row : asker.ask(
           "SELECT host, provider, country, verdict, count(*) AS n_records, sum(opens), "
           "min(time_us), max(time_us), sum(sent) FROM exchange WHERE user=? AND time_us>=? AND "
           "time_us<? GROUP BY host, provider, country, verdict ORDER BY n_records DESC, host, "
           "verdict",
           who))
    totals.rows.push_back({row[0], or_nothing(text_in(row[1])), or_nothing(text_in(row[2])), row[3],
                           number_in(row[4]), number_in(row[5]), number_in(row[6]),
                           number_in(row[7]), number_in(row[8])});
  totals.notes.push_back(
      {"記録には本文も検出された値も含まれません。ここにないものは、このゲートウェイを通っていない"
       "か、"
       "期間の外です。",
       "Records hold neither texts nor values that were found. What is not here did not pass this "
       "gateway, or lies outside the period."});

  std::map<std::int64_t, std::string> types;
  for (const auto& row : asker.ask("SELECT seq, type, hits FROM finding INDEXED BY finding_seq "
                                   "WHERE seq IN (SELECT seq FROM exchange WHERE "
                                   "user=? AND time_us>=? AND time_us<?)",
                                   who)) {
    std::string& text = types[number_in(row[0])];
    (text += text.empty() ? "" : ", ") += text_in(row[1]) + " " + text_in(row[2]);
  }
  Table& all = asker.add_table("exchanges", {"要求", "Requests"}, exchange_columns());
  for (const auto& row : asker.ask(
           "SELECT seq, time_us, id, host, provider, country, model, verdict, reason, rule, sent, "
           "ip, client FROM exchange WHERE user=? AND time_us>=? AND time_us<? ORDER BY time_us "
           "DESC",
           who))
    all.rows.push_back({number_in(row[1]), row[2], row[3], or_nothing(text_in(row[4])),
                        or_nothing(text_in(row[5])), or_nothing(text_in(row[6])), row[7],
                        or_nothing(text_in(row[8])), or_nothing(text_in(row[9])),
                        or_nothing(types[number_in(row[0])]), number_in(row[10]),
                        or_nothing(text_in(row[11])), or_nothing(text_in(row[12]))});
  return asker.finish();
}

Asked ask_value(const QuestionScope& asking, const std::string& type,
                const std::vector<std::string>& hashes) {
  Asker asker(
      asking, "value",
      {"同じ値を送った人 (種別 " + type + ")", "Who sent the same value (type " + type + ")"});
  std::string marks;
  Row parameters{type};
  for (const auto& hash : hashes) {
    marks += marks.empty() ? "?" : ", ?";
    parameters.push_back(hash);
  }
  Table& table = asker.add_table(
      "value", {"要求", "Requests"},
      {column(ColumnKind::kTime, "time", "時刻", "time"), text_column("id", "記録", "record"),
       user_column(), host_column(), provider_column(), country_column(), verdict_column()});
  for (const auto& row : asker.ask("SELECT time_us, id, user, host, provider, country, verdict "
                                   "FROM finding_value INDEXED BY finding_value_hash WHERE "
                                   "type=? AND hash IN (" +
                                       marks + ") ORDER BY time_us DESC",
                                   std::move(parameters)))
    table.rows.push_back({number_in(row[0]), row[1], row[2], row[3], or_nothing(text_in(row[4])),
                          or_nothing(text_in(row[5])), row[6]});
  table.notes.push_back(
      {"下限です: 一つの要求の一種別につき 16 "
       "個までの値が鍵付きハッシュで記録されます。期間ではなく、"
       "索引にあるすべての記録を見ています。",
       "A lower bound: of each type at most 16 values of a request are recorded, as keyed hashes. "
       "All records of the index were looked at, whatever the period."});
  return asker.finish();
}

}  // namespace sekisho::audit
