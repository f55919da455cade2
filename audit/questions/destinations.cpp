#include <algorithm>
#include <map>

#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

// "catalogue:openai-api" -> how that is known.
LocalText how_known(const std::string& source) {
  const std::string word = source.substr(0, source.find_first_of(": "));
  if (word == "catalogue") return {"事業者の台帳", "catalogue of providers"};
  if (word == "policy") return {"自社の記載 (契約など)", "stated by the policy (contract)"};
  if (word == "geo") return {"アドレスの国 (GeoIP)", "country of the address (GeoIP)"};
  if (word == "overlay") return {"自社の台帳の上書き", "the customer's overlay"};
  if (word == "host" || word == "path" || word == "header" || word == "query" || word == "body")
    return {"要求の " + word, "the request's " + word};
  if (word == "networks") return {"自社の網の表", "table of own networks"};
  return {word, word};
}

Column how_column() {
  return text_column("how", "根拠", "how it is known");
}
Column share_column(const std::string& ja, const std::string& en) {
  return column(ColumnKind::kShare, "share", ja, en);
}

void add_countries(Asker& asker) {
  Table& table = asker.add_table(
      "countries", {"受領者の国", "Country of the recipient"},
      {country_column(), records_column(), share_column("割合", "share"),
       column(ColumnKind::kCount, "assumed", "根拠の弱いもの", "on weak evidence"),
       column(ColumnKind::kCount, "conflicting", "証拠の食い違い", "evidence disagrees"),
       column(ColumnKind::kCount, "blocked", "拒否", "blocked")});
  const auto rows = asker.ask_days(
      "SELECT country, sum(n) AS n_records, sum(CASE WHEN assumed=1 THEN n ELSE 0 END), sum(CASE "
      "WHEN conflict=1 THEN n ELSE 0 END), sum(CASE WHEN verdict='block' THEN n ELSE 0 END) FROM "
      "rollup WHERE day>=? AND day<? GROUP BY country ORDER BY n_records DESC, country");
  std::int64_t total = 0;
  for (const auto& row : rows) total += number_in(row[1]);
  for (const auto& row : rows)
    table.rows.push_back({or_nothing(text_in(row[0])), number_in(row[1]),
                          share_of(number_in(row[1]), total), number_in(row[2]), number_in(row[3]),
                          number_in(row[4])});
  table.notes.push_back(
      {"「根拠の弱いもの」: 国が分からない、証拠が古い、途中の網 (CDN) "
       "しか見えない、または評価しない"
       "設定の要求。空欄の国は不明です。",
       "On weak evidence: the country is unknown, its evidence stale, only a network in between "
       "(CDN) is seen, or it is set to be ignored. An empty country is an unknown one."});
}

}  // namespace

Asked ask_regions(const QuestionScope& asking) {
  Asker asker(asking, "regions",
              {"どの国へ、何を根拠に", "To which countries, and on which evidence"});
  add_countries(asker);
  Table& table = asker.add_table(
      "evidence", {"証拠", "Evidence"},
      {text_column("kind", "何の国か", "of what"), text_column("value", "値", "value"),
       how_column(), text_column("result", "判定", "result"), records_column(),
       share_column("同じ種類の中の割合", "share of its kind")});
  std::map<std::array<std::string, 4>, std::int64_t> merged;
  std::map<std::string, std::int64_t> totals;
  for (const auto& row : asker.ask_days(
           "SELECT kind, value, source, result, sum(n) FROM rollup_evidence WHERE day>=? AND day<? "
           "GROUP BY kind, value, source, result")) {
    const auto n = number_in(row[4]);
    merged[{text_in(row[0]), text_in(row[1]), asker.say(how_known(text_in(row[2]))),
            text_in(row[3])}] += n;
    totals[text_in(row[0])] += n;
  }
  for (const auto& [key, n] : merged)
    table.rows.push_back(
        {key[0], or_nothing(key[1]), key[2], key[3], n, share_of(n, totals[key[0]])});
  return asker.finish();
}

Asked ask_region_conflicts(const QuestionScope& asking) {
  Asker asker(asking, "regions_conflicts",
              {"証拠が食い違う宛先", "Destinations whose evidence disagrees"});
  Table& table = asker.add_table(
      "conflicts", {"宛先", "Destinations"},
      {host_column(), provider_column(), column(ColumnKind::kList, "countries", "国", "countries"),
       records_column(), column(ColumnKind::kDay, "first_day", "最初の日", "first day"),
       column(ColumnKind::kDay, "last_day", "最後の日", "last day")});
  for (const auto& row : asker.ask_days(
           "SELECT host, provider, countries, sum(n) AS n_records, min(day), max(day) FROM rollup "
           "WHERE day>=? AND day<? AND conflict=1 GROUP BY host, provider, countries ORDER BY "
           "n_records DESC, host, countries"))
    table.rows.push_back(
        {row[0], or_nothing(text_in(row[1])), row[2], number_in(row[3]), row[4], row[5]});
  Table& evidence = asker.add_table(
      "evidence", {"その証拠", "Their evidence"},
      {host_column(), text_column("kind", "何の国か", "of what"),
       text_column("value", "値", "value"), how_column(), text_column("source", "出典", "source"),
       text_column("result", "判定", "result"), records_column()});
  for (const auto& row : asker.ask(
           "SELECT host, kind, value, source, result, sum(n) FROM rollup_evidence WHERE day>=? AND "
           "day<? AND host IN (SELECT host FROM rollup WHERE day>=? AND day<? AND conflict=1) "
           "GROUP BY host, kind, value, source, result ORDER BY host, kind, value",
           {asking.from_day, asking.to_day, asking.from_day, asking.to_day}))
    evidence.rows.push_back({row[0], row[1], or_nothing(text_in(row[2])),
                             asker.say(how_known(text_in(row[3]))), row[3], row[4],
                             number_in(row[5])});
  return asker.finish();
}

