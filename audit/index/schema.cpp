#include "audit/index/schema.h"

namespace sekisho::audit {

const std::vector<std::string>& index_tables() {
  static const std::vector<std::string> kTables = {
      "CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",

      // One decision with its outcome. `user` is "ip:10.1.2.3" of a client without a name;
      // `country` the recipient's, `countries` of all evidence; `conflict` = evidence names more
      // than one country, `assumed` = the country rests on no proof; `personal` = types of personal
      // data found, `personal_types` = those with how often, "email 2, jp_phone 1"; `opens` = 1 for
      // the first attempt of its incident; `outcome` = its seq, 0 = none is known; tokens -1 =
      // unknown.
      R"(CREATE TABLE exchange(
  seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, day TEXT NOT NULL, id TEXT NOT NULL,
  gw TEXT NOT NULL, user TEXT NOT NULL, identity TEXT NOT NULL, ip TEXT NOT NULL,
  client TEXT NOT NULL, host TEXT NOT NULL, port INTEGER NOT NULL, provider TEXT NOT NULL,
  entry TEXT NOT NULL, tls TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  model TEXT NOT NULL, verdict TEXT NOT NULL, would TEXT NOT NULL, reason TEXT NOT NULL,
  rule TEXT NOT NULL, exception TEXT NOT NULL, detail TEXT NOT NULL, coverage TEXT NOT NULL,
  skipped TEXT NOT NULL, policy TEXT NOT NULL, country TEXT NOT NULL, countries TEXT NOT NULL,
  conflict INTEGER NOT NULL, assumed INTEGER NOT NULL, retry INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL, incident INTEGER NOT NULL, opens INTEGER NOT NULL,
  findings INTEGER NOT NULL, personal INTEGER NOT NULL, personal_types TEXT NOT NULL,
  bytes_in INTEGER NOT NULL,
  outcome INTEGER NOT NULL, status INTEGER NOT NULL, sent INTEGER NOT NULL,
  received INTEGER NOT NULL, total_ms REAL NOT NULL, abort TEXT NOT NULL,
  restored INTEGER NOT NULL, tokens_in INTEGER NOT NULL, tokens_out INTEGER NOT NULL))",

