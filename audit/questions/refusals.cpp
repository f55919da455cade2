#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "audit/questions/questions.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kStillUs = 7ll * 86400 * 1'000'000;

struct Group {
  std::string_view word, column;
  const char *ja, *en;
};

constexpr Group kRefusedBy[] = {{"user", "user", "利用者", "user"},
                                {"host", "host", "宛先", "host"},
                                {"dest", "host", "宛先", "host"},
                                {"country", "country", "国", "country"},
                                {"countries", "countries", "すべての証拠の国", "countries"},
                                {"reason", "reason", "理由", "reason"},
                                {"rule", "rule", "規則", "rule"},
                                {"client", "client", "クライアント", "client"}};
constexpr Group kTrendBy[] = {{"verdict", "verdict", "判定", "verdict"},
                              {"provider", "provider", "事業者", "provider"},
                              {"country", "country", "国", "country"},
                              {"host", "host", "宛先", "host"},
                              {"dest", "host", "宛先", "host"},
                              {"reason", "reason", "理由", "reason"},
                              {"rule", "rule", "規則", "rule"},
                              {"model", "model", "モデル", "model"},
                              {"coverage", "coverage", "検査", "coverage"},
                              {"would", "would", "施行なら", "would"}};
constexpr Group kTrendByType[] = {
    {"type", "type", "種別", "type"},          {"category", "category", "分類", "category"},
    {"verdict", "verdict", "判定", "verdict"}, {"provider", "provider", "事業者", "provider"},
    {"country", "country", "国", "country"},   {"host", "host", "宛先", "host"},
    {"dest", "host", "宛先", "host"}};

template <std::size_t N>
const Group* group_named(const Group (&groups)[N], const std::string& word) {
  const auto found = std::find_if(std::begin(groups), std::end(groups),
                                  [&](const Group& g) { return g.word == word; });
  return found == std::end(groups) ? nullptr : found;
}

template <std::size_t N>
std::string columns_of(const Group (&groups)[N], const std::vector<std::string>& by) {
  std::string out;
  for (const auto& word : by)
    if (const Group* g = group_named(groups, word)) (out += out.empty() ? "" : ", ") += g->column;
  return out;
}

template <std::size_t N>
std::vector<Column> named_columns(const Group (&groups)[N], const std::vector<std::string>& by) {
  std::vector<Column> out;
  for (const auto& word : by)
    if (const Group* g = group_named(groups, word))
      out.push_back(text_column(std::string(g->column), g->ja, g->en));
  return out;
}

bool asks_for_types(const TrendOptions& options) {
  return std::any_of(options.by.begin(), options.by.end(),
                     [](const std::string& w) { return w == "type" || w == "category"; });
}

// The steps that lie between, so that a week in which nothing happened is seen as one.
std::vector<std::string> steps_between(const QuestionScope& asking, const std::string& step) {
  std::vector<std::string> out;
  const auto last = policy::days_from_civil(*config::parse_date(asking.to_day));
  for (auto day = policy::days_from_civil(*config::parse_date(asking.from_day)); day < last;
       ++day) {
    const auto date = policy::civil_from_days(day);
    const auto monday = policy::civil_from_days(day - ((day + 3) % 7 + 7) % 7);
    std::string name = step == "week" ? monday.to_string() : date.to_string();
    if (step == "month") name.resize(7);
    if (out.empty() || out.back() != name) out.push_back(std::move(name));
  }
  return out;
}

std::string sparkline(const std::vector<std::int64_t>& values) {
  static constexpr std::string_view kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::int64_t most =
      std::max<std::int64_t>(1, *std::max_element(values.begin(), values.end()));
  std::string out;
  for (const auto v : values) out += kBars[static_cast<std::size_t>(v * 7 / most)];
  return out;
}

using Names = std::vector<std::string>;
struct Refusals {
  std::int64_t incidents = 0, attempts = 0, first = 0, last = 0;
  std::set<std::string> clients;
};