Asked ask_coverage(const QuestionScope& asking) {
  Asker asker(asking, "coverage", {"検査されなかったもの", "What was not inspected"});
  std::int64_t total = 0, bytes = 0;
  for (const auto& row : asker.ask_days("SELECT sum(n), sum(bytes_in) FROM rollup WHERE day>=? AND "
                                        "day<? AND coverage<>'no_body'")) {
    total = number_in(row[0]);
    bytes = number_in(row[1]);
  }
  Table& kinds = asker.add_table(
      "by_coverage", {"全体", "Overall"},
      {text_column("coverage", "検査", "coverage"), verdict_column(), records_column(),
       share_column("割合", "share"), column(ColumnKind::kBytes, "bytes_in", "バイト", "bytes")});
  for (const auto& row : asker.ask_days(
           "SELECT coverage, verdict, sum(n) AS n_records, sum(bytes_in) FROM rollup WHERE day>=? "
           "AND day<? AND coverage<>'no_body' GROUP BY coverage, verdict ORDER BY n_records DESC, "
           "coverage, verdict"))
    kinds.rows.push_back(
        {row[0], row[1], number_in(row[2]), share_of(number_in(row[2]), total), number_in(row[3])});
  kinds.notes.push_back({"本文のない要求は数えません。応答は検査の対象外です。",
                         "Requests without a body are not counted. Answers are not inspected."});
  Table& table = asker.add_table(
      "coverage", {"検査しきれなかった要求", "Requests that were not read in full"},
      {host_column(), text_column("coverage", "検査", "coverage"),
       text_column("what", "読めなかった理由", "why it could not be read"), verdict_column(),
       records_column(), share_column("全体に対する割合", "share of all"),
       column(ColumnKind::kBytes, "bytes_in", "バイト", "bytes"),
       column(ColumnKind::kShare, "share_bytes", "バイトの割合", "share of bytes")});
  for (const auto& row : asker.ask_days(
           "SELECT host, coverage, what, verdict, sum(n) AS n_records, sum(bytes_in) FROM "
           "rollup_skipped WHERE day>=? AND day<? GROUP BY host, coverage, what, verdict ORDER BY "
           "n_records DESC, host, coverage, what"))
    table.rows.push_back({or_nothing(text_in(row[0])), row[1], or_nothing(text_in(row[2])), row[3],
                          number_in(row[4]), share_of(number_in(row[4]), total), number_in(row[5]),
                          share_of(number_in(row[5]), bytes)});
  table.notes.push_back({"理由が複数ある要求は最初の理由で一度だけ数えます。",
                         "A request with several reasons is counted once, under the first."});
  return asker.finish();
}

Asked ask_destinations(const QuestionScope& asking, bool only_new) {
  Asker asker(asking, only_new ? "dests_new" : "dests",
              only_new ? LocalText{"この期間に初めて現れた宛先",
                                   "Destinations first seen in this "
                                   "period"}
                       : LocalText{"宛先", "Destinations"});
  std::map<std::string, Row> known;
  const std::string columns =
      "SELECT host, provider, entry, country, first_us, last_us FROM destination";
  const auto places = only_new ? asker.ask_days(columns + " WHERE first_day>=? AND first_day<?")
                               : asker.ask(columns);
  for (const auto& row : places) known[text_in(row[0])] = row;
  std::map<std::string, std::int64_t> users;
  for (const auto& row : asker.ask(
           "SELECT host, count(DISTINCT user) FROM host_user WHERE month>=? AND month<=? "
           "GROUP BY host",
           {asking.from_day.substr(0, 7),
            policy::civil_from_days(policy::days_from_civil(*config::parse_date(asking.to_day)) - 1)
                .to_string()
                .substr(0, 7)}))
    users[text_in(row[0])] = number_in(row[1]);
  Table& table = asker.add_table(
      "dests", {"宛先", "Destinations"},
      {host_column(), provider_column(), text_column("entry", "許可の項目", "policy entry"),
       country_column(), first_column(), last_column(), records_column(),
       column(ColumnKind::kCount, "blocked", "拒否", "blocked"),
       column(ColumnKind::kCount, "users", "利用者数", "users"),
       column(ColumnKind::kBytes, "sent", "送信バイト", "bytes sent")});
  for (const auto& row : asker.ask_days(
           "SELECT host, sum(n) AS n_records, sum(CASE WHEN verdict='block' THEN n ELSE 0 END), "
           "sum(sent) FROM rollup WHERE day>=? AND day<? GROUP BY host ORDER BY n_records DESC, "
           "host")) {
    const auto found = known.find(text_in(row[0]));
    if (found == known.end()) continue;
    const Row& k = found->second;
    table.rows.push_back({row[0], or_nothing(text_in(k[1])), or_nothing(text_in(k[2])),
                          or_nothing(text_in(k[3])), number_in(k[4]), number_in(k[5]),
                          number_in(row[1]), number_in(row[2]), users[text_in(row[0])],
                          number_in(row[3])});
  }
  table.notes.push_back(
      {"「最初」はこのログの始まりから数えます。利用者数は期間にかかる月の全体で数えます。事業者が"
       "空欄の"
       "宛先は台帳にありません。",
       "\"First\" is counted from the beginning of this log; users over the whole months that the "
       "period touches. A destination without a provider is in no catalogue."});
  return asker.finish();
}

}  // namespace sekisho::audit
