#include "audit/views/clickhouse_rollups.h"

#include <algorithm>
#include <functional>
#include <string_view>

#include "audit/questions/asking.h"
#include "audit/views/clickhouse_statement.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kVersionWithSums = 3;  // of clickhouse_migrations()

// One column that adds up: of the rows, and of sums. An aggregate may not have the name of what it
// aggregates, so a sum is kept as `name` and "_". `together` "" = only others need it.
struct Sum {
  std::string name, of_rows, together;
  bool text = false;
};
struct Rollup {
  std::string name, keys;  // "day, host"
  std::string rows;        // a template; `{live}` stands in every condition
  std::vector<Sum> sums;
  std::string behind_rows = {};  // " ARRAY JOIN …"
};

Sum added(const std::string& name, const std::string& of_rows) {
  return {name, "toInt64(" + of_rows + ")", "sum(" + name + "_)"};
}
Sum earliest(const std::string& name, const std::string& column) {
  return {name, "min(" + column + ")", "min(" + name + "_)"};
}
Sum latest(const std::string& name, const std::string& column) {
  return {name, "max(" + column + ")", "max(" + name + "_)"};
}

// The first month of the quarter that `month` lies in.
constexpr char kQuarter[] =
    "concat(substring(month, 1, 5), arrayElement(['01', '04', '07', '10'], "
    "intDiv(toInt32(substring(month, 6, 2)) + 2, 3))) AS quarter, ";

std::string rows(const std::string& table, const std::string& columns, const char* more = "") {
  return "{rows " + table + "}SELECT " + columns + " FROM " + table + " FINAL WHERE {time}{live}" +
         more + "{/rows}";
}
std::string keys(const std::string& list) {
  return "{keys " + list + "}";
}

// Exchanges with personal data as a whole (type '') and once for each type.
Rollup transfers_by(const std::string& name, const std::string& time, const std::string& list) {
  const std::string of = (time == "quarter" ? std::string(kQuarter) : std::string("day, ")) + list;
  return {
      name,
      time + ", " + list + ", type",
      rows("exchange_row", of + ", '' AS type, opens AS o, verdict AS v, outcome AS e",
           " AND personal > 0") +
          " UNION ALL " +
          rows("finding_row", of + ", type, opens AS o, verdict AS v, toInt64(1) AS e",
               " AND personal = 1"),
      {added("n", "count()"), added("incidents", "sum(o)"), added("raw", "sum(v = 'allow')"),
       added("masked", "sum((v = 'redact') OR (v = 'pseudonymise'))"),
       added("blocked", "sum(v = 'block')"), added("unsure", "sum((v <> 'block') AND (e = 0))")}};
}

Rollup users_by(const std::string& column) {
  const std::string list = column + ", month, user";
  return {column + "_user", list, rows("exchange_row", list), {added("n", "count()")}};
}

Rollup exchanges() {
  const std::string list =
      "day, week, month, host, provider, entry, country, countries, conflict, assumed, model, "
      "verdict, would, reason, rule, coverage";
  return {"rollup",
          list,
          rows("exchange_row",
               keys(list) +
                   ", opens AS o, personal AS p, bytes_in AS b, sent AS s, received AS r, outcome "
                   "AS e"),
          {added("n", "count()"), added("incidents", "sum(o)"), added("personal", "sum(p > 0)"),
           added("bytes_in", "sum(b)"), added("sent", "sum(s)"), added("received", "sum(r)"),
           added("ended", "sum(e > 0)")}};
}

Rollup findings() {
  const std::string list =
      "day, week, month, type, category, personal, host, provider, country, verdict";
  return {"rollup_finding",
          list,
          rows("finding_row", keys(list) + ", opens AS o, hits AS h"),
          {added("n", "count()"), added("incidents", "sum(o)"), added("hits", "sum(h)")}};
}

Rollup evidence() {
  return {"rollup_evidence",
          "day, host, provider, kind, value, source, result",
          rows("exchange_row", "day, host, provider, e_kind, e_value, e_source, e_result"),
          {added("n", "count()")},
          " ARRAY JOIN e_kind AS kind, e_value AS value, e_source AS source, e_result AS result"};
}

Rollup rules() {
  return {"rollup_rule",
          "day, rule, action, mode, gw, policy",
          rows("exchange_row",
               "day, gw, policy, rule AS winner, exception AS lifter, entry AS about, opens AS o, "
               "r_id, r_action, r_mode"),
          {added("n", "count()"), added("decided", "sum(rule = winner)"),
           added("incidents", "sum((rule = winner) * o)"),
           added("lifted", "sum((lifter <> '') AND (rule <> lifter) AND (rule <> about))")},
          " ARRAY JOIN r_id AS rule, r_action AS action, r_mode AS mode"};
}

Rollup refusals() {
  const std::string list = "user, host, reason, rule, country, countries, client";
  return {"rollup_refused",
          "quarter, " + list,
          rows("exchange_row", kQuarter + list + ", opens AS o, time_us AS at",
               " AND verdict = 'block'"),
          {added("n", "count()"), added("incidents", "sum(o)"), earliest("first_us", "at"),
           latest("last_us", "at")}};
}

