#include "audit/views/clickhouse_schema.h"

#include <string_view>

namespace sekisho::audit {
namespace {

// A record that is sent again has the same key, so it replaces itself: when parts are merged, and
// before that in every view by FINAL. `ver` 1 = with its outcome.
constexpr char kEngine[] =
    " ENGINE = ReplacingMergeTree(ver) PARTITION BY month ORDER BY (day, log, seq";

std::string table(const std::string& name, const std::string& columns,
                  const std::string& key = "") {
  return "CREATE TABLE IF NOT EXISTS " + name +
         " (log String, seq Int64, ver UInt8, day String, month String, " + columns + ")" +
         kEngine + key + ")";
}

constexpr char kExchangeColumns[] =
    "seq, time_us, day, id, gw, user, identity, ip, client, host, port, provider, entry, tls, "
    "method, path, model, verdict, would, reason, rule, exception, detail, coverage, skipped, "
    "policy, country, countries, conflict, assumed, retry, fingerprint, incident, opens, findings, "
    "personal, personal_types, bytes_in, outcome, status, sent, received, total_ms, abort, "
    "restored, tokens_in, "
    "tokens_out";
constexpr char kFindingColumns[] =
    "seq, type, category, personal, day, user, host, provider, country, countries, verdict, hits, "
    "vals, confidence, place, opens";
constexpr char kValueColumns[] =
    "hash, type, seq, time_us, id, user, host, provider, country, verdict";
constexpr char kControlColumns[] =
    "seq, time_us, day, kind, what, gw, old, new, doer, refused, record";
constexpr char kRollupKey[] =
    "day, week, month, host, provider, entry, country, countries, conflict, assumed, model, "
    "verdict, would, reason, rule, coverage";

std::vector<std::string> tables() {
  return {
      table("exchange_row",
            "week String, time_us Int64, id String, gw String, user String, identity String, "
            "ip String, client String, host String, port Int64, provider String, entry String, "
            "tls String, method String, path String, model String, verdict String, would String, "
            "reason String, rule String, exception String, detail String, coverage String, "
            "skipped String, skipped_reason String, policy String, country String, "
            "countries String, conflict Int64, assumed Int64, retry Int64, fingerprint Int64, "
            "incident Int64, opens Int64, findings Int64, personal Int64, bytes_in Int64, "
            "outcome Int64, status Int64, sent Int64, received Int64, total_ms Float64, "
            "abort String, restored Int64, tokens_in Int64, tokens_out Int64, "
            "e_kind Array(String), e_value Array(String), e_source Array(String), "
            "e_result Array(String), r_id Array(String), r_action Array(String), "
            "r_mode Array(String)"),
      table("finding_row",
            "week String, type String, category String, personal Int64, user String, host String, "
            "provider String, country String, countries String, verdict String, hits Int64, "
            "vals Int64, confidence Float64, place String, opens Int64",
            ", type"),
      table("value_row",
            "hash String, type String, time_us Int64, id String, user String, host String, "
            "provider String, country String, verdict String",
            ", type, hash"),
      table("control_row",
            "time_us Int64, kind String, what String, gw String, old String, new String, "
            "doer String, refused Int64, record String"),
      table("record_row", "gw String, kind String"),
      table("fault_row", "what String"),
      "CREATE TABLE IF NOT EXISTS log_row (log String, number Int64, written DateTime) ENGINE = "
      "MergeTree PARTITION BY tuple() ORDER BY log"};
}

// The first month of the quarter that `month` lies in.
constexpr char kQuarter[] =
    "concat(substring(month, 1, 5), arrayElement(['01', '04', '07', '10'], "
    "intDiv(toInt32(substring(month, 6, 2)) + 2, 3)))";

std::string quarter_column() {
  std::string out = kQuarter;
  return out += " AS quarter, ";
}

// Rows of a table that are not read by FINAL where none is there twice.
std::string rows(const std::string& table, const std::string& columns, const char* more = "") {
  return "{rows " + table + "}SELECT " + columns + " FROM " + table + " FINAL WHERE {time}" + more +
         "{/rows}";
}
std::string columns(const std::string& list) {
  return "{columns " + list + "}";
}
std::string keys(const std::string& list) {
  return "{keys " + list + "}";
}

// Exchanges with personal data as a whole (type '') and once for each type.
std::string transfers_by(const std::string& time, const std::string& list) {
  const std::string of = (time == "quarter" ? quarter_column() : std::string("day, ")) + list;
  const std::string key = keys(time + ", " + list + ", type");
  return "SELECT " + key +
         ", count() AS n, sum(o) AS incidents, sum(v = 'allow') AS raw, sum((v = 'redact') OR (v = "
         "'pseudonymise')) AS masked, sum(v = 'block') AS blocked, sum((v <> 'block') AND (e = 0)) "
         "AS unsure FROM (" +
         rows("exchange_row", of + ", '' AS type, opens AS o, verdict AS v, outcome AS e",
              " AND personal > 0") +
         " UNION ALL " +
         rows("finding_row", of + ", type, opens AS o, verdict AS v, toInt64(1) AS e",
              " AND personal = 1") +
         ") GROUP BY " + key;
}

std::string refusals() {
  const std::string list = "user, host, reason, rule, country, countries, client";
  const std::string key = keys("quarter, " + list);
  return "SELECT " + key +
         ", count() AS n, sum(o) AS incidents, min(at) AS first_us, max(at) AS last_us FROM (" +
         rows("exchange_row", quarter_column() + list + ", opens AS o, time_us AS at",
              " AND verdict = 'block'") +
         ") GROUP BY " + key;
}

// An aggregate may not have the name of what it aggregates: the columns inside have other names.
std::map<std::string, std::string> make_views() {
  std::map<std::string, std::string> out;
  out["exchange"] = rows("exchange_row", columns(kExchangeColumns));
  out["finding"] = rows("finding_row", columns(kFindingColumns));
  out["finding_value"] = rows("value_row", columns(kValueColumns));
  // Few enough to be read by FINAL always.
  out["control"] =
      std::string("SELECT ") + kControlColumns + " FROM control_row FINAL WHERE {time}";
  out["fault"] = "SELECT seq, day, what FROM fault_row FINAL WHERE {time}";
  out["rollup"] =
      "SELECT " + keys(kRollupKey) +
      ", count() AS n, sum(o) AS incidents, sum(p > 0) AS personal, sum(b) AS bytes_in, sum(s) AS "
      "sent, sum(r) AS received, sum(e > 0) AS ended FROM (" +
      rows("exchange_row", keys(kRollupKey) +
                               ", opens AS o, personal AS p, bytes_in AS b, sent AS s, received AS "
                               "r, outcome AS e") +
      ") GROUP BY " + keys(kRollupKey);
  const std::string finding_key =
      keys("day, week, month, type, category, personal, host, provider, country, verdict");
  out["rollup_finding"] =
      "SELECT " + finding_key + ", count() AS n, sum(o) AS incidents, sum(h) AS hits FROM (" +
      rows("finding_row", finding_key + ", opens AS o, hits AS h") + ") GROUP BY " + finding_key;
  const std::string evidence_key = keys("day, host, provider, kind, value, source, result");
  out["rollup_evidence"] =
      "SELECT " + evidence_key + ", count() AS n FROM (" +
      rows("exchange_row", "day, host, provider, e_kind, e_value, e_source, e_result") +
      ") ARRAY JOIN e_kind AS kind, e_value AS value, e_source AS source, e_result AS result GROUP "
      "BY " +
      evidence_key;
  const std::string rule_key = keys("day, rule, action, mode, gw, policy");
  out["rollup_rule"] =
      "SELECT " + rule_key +
      ", count() AS n, sum(rule = winner) AS decided, sum((rule = winner) * o) AS incidents, "
      "sum((lifter <> '') AND (rule <> lifter) AND (rule <> about)) AS lifted FROM (" +
      rows("exchange_row",
           "day, gw, policy, rule AS winner, exception AS lifter, entry AS about, opens AS o, "
           "r_id, r_action, r_mode") +
      ") ARRAY JOIN r_id AS rule, r_action AS action, r_mode AS mode GROUP BY " + rule_key;
  for (const std::string column : {"host", "rule"}) {
    const std::string list = column + ", month, user";
    out[column + "_user"] = "SELECT " + keys(list) + ", count() AS n FROM (" +
                            rows("exchange_row", list) + ") GROUP BY " + keys(list);
  }
  out["rollup_transfer"] = transfers_by("day", "country, provider");
  out["rollup_transfer_user"] = transfers_by("quarter", "user, country, provider");
  out["rollup_refused"] = refusals();
  const std::string skipped_key = keys("day, host, coverage, what, verdict");
  out["rollup_skipped"] =
      "SELECT " + skipped_key + ", count() AS n, sum(b) AS bytes_in FROM (" +
      rows("exchange_row", "day, host, coverage, skipped_reason AS what, verdict, bytes_in AS b",
           " AND coverage NOT IN ('inspected', 'no_body')") +
      ") GROUP BY " + skipped_key;
  const std::string policy_key = keys("day, gw, policy");
  out["rollup_policy"] =
      "SELECT " + policy_key + ", sum(one) AS n, min(at) AS first_us, max(at) AS last_us FROM (" +
      rows("exchange_row", "day, gw, policy, 1 AS one, time_us AS at", " AND policy <> ''") +
      " UNION ALL SELECT day, gw, new AS policy, 0 AS one, time_us AS at FROM control_row FINAL "
      "WHERE {time} AND what IN ('start', 'reload') AND new <> '') GROUP BY " +
      policy_key;
  // Counts each record once, however often it is there.
  out["day_total"] = "SELECT " + keys("day, gw") +
                     ", uniqExact(seq) AS records, uniqExactIf(seq, kind = 'decision') AS "
                     "decisions, uniqExactIf(seq, kind = 'outcome') AS outcomes, min(seq) AS "
                     "first_seq, max(seq) AS last_seq FROM record_row WHERE {time} GROUP BY " +
                     keys("day, gw");
  out["destination"] =
      "SELECT host, argMax(p, seq) AS provider, argMax(e, seq) AS entry, argMax(c, seq) AS "
      "country, argMin(d, at) AS first_day, min(at) AS first_us, max(at) AS last_us FROM (" +
      rows("exchange_row",
           "host, seq, provider AS p, entry AS e, country AS c, day AS d, time_us AS at",
           " AND host <> ''") +
      ") GROUP BY host";
  return out;
}

// Views are made anew by every version that changes any.
std::vector<std::string> second_version() {
  std::vector<std::string> out{"DROP TABLE IF EXISTS rollup_user",
                               "ALTER TABLE exchange_row ADD COLUMN personal_types String"};
  for (const auto& [name, text] : clickhouse_views()) {
    out.push_back("DROP TABLE IF EXISTS " + name);
    out.push_back("CREATE VIEW " + name + " AS " + clickhouse_view(text, {}));
  }
  return out;
}

}  // namespace

const std::map<std::string, std::string>& clickhouse_views() {
  static const std::map<std::string, std::string> kViews = make_views();
  return kViews;
}

const char* key_of_table(const std::string& table) {
  if (table == "finding_row") return "seq, type";
  if (table == "value_row") return "seq, type, hash";
  return "seq";
}

const std::vector<Migration>& clickhouse_migrations() {
  static const std::vector<Migration> kMigrations = {{1, tables()}, {2, second_version()}};
  return kMigrations;
}

}  // namespace sekisho::audit