// Whole quarters are counted already; the days beside them are counted now.
std::map<Names, Refusals> refusals_by(Asker& asker, const std::string& by, std::size_t count,
                                      const std::string& reason) {
  std::map<Names, Refusals> out;
  const std::string wanted = reason.empty() ? "" : " AND reason=?";
  const auto add = [&](const std::string& select, const std::string& from, const std::string& to) {
    Row parameters{from, to};
    if (!reason.empty()) parameters.emplace_back(reason);
    for (const auto& row :
         asker.ask("SELECT " + by + ", client, " + select + wanted + " GROUP BY " + by + ", client",
                   std::move(parameters))) {
      Names names;
      for (std::size_t i = 0; i < count; ++i) names.push_back(text_in(row[i]));
      Refusals& r = out[names];
      const std::int64_t first = number_in(row[count + 3]);
      r.first = r.attempts ? std::min(r.first, first) : first;
      r.last = std::max(r.last, number_in(row[count + 4]));
      r.clients.insert(text_in(row[count]));
      r.incidents += number_in(row[count + 1]);
      r.attempts += number_in(row[count + 2]);
    }
  };
  const WholeQuarters whole = whole_quarters(asker.asking());
  if (whole.any())
    add("sum(incidents), sum(n), min(first_us), max(last_us) FROM rollup_refused WHERE quarter>=? "
        "AND quarter<?",
        whole.from, whole.to);
  for (const auto& [from, to] : whole.rest)
    add("sum(opens), count(*), min(time_us), max(time_us) FROM exchange INDEXED BY "
        "exchange_blocked "
        "WHERE day>=? AND day<? AND "
        "verdict='block'",
        from, to);
  return out;
}

// Most incidents first.
std::vector<std::pair<Names, Refusals>> sorted_refusals(std::map<Names, Refusals> all) {
  std::vector<std::pair<Names, Refusals>> out(all.begin(), all.end());
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second.incidents, a.second.attempts) >
           std::pair(b.second.incidents, b.second.attempts);
  });
  return out;
}

}  // namespace

std::string unknown_group(const RefusedOptions& options) {
  for (const auto& word : options.by)
    if (!group_named(kRefusedBy, word)) return word;
  return {};
}

std::string unknown_group(const TrendOptions& options) {
  for (const auto& word : options.by)
    if (asks_for_types(options) ? !group_named(kTrendByType, word) : !group_named(kTrendBy, word))
      return word;
  return {};
}

Asked ask_refused(const QuestionScope& asking, const RefusedOptions& options) {
  Asker asker(asking, "refused",
              {options.reason.empty() ? "拒否された要求: 誰が、どこへ、まだ続いているか"
                                      : "拒否された要求 (理由 " + options.reason + ")",
               options.reason.empty() ? "Refused requests: who, where to, and whether it goes on"
                                      : "Refused requests (reason " + options.reason + ")"});
  const std::string by = columns_of(kRefusedBy, options.by);
  auto columns = named_columns(kRefusedBy, options.by);
  const std::size_t count = columns.size();
  for (auto& c : {incidents_column(), column(ColumnKind::kCount, "attempts", "試行", "attempts"),
                  first_column(), last_column(), text_column("still", "続いている", "goes on"),
                  column(ColumnKind::kCount, "clients", "クライアントの種類", "kinds of client"),
                  text_column("client_example", "クライアントの例", "a client")})
    columns.push_back(c);
  Table& table = asker.add_table("refused", {"拒否", "Refusals"}, std::move(columns));
  const std::int64_t until = std::min(asking.now_us, asking.period.to_us);
  for (auto& [names, r] : sorted_refusals(refusals_by(asker, by, count, options.reason))) {
    Row out;
    for (const auto& name : names) out.push_back(or_nothing(name));
    out.push_back(r.incidents);
    out.push_back(r.attempts);
    out.push_back(r.first);
    out.push_back(r.last);
    const bool still = r.last >= until - kStillUs;
    out.push_back(asker.say(still ? LocalText{"はい", "yes"} : LocalText{"いいえ", "no"}));
    out.push_back(static_cast<std::int64_t>(r.clients.size()));
    out.push_back(or_nothing(*r.clients.rbegin()));
    table.rows.push_back(std::move(out));
  }
  table.notes.push_back(
      {"事案は SDK の再試行を一つに数えます。「続いている」: 期間の終わり (または今) の前 7 "
       "日間に試行が"
       "ある。",
       "An incident counts the retries of an SDK as one. \"Goes on\": there was an attempt in the "
       "last 7 days of the period (or before now)."});
  std::int64_t observed = 0;
  for (const auto& row :
       asker.ask_days("SELECT sum(n) FROM rollup WHERE day>=? AND day<? AND would='block'"))
    observed = number_in(row[0]);
  const std::string n = std::to_string(observed);
  if (observed)
    table.notes.push_back(
        {"このほか、監視モードの規則が拒否したはずの要求が " + n + " 件通りました。",
         n + " more requests passed that rules in observe mode would have "
             "refused."});
  return asker.finish();
}