Rollup skipped() {
  return {
      "rollup_skipped",
      "day, host, coverage, what, verdict",
      rows("exchange_row", "day, host, coverage, skipped_reason AS what, verdict, bytes_in AS b",
           " AND coverage NOT IN ('inspected', 'no_body')"),
      {added("n", "count()"), added("bytes_in", "sum(b)")}};
}

Rollup policies() {
  return {"rollup_policy",
          "day, gw, policy",
          rows("exchange_row", "day, gw, policy, 1 AS one, time_us AS at", " AND policy <> ''") +
              " UNION ALL SELECT day, gw, new AS policy, 0 AS one, time_us AS at FROM control_row "
              "FINAL WHERE {time}{live} AND what IN ('start', 'reload') AND new <> ''",
          {added("n", "sum(one)"), earliest("first_us", "at"), latest("last_us", "at")}};
}

// Counts each record once, however often it is there.
Rollup days() {
  return {"day_total",
          "day, gw",
          "SELECT day, gw, kind, seq FROM record_row WHERE {time}{live}",
          {added("records", "uniqExact(seq)"),
           added("decisions", "uniqExactIf(seq, kind = 'decision')"),
           added("outcomes", "uniqExactIf(seq, kind = 'outcome')"), earliest("first_seq", "seq"),
           latest("last_seq", "seq")}};
}

Rollup destinations() {
  return {"destination",
          "host",
          rows("exchange_row",
               "host, seq, provider AS p, entry AS e, country AS c, day AS d, time_us AS at",
               " AND host <> ''"),
          {{"newest", "max(seq)", ""},
           {"provider", "argMax(p, seq)", "argMax(provider_, newest_)", true},
           {"entry", "argMax(e, seq)", "argMax(entry_, newest_)", true},
           {"country", "argMax(c, seq)", "argMax(country_, newest_)", true},
           {"first_day", "argMin(d, at)", "argMin(first_day_, first_us_)", true},
           earliest("first_us", "at"),
           latest("last_us", "at")}};
}

const std::vector<Rollup>& rollups() {
  static const std::vector<Rollup> kRollups = {
      exchanges(),
      findings(),
      evidence(),
      rules(),
      users_by("host"),
      users_by("rule"),
      transfers_by("rollup_transfer", "day", "country, provider"),
      transfers_by("rollup_transfer_user", "quarter", "user, country, provider"),
      refusals(),
      skipped(),
      policies(),
      days(),
      destinations()};
  return kRollups;
}

std::string sums_of_rows(const Rollup& r) {
  std::string out = "SELECT " + keys(r.keys);
  for (const Sum& s : r.sums) out += ", " + s.of_rows + " AS " + s.name + "_";
  return out + " FROM (" + r.rows + ")" + r.behind_rows + " GROUP BY " + keys(r.keys);
}

std::string view_of(const Rollup& r) {
  std::string kept = "SELECT " + keys(r.keys), out = kept;
  for (const Sum& s : r.sums) kept += ", " + s.name + "_";
  for (const Sum& s : r.sums)
    if (!s.together.empty()) out += ", " + s.together + " AS " + s.name;
  return out + " FROM ({part}" + sums_of_rows(r) + "{/part}{sums}" + kept + " FROM sum_" + r.name +
         " WHERE {time}{/sums}) GROUP BY " + keys(r.keys);
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = std::min(list.find(", ", at), list.size());
    out.push_back(list.substr(at, end - at));
    at = end + 2;
  }
  return out;
}

bool has_key(const Rollup& r, const std::string& key) {
  const auto all = split(r.keys);
  return std::find(all.begin(), all.end(), key) != all.end();
}

std::string table_of(const Rollup& r) {
  std::string out = "CREATE TABLE IF NOT EXISTS sum_" + r.name + " (log String, batch Int64";
  if (!has_key(r, "month")) out += ", month String";
  for (const std::string& key : split(r.keys)) {
    const bool number = key == "conflict" || key == "assumed" || key == "personal";
    out += ", " + key + (number ? " Int64" : " String");
  }
  for (const Sum& s : r.sums) out += ", " + s.name + (s.text ? "_ String" : "_ Int64");
  return out + ") ENGINE = MergeTree PARTITION BY month ORDER BY batch";
}

std::string insert_of(const Rollup& r, const MonthToSum& month) {
  std::string into = "log, batch", from = clickhouse_literal(month.log) + " AS log, toInt64(" +
                                          std::to_string(month.batch) + ") AS batch";
  if (!has_key(r, "month"))
    into += ", month", from += ", " + clickhouse_literal(month.month) + " AS month";
  std::string columns = r.keys;
  for (const Sum& s : r.sums) columns += ", " + s.name + "_";
  static const std::vector<std::string> kNone;
  ViewUse use;
  use.time =
      "month=" + clickhouse_literal(month.month) + " AND log=" + clickhouse_literal(month.log);
  use.repeated = [&](const std::string& table) {
    return month.repeated.contains(table) ? nullptr : &kNone;
  };
  return "INSERT INTO sum_" + r.name + " (" + into + ", " + columns + ") SELECT " + from + ", " +
         columns + " FROM (" + clickhouse_view(sums_of_rows(r), use) + ")";
}

