#include "audit/views/clickhouse_schema.h"

#include <string_view>

#include "audit/views/clickhouse_rollups.h"

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

// Rows of a table that are not read by FINAL where none is there twice, all columns or those that
// are spoken of.
std::string rows(const std::string& table, std::string_view columns) {
  std::string out = "{rows " + table;
  out.append("}SELECT {columns ").append(columns).append("} FROM ").append(table);
  return out += " FINAL WHERE {time}{/rows}";
}

std::map<std::string, std::string> make_views() {
  std::map<std::string, std::string> out;
  out["exchange"] = rows("exchange_row", kExchangeColumns);
  out["finding"] = rows("finding_row", kFindingColumns);
  out["finding_value"] = rows("value_row", kValueColumns);
  // Few enough to be read by FINAL always.
  out["control"] =
      std::string("SELECT ") + kControlColumns + " FROM control_row FINAL WHERE {time}";
  out["fault"] = "SELECT seq, day, what FROM fault_row FINAL WHERE {time}";
  out.insert(rollup_views().begin(), rollup_views().end());
  return out;
}

// By every version that changes any.
void make_views_anew(std::vector<std::string>& out) {
  for (const auto& [name, text] : clickhouse_views()) {
    out.push_back("DROP TABLE IF EXISTS " + name);
    out.push_back("CREATE VIEW " + name + " AS " + clickhouse_view(text, {}));
  }
}

std::vector<std::string> second_version() {
  std::vector<std::string> out{"DROP TABLE IF EXISTS rollup_user",
                               "ALTER TABLE exchange_row ADD COLUMN personal_types String"};
  make_views_anew(out);
  return out;
}

std::vector<std::string> third_version() {
  std::vector<std::string> out = rollup_tables();
  make_views_anew(out);
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
  static const std::vector<Migration> kMigrations = {
      {1, tables()}, {2, second_version()}, {3, third_version()}};
  return kMigrations;
}

}  // namespace sekisho::audit