      // One type found in one exchange. `hits` = how often, `vals` = distinct values (at most 16
      // are recorded: a lower bound).
      R"(CREATE TABLE finding(
  seq INTEGER NOT NULL, type TEXT NOT NULL, category TEXT NOT NULL, personal INTEGER NOT NULL,
  day TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, provider TEXT NOT NULL,
  country TEXT NOT NULL, countries TEXT NOT NULL, verdict TEXT NOT NULL, hits INTEGER NOT NULL,
  vals INTEGER NOT NULL, confidence REAL NOT NULL, place TEXT NOT NULL, opens INTEGER NOT NULL))",

      // One keyed hash of a value found in one exchange.
      R"(CREATE TABLE finding_value(
  hash TEXT NOT NULL, type TEXT NOT NULL, seq INTEGER NOT NULL, time_us INTEGER NOT NULL,
  id TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, provider TEXT NOT NULL,
  country TEXT NOT NULL, verdict TEXT NOT NULL))",

      // Every record that is neither decision nor outcome; `record` = its JSON from "id" on.
      R"(CREATE TABLE control(
  seq INTEGER PRIMARY KEY, time_us INTEGER NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
  what TEXT NOT NULL, gw TEXT NOT NULL, old TEXT NOT NULL, new TEXT NOT NULL,
  doer TEXT NOT NULL, refused INTEGER NOT NULL, record TEXT NOT NULL))",

      // What did not fit while the log was read: see `sekisho audit verify`.
      R"(CREATE TABLE fault(
  seq INTEGER NOT NULL, day TEXT NOT NULL, what TEXT NOT NULL))",

      // Rollups, written with the rows they count. `n` = exchanges, `incidents` = those that open
      // one, `unknown_end` = without outcome.
      R"(CREATE TABLE day_total(
  day TEXT NOT NULL, gw TEXT NOT NULL, records INTEGER NOT NULL, decisions INTEGER NOT NULL,
  outcomes INTEGER NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  PRIMARY KEY(day, gw)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup(
  day TEXT NOT NULL, week TEXT NOT NULL, month TEXT NOT NULL, host TEXT NOT NULL,
  provider TEXT NOT NULL, entry TEXT NOT NULL, country TEXT NOT NULL, countries TEXT NOT NULL,
  conflict INTEGER NOT NULL, assumed INTEGER NOT NULL, model TEXT NOT NULL,
  verdict TEXT NOT NULL, would TEXT NOT NULL, reason TEXT NOT NULL, rule TEXT NOT NULL,
  coverage TEXT NOT NULL, n INTEGER NOT NULL, incidents INTEGER NOT NULL,
  personal INTEGER NOT NULL, bytes_in INTEGER NOT NULL, sent INTEGER NOT NULL,
  received INTEGER NOT NULL, ended INTEGER NOT NULL,
  PRIMARY KEY(day, week, month, host, provider, entry, country, countries, conflict, assumed,
    model, verdict, would, reason, rule, coverage)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_finding(
  day TEXT NOT NULL, week TEXT NOT NULL, month TEXT NOT NULL, type TEXT NOT NULL,
  category TEXT NOT NULL, personal INTEGER NOT NULL, host TEXT NOT NULL,
  provider TEXT NOT NULL, country TEXT NOT NULL, verdict TEXT NOT NULL, n INTEGER NOT NULL,
  incidents INTEGER NOT NULL, hits INTEGER NOT NULL,
  PRIMARY KEY(day, week, month, type, category, personal, host, provider, country, verdict))
  WITHOUT ROWID)",
      R"(CREATE TABLE rollup_evidence(
  day TEXT NOT NULL, host TEXT NOT NULL, provider TEXT NOT NULL, kind TEXT NOT NULL,
  value TEXT NOT NULL, source TEXT NOT NULL, result TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(day, host, provider, kind, value, source, result)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_rule(
  day TEXT NOT NULL, rule TEXT NOT NULL, action TEXT NOT NULL, mode TEXT NOT NULL,
  gw TEXT NOT NULL, policy TEXT NOT NULL, n INTEGER NOT NULL, decided INTEGER NOT NULL,
  incidents INTEGER NOT NULL, lifted INTEGER NOT NULL,
  PRIMARY KEY(day, rule, action, mode, gw, policy)) WITHOUT ROWID)",
      // Who used a host, and for whom a rule decided: by month, since users are counted once.
      R"(CREATE TABLE host_user(
  host TEXT NOT NULL, month TEXT NOT NULL, user TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(host, month, user)) WITHOUT ROWID)",
      R"(CREATE TABLE rule_user(
  rule TEXT NOT NULL, month TEXT NOT NULL, user TEXT NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(rule, month, user)) WITHOUT ROWID)",
      // Exchanges with personal data, by type and, with type '', as a whole: `raw` left as they
      // were, `masked`, `blocked`; `unsure` = of those not blocked, without a known outcome.
      R"(CREATE TABLE rollup_transfer(
  day TEXT NOT NULL, country TEXT NOT NULL, provider TEXT NOT NULL, type TEXT NOT NULL,
  n INTEGER NOT NULL, incidents INTEGER NOT NULL, raw INTEGER NOT NULL,
  masked INTEGER NOT NULL, blocked INTEGER NOT NULL, unsure INTEGER NOT NULL,
  PRIMARY KEY(day, country, provider, type)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_transfer_user(
  quarter TEXT NOT NULL, user TEXT NOT NULL, country TEXT NOT NULL, provider TEXT NOT NULL,
  type TEXT NOT NULL, n INTEGER NOT NULL, incidents INTEGER NOT NULL, raw INTEGER NOT NULL,
  masked INTEGER NOT NULL, blocked INTEGER NOT NULL, unsure INTEGER NOT NULL,
  PRIMARY KEY(quarter, user, country, provider, type)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_refused(
  quarter TEXT NOT NULL, user TEXT NOT NULL, host TEXT NOT NULL, reason TEXT NOT NULL,
  rule TEXT NOT NULL, country TEXT NOT NULL, countries TEXT NOT NULL, client TEXT NOT NULL,
  n INTEGER NOT NULL, incidents INTEGER NOT NULL, first_us INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  PRIMARY KEY(quarter, user, host, reason, rule, country, countries, client)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_skipped(
  day TEXT NOT NULL, host TEXT NOT NULL, coverage TEXT NOT NULL, what TEXT NOT NULL,
  verdict TEXT NOT NULL, n INTEGER NOT NULL, bytes_in INTEGER NOT NULL,
  PRIMARY KEY(day, host, coverage, what, verdict)) WITHOUT ROWID)",
      R"(CREATE TABLE rollup_policy(
  day TEXT NOT NULL, gw TEXT NOT NULL, policy TEXT NOT NULL, n INTEGER NOT NULL,
  first_us INTEGER NOT NULL, last_us INTEGER NOT NULL,
  PRIMARY KEY(day, gw, policy)) WITHOUT ROWID)",
      R"(CREATE TABLE destination(
  host TEXT PRIMARY KEY, provider TEXT NOT NULL, entry TEXT NOT NULL, country TEXT NOT NULL,
  first_day TEXT NOT NULL, first_us INTEGER NOT NULL, last_us INTEGER NOT NULL) WITHOUT ROWID)",
  };
  return kTables;
}

const std::vector<std::string>& index_indexes() {
  static const std::vector<std::string> kIndexes = {
      "CREATE INDEX exchange_id ON exchange(id)",
      "CREATE INDEX exchange_user ON exchange(user, time_us)",
      "CREATE INDEX exchange_personal ON exchange(day, user, country, countries, provider, "
      "verdict, opens, outcome, sent) WHERE personal>0",
      "CREATE INDEX exchange_raw ON exchange(day, time_us, id, user, country, provider, host, "
      "personal_types, exception, would, coverage, rule, outcome, sent) WHERE personal>0 AND "
      "verdict='allow'",
      "CREATE INDEX exchange_blocked ON exchange(day, reason, user, host, country, countries, "
      "client, rule, opens, time_us) WHERE verdict='block'",
      "CREATE INDEX exchange_exception ON exchange(exception, day, user, time_us) WHERE "
      "exception<>''",
      "CREATE INDEX finding_personal ON finding(day, user, country, countries, provider, type, "
      "verdict, hits, vals, opens) WHERE personal=1",
      "CREATE INDEX finding_seq ON finding(seq)",
      "CREATE INDEX finding_value_hash ON finding_value(hash, type)",
      "CREATE INDEX control_what ON control(what, time_us)",
      "CREATE INDEX control_kind ON control(kind, time_us)",
  };
  return kIndexes;
}

}  // namespace sekisho::audit