std::string mark(const MonthToSum& month, std::int64_t arrived, const std::string& repeated) {
  return "INSERT INTO sum_batch (log, month, batch, arrived, repeated, written) SELECT " +
         clickhouse_literal(month.log) + ", " + clickhouse_literal(month.month) + ", toInt64(" +
         std::to_string(month.batch) + "), toInt64(" + std::to_string(arrived) + "), " +
         clickhouse_literal(repeated) + ", now()";
}

}  // namespace

const std::map<std::string, std::string>& rollup_views() {
  static const auto kViews = [] {
    std::map<std::string, std::string> out;
    for (const Rollup& r : rollups()) out[r.name] = view_of(r);
    return out;
  }();
  return kViews;
}

bool sums_by_day(const std::string& view) {
  return std::any_of(rollups().begin(), rollups().end(),
                     [&](const Rollup& r) { return r.name == view && has_key(r, "day"); });
}

const std::vector<std::string>& tables_with_key() {
  static const std::vector<std::string> kTables = {"exchange_row", "finding_row", "value_row"};
  return kTables;
}

std::vector<std::string> rollup_tables() {
  std::vector<std::string> out = {
      "CREATE TABLE IF NOT EXISTS arrival (log String, month String, n Int64) ENGINE = "
      "SummingMergeTree PARTITION BY month ORDER BY (log, month)",
      "CREATE TABLE IF NOT EXISTS sum_batch (log String, month String, batch Int64, arrived Int64, "
      "repeated String, written DateTime) ENGINE = MergeTree PARTITION BY month ORDER BY (log, "
      "month)"};
  for (const Rollup& r : rollups()) out.push_back(table_of(r));
  std::vector<std::string> tables = tables_with_key();
  tables.insert(tables.end(), {"control_row", "record_row"});
  const auto counts = [](const std::string& table) {
    return "SELECT log, month, toInt64(count()) AS n FROM " + table + " GROUP BY log, month";
  };
  for (const std::string& table : tables)
    out.push_back("CREATE MATERIALIZED VIEW IF NOT EXISTS " + table + "_arrival TO arrival AS " +
                  counts(table));
  // What was there before. Some may be counted twice: it matters only that no count stays the same.
  for (const std::string& table : tables)
    out.push_back("INSERT INTO arrival (log, month, n) " + counts(table));
  return out;
}

std::vector<std::string> sum_up(const MonthToSum& month) {
  std::string repeated;
  for (const std::string& table : month.repeated) (repeated += table) += ' ';
  // A number that was begun with is never used again.
  std::vector<std::string> out = {mark(month, -1, "")};
  for (const Rollup& r : rollups()) out.push_back(insert_of(r, month));
  out.push_back(mark(month, month.arrived, repeated));
  return out;
}

Sql repeated_in_month(const std::string& table, const std::string& log, const std::string& month) {
  return {"SELECT toInt32(count() <> uniqExact(" + std::string(key_of_table(table)) + ")) FROM " +
              table + " WHERE month=? AND log=?",
          {month, log}};
}

const Sql kVersion{"SELECT toInt32(max(version)) FROM schema_version", {}};
const Sql kArrivals{"SELECT log, month, toInt64(sum(n)) FROM arrival GROUP BY log, month", {}};
const Sql kBatches{
    "SELECT log, month, max(batch), argMax(arrived, batch), argMax(repeated, batch) FROM sum_batch "
    "WHERE arrived >= 0 GROUP BY log, month",
    {}};

SummedMonths summed_months(const SqlRows& version, const SqlRows& arrivals,
                           const SqlRows& batches) {
  if (version.rows.empty() || number_in(version.rows[0][0]) < kVersionWithSums) return {};
  std::map<std::pair<std::string, std::string>, const std::vector<Cell>*> marks;
  for (const auto& row : batches.rows)
    if (row.size() == 5) marks[{text_in(row[0]), text_in(row[1])}] = &row;
  SummedMonths out;
  out.known = arrivals.error.empty() && batches.error.empty();
  for (const auto& row : arrivals.rows) {
    if (row.size() != 3) continue;
    const std::string log = text_in(row[0]);
    auto& month = out.months[text_in(row[1])];
    const auto found = marks.find({log, text_in(row[1])});
    if (found == marks.end() || number_in((*found->second)[3]) != number_in(row[2])) {
      month.not_summed.insert(log);
      continue;
    }
    month.summed.insert(log);
    month.batches.push_back(number_in((*found->second)[2]));
    for (const std::string& table : tables_with_key())
      if (text_in((*found->second)[4]).find(table + ' ') != std::string::npos)
        month.repeated.insert(table);
  }
  return out;
}

std::vector<std::string> SummedMonths::unsure(const std::string& table) const {
  std::vector<std::string> out;
  for (const auto& [month, logs] : months)
    if (!logs.not_summed.empty() || logs.repeated.contains(table)) out.push_back(month);
  return out;
}

}  // namespace sekisho::audit