Asked ask_trend(const QuestionScope& asking, const TrendOptions& options) {
  Asker asker(asking, "trend", {"推移", "Trend"});
  const bool types = asks_for_types(options);
  const std::string by =
      types ? columns_of(kTrendByType, options.by) : columns_of(kTrendBy, options.by);
  auto names =
      types ? named_columns(kTrendByType, options.by) : named_columns(kTrendBy, options.by);
  const std::size_t count = names.size();
  const std::string from = types ? "rollup_finding" : "rollup";
  std::map<std::vector<std::string>, std::map<std::string, std::array<std::int64_t, 2>>> series;
  for (const auto& row : asker.ask_days("SELECT " + options.step + ", " + by +
                                        ", sum(n) AS n_records, sum(incidents) FROM " + from +
                                        " WHERE day>=? AND day<? GROUP BY " + options.step + ", " +
                                        by + " ORDER BY " + options.step + ", " + by)) {
    std::vector<std::string> key;
    for (std::size_t i = 1; i <= count; ++i) key.push_back(text_in(row[i]));
    series[key][text_in(row[0])] = {number_in(row[count + 1]), number_in(row[count + 2])};
  }
  const auto steps = steps_between(asking, options.step);
  std::vector<Column> columns{column(options.step == "month" ? ColumnKind::kText : ColumnKind::kDay,
                                     options.step,
                                     options.step == "week"    ? "週 (月曜日)"
                                     : options.step == "month" ? "月"
                                                               : "日",
                                     options.step == "week" ? "week (its Monday)" : options.step)};
  columns.insert(columns.end(), names.begin(), names.end());
  columns.push_back(records_column());
  columns.push_back(incidents_column());
  columns.push_back(column(ColumnKind::kCount, "change", "前との差", "change"));
  std::vector<Row> rows;
  for (const auto& step : steps)
    for (auto& [key, values] : series) {
      const auto at = values.find(step);
      if (at == values.end()) continue;
      Row row{step};
      for (const auto& part : key) row.push_back(or_nothing(part));
      row.push_back(at->second[0]);
      row.push_back(at->second[1]);
      const auto place = std::find(steps.begin(), steps.end(), step);
      const auto before = place == steps.begin() ? values.end() : values.find(*(place - 1));
      const bool first = place == steps.begin();
      row.push_back(first ? Cell()
                          : Cell(at->second[0] - (before == values.end() ? 0 : before->second[0])));
      rows.push_back(std::move(row));
    }
  std::vector<Column> totals = names;
  totals.push_back(records_column());
  totals.push_back(text_column("line", "推移", "line"));
  Table& lines = asker.add_table("lines", {"期間の全体", "The whole period"}, std::move(totals));
  for (auto& [key, values] : series) {
    std::vector<std::int64_t> numbers;
    std::int64_t sum = 0;
    for (const auto& step : steps) {
      numbers.push_back(values.count(step) ? values[step][0] : 0);
      sum += numbers.back();
    }
    Row row;
    for (const auto& part : key) row.push_back(or_nothing(part));
    row.push_back(sum);
    row.push_back(numbers.empty() ? std::string() : sparkline(numbers));
    lines.rows.push_back(std::move(row));
  }
  std::stable_sort(lines.rows.begin(), lines.rows.end(), [&](const Row& a, const Row& b) {
    return number_in(a[count]) > number_in(b[count]);
  });
  Table& table = asker.add_table("trend", {"推移", "Trend"}, std::move(columns));
  table.rows = std::move(rows);
  if (options.step != "day")
    table.notes.push_back({"期間の端の週や月は、期間に入る日だけを数えます。",
                           "Of a week or month at the ends of the period only its days inside are "
                           "counted."});
  return asker.finish();
}

}  // namespace sekisho::audit
