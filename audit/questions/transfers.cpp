#include <algorithm>
#include <array>
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

// Exchanges with personal data under one name.
struct Transfer {
  std::array<std::int64_t, 6> counts{};  // as the columns of with_sums() have them
  Types types;
};
using Transfers = std::map<Names, Transfer>;

constexpr char kSums[] = "sum(n), sum(incidents), sum(raw), sum(masked), sum(blocked), sum(unsure)";
constexpr char kSumsOfExchanges[] =
    "count(*), sum(opens), "
    "sum(CASE WHEN verdict='allow' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN verdict='redact' OR verdict='pseudonymise' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN verdict='block' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN verdict<>'block' AND outcome=0 THEN 1 ELSE 0 END)";

// Rows of `names` columns, a type ("" = all together) and as many counts as are known.
void add_rows(const std::vector<Row>& rows, std::size_t names, Transfers& to) {
  Transfers::value_type* last = nullptr;  // rows of one name mostly follow each other
  const auto is_last = [&](const Row& row) {
    for (std::size_t i = 0; i < names; ++i) {
      const auto* text = std::get_if<std::string>(&row[i]);
      if (!text || *text != last->first[i]) return false;
    }
    return true;
  };
  for (const auto& row : rows) {
    if (!last || !is_last(row)) {
      Names name;
      for (std::size_t i = 0; i < names; ++i) name.push_back(text_in(row[i]));
      last = &*to.try_emplace(std::move(name)).first;
    }
    Transfer& t = last->second;
    const std::string type = text_in(row[names]);
    if (!type.empty()) {
      t.types.records[type] += number_in(row[names + 1]);
      continue;
    }
    for (std::size_t i = 0; i < t.counts.size(); ++i) t.counts[i] += number_in(row[names + 1 + i]);
  }
}

Transfers by_country(Asker& asker) {
  Transfers out;
  add_rows(asker.ask_days(std::string("SELECT country, provider, type, ") + kSums +
                          " FROM rollup_transfer WHERE day>=? AND day<? GROUP BY country, "
                          "provider, type"),
           2, out);
  return out;
}

// Whole quarters of users are counted already. The index has the rows of each in the order of their
// names, so that they are added up here without being sorted.
void add_quarters(Asker& asker, const WholeQuarters& whole, Transfers& out) {
  const std::string names = "SELECT user, country, provider, type, ",
                    order = " ORDER BY user, country, provider, type",
                    from = " FROM rollup_transfer_user WHERE ";
  if (asker.asking().adds_up_fast && whole.any()) {
    add_rows(
        asker.ask(names + kSums + from +
                      "quarter>=? AND quarter<? GROUP BY user, country, provider, type" + order,
                  {whole.from, whole.to}),
        3, out);
    return;
  }
  for (const std::string& quarter : whole.quarters())
    add_rows(
        asker.ask(names + "n, incidents, raw, masked, blocked, unsure" + from + "quarter=?" + order,
                  {quarter}),
        3, out);
}

// The days beside the quarters are counted now.
Transfers by_user(Asker& asker) {
  Transfers out;
  const WholeQuarters whole = whole_quarters(asker.asking());
  add_quarters(asker, whole, out);
  for (const auto& [from, to] : whole.rest) {
    add_rows(asker.ask(std::string("SELECT user, country, provider, '' AS no_type, ") +
                           kSumsOfExchanges +
                           " FROM exchange INDEXED BY exchange_personal WHERE day>=? AND day<? AND "
                           "personal>0 GROUP BY user, "
                           "country, provider",
                       {from, to}),
             3, out);
    add_rows(asker.ask("SELECT user, country, provider, type, count(*) FROM finding INDEXED BY "
                       "finding_personal WHERE day>=? "
                       "AND day<? AND personal=1 GROUP BY user, country, provider, type",
                       {from, to}),
             3, out);
  }
  return out;
}

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

void add_sums(Table& table, const Transfers& transfers) {
  std::vector<const Transfers::value_type*> sorted;
  for (const auto& item : transfers)
    if (item.second.counts[0] > 0) sorted.push_back(&item);
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return a->second.counts[0] > b->second.counts[0];
  });
  for (const auto* item : sorted) {
    Row out;
    for (const auto& name : item->first) out.push_back(or_nothing(name));
    out.push_back(or_nothing(item->second.types.text()));
    for (const auto n : item->second.counts) out.push_back(n);
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
  if (rule.empty()) return {"止める規則がない", "no rule stops it"};
  return {"ポリシーが許可 (" + rule + ")", "the policy allows it (" + rule + ")"};
}

}  // namespace

Asked ask_transfers(const QuestionScope& asking) {
  Asker asker(asking, "transfers",
              {"個人データの送信: 誰が、どの国へ", "Personal data sent: who, to which country"});
  Table& countries = asker.add_table("by_country", {"国と事業者ごと", "By country and provider"},
                                     with_sums({country_column(), provider_column()}));
  add_sums(countries, by_country(asker));
  countries.notes.push_back(
      {"国は受領者の国 (事業者、処理、保存の順に、記録にある最初の証拠)。個人データは、個人を識別"
       "する種別と、カード・口座の番号です (公開されたテスト用カード番号は除きます)。",
       "Country: the recipient's (the first piece of evidence of operator, processing, storage). "
       "Personal data: types that identify persons, and card and account numbers (published test "
       "cards are none)."});
  Table& users = asker.add_table("transfers", {"利用者ごと", "By user"},
                                 with_sums({user_column(), country_column(), provider_column()}));
  add_sums(users, by_user(asker));
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
  const auto rows = asker.ask_days(
      "SELECT personal_types, time_us, id, user, country, provider, host, exception, would, "
      "coverage, rule, outcome, sent FROM exchange INDEXED BY exchange_raw WHERE day>=? AND day<? "
      "AND personal>0 AND "
      "verdict='allow' ORDER BY day DESC, time_us DESC, seq DESC");
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
    Row out{number_in(row[1]),           row[2],
            or_nothing(text_in(row[3])), or_nothing(text_in(row[4])),
            or_nothing(text_in(row[5])), row[6],
            or_nothing(text_in(row[0])), asker.say(why),
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
