#include "audit/index/rollups.h"

#include <algorithm>
#include <initializer_list>

namespace sekisho::audit {
namespace {

constexpr char kExchanges[] =
    "INSERT INTO rollup VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET n=n+excluded.n, incidents=incidents+excluded.incidents, "
    "personal=personal+excluded.personal, bytes_in=bytes_in+excluded.bytes_in, "
    "sent=sent+excluded.sent, received=received+excluded.received, ended=ended+excluded.ended";
constexpr char kFindings[] =
    "INSERT INTO rollup_finding VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n, incidents=incidents+excluded.incidents, hits=hits+excluded.hits";
constexpr char kEvidence[] =
    "INSERT INTO rollup_evidence VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n";
constexpr char kRules[] =
    "INSERT INTO rollup_rule VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n, decided=decided+excluded.decided, incidents=incidents+excluded.incidents, "
    "lifted=lifted+excluded.lifted";
constexpr char kHostUsers[] =
    "INSERT INTO host_user VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET n=n+excluded.n";
constexpr char kRuleUsers[] =
    "INSERT INTO rule_user VALUES(?,?,?,?) ON CONFLICT DO UPDATE SET n=n+excluded.n";
constexpr char kTransfers[] =
    "INSERT INTO rollup_transfer VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n, incidents=incidents+excluded.incidents, raw=raw+excluded.raw, "
    "masked=masked+excluded.masked, blocked=blocked+excluded.blocked, "
    "unsure=unsure+excluded.unsure";
constexpr char kTransferUsers[] =
    "INSERT INTO rollup_transfer_user VALUES(?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n, incidents=incidents+excluded.incidents, raw=raw+excluded.raw, "
    "masked=masked+excluded.masked, blocked=blocked+excluded.blocked, "
    "unsure=unsure+excluded.unsure";
constexpr char kRefused[] =
    "INSERT INTO rollup_refused VALUES(?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "n=n+excluded.n, incidents=incidents+excluded.incidents, "
    "first_us=min(first_us, excluded.first_us), last_us=max(last_us, excluded.last_us)";
constexpr char kSkipped[] =
    "INSERT INTO rollup_skipped VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET n=n+excluded.n, "
    "bytes_in=bytes_in+excluded.bytes_in";
constexpr char kDays[] =
    "INSERT INTO day_total VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "records=records+excluded.records, decisions=decisions+excluded.decisions, "
    "outcomes=outcomes+excluded.outcomes, first_seq=min(first_seq, excluded.first_seq), "
    "last_seq=max(last_seq, excluded.last_seq)";
constexpr char kPolicies[] =
    "INSERT INTO rollup_policy VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET n=n+excluded.n, "
    "first_us=min(first_us, excluded.first_us), last_us=max(last_us, excluded.last_us)";
constexpr char kDestinations[] =
    "INSERT INTO destination VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
    "provider=excluded.provider, entry=excluded.entry, country=excluded.country, "
    "first_day=min(first_day, excluded.first_day), first_us=min(first_us, excluded.first_us), "
    "last_us=max(last_us, excluded.last_us)";

std::string key(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto& part : parts) {
    out += part;
    out += '\0';
  }
  return out;
}

void bind_parts(Statement& s, std::string_view text, std::size_t parts) {
  for (std::size_t i = 1; i <= parts; ++i) {
    const std::size_t end = text.find('\0');
    s.bind(static_cast<int>(i), text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

std::string flag(bool value) {
  return value ? "1" : "0";
}

}  // namespace

std::vector<std::string> Rollups::key_of(const IndexedDecision& d) {
  return {d.host,  d.provider, d.entry, d.country, d.countries, flag(d.conflict), flag(d.assumed),
          d.model, d.verdict,  d.would, d.reason,  d.rule,      d.coverage};
}

static std::string exchange_key(const DayWords& words, const std::vector<std::string>& rest) {
  std::string out = key({words.day, words.week, words.month});
  for (const auto& part : rest) (out += part) += '\0';
  return out;
}

void Rollups::record(const DayWords& words, const IndexedRecord& record) {
  DayTotal& day = days_[{words.day, record.gateway}];
  ++day.records;
  day.decisions += record.kind == "decision";
  day.outcomes += record.kind == "outcome";
  if (day.first < 0) day.first = record.seq;
  day.last = std::max(day.last, record.seq);
}

void Rollups::policy_in_force(const DayWords& words, const IndexedRecord& record,
                              const std::string& policy, bool decision) {
  if (policy.empty()) return;
  Times& times = policies_[{words.day, record.gateway, policy}];
  times.n += decision;
  if (!times.first || record.time_us < times.first) times.first = record.time_us;
  times.last = std::max(times.last, record.time_us);
}

void Rollups::decision(const DayWords& words, const IndexedRecord& record) {
  const IndexedDecision& d = record.decision;
  const std::int64_t opens = d.opens;
  Counts& e = exchanges_[exchange_key(words, key_of(d))];
  const Counts added = {
      1, opens, d.personal > 0, d.bytes_in, d.outcome.sent, d.outcome.received, d.outcome.seq > 0};
  for (std::size_t i = 0; i < e.size(); ++i) e[i] += added[i];

  for (const auto& f : d.findings) {
    Counts& c = findings_[key({words.day, words.week, words.month, f.type, f.category,
                               flag(f.personal), d.host, d.provider, d.country, d.verdict})];
    c[0] += 1, c[1] += opens, c[2] += f.hits;
  }
  for (const auto& v : d.evidence)
    evidence_[key({words.day, d.host, d.provider, v.kind, v.value, v.source, v.result})][0] += 1;
  for (const auto& r : d.rules) {
    Counts& c = rules_[key({words.day, r.id, r.action, r.mode, record.gateway, d.policy})];
    const bool decided = r.id == d.rule;
    c[0] += 1, c[1] += decided, c[2] += decided ? opens : 0;
    c[3] += !d.exception.empty() && r.id != d.exception && r.id != d.entry;
  }
  host_users_[key({d.host, words.month, d.user})][0] += 1;
  rule_users_[key({d.rule, words.month, d.user})][0] += 1;
  if (d.personal > 0) transfer(words, d);
  if (d.verdict == "block") refused(words, record);
  if (d.coverage != "inspected" && d.coverage != "no_body") {
    std::vector<std::string> reasons;
    for (const auto& s : d.skipped) reasons.push_back(reason_of_skipped(s));
    if (reasons.empty()) reasons.emplace_back();
    // Each exchange once, under the first reason: shares then add up.
    Counts& c = skipped_[key({words.day, d.host, d.coverage, reasons.front(), d.verdict})];
    c[0] += 1, c[1] += d.bytes_in;
  }
  policy_in_force(words, record, d.policy, true);
  if (d.host.empty()) return;
  const auto [place, fresh] = destinations_.try_emplace(d.host);
  Place& p = place->second;
  if (fresh || record.time_us < p.first) p.day = words.day, p.first = record.time_us;
  p.last = std::max(p.last, record.time_us);
  p.provider = d.provider, p.entry = d.entry, p.country = d.country;
}

void Rollups::transfer(const DayWords& words, const IndexedDecision& d) {
  const bool blocked = d.verdict == "block";
  const bool masked = d.verdict == "redact" || d.verdict == "pseudonymise";
  const auto add = [&](const std::string& type) {
    const Counts added = {1,      d.opens, d.verdict == "allow",
                          masked, blocked, type.empty() && !blocked && d.outcome.seq == 0};
    for (Counts* c : {&transfers_[key({words.day, d.country, d.provider, type})],
                      &transfer_users_[key({words.quarter, d.user, d.country, d.provider, type})]})
      for (std::size_t i = 0; i < c->size(); ++i) (*c)[i] += added[i];
  };
  add("");
  for (const auto& f : d.findings)
    if (f.personal) add(f.type);
}

void Rollups::late_transfer(const DayWords& words, const std::string& user,
                            const std::string& country, const std::string& provider) {
  transfers_[key({words.day, country, provider, ""})][5] -= 1;
  transfer_users_[key({words.quarter, user, country, provider, ""})][5] -= 1;
}

void Rollups::refused(const DayWords& words, const IndexedRecord& record) {
  const IndexedDecision& d = record.decision;
  const auto [place, fresh] = refused_.try_emplace(
      key({words.quarter, d.user, d.host, d.reason, d.rule, d.country, d.countries, d.client}));
  Counts& c = place->second;
  c[0] += 1, c[1] += d.opens;
  c[2] = fresh ? record.time_us : std::min(c[2], record.time_us);
  c[3] = fresh ? record.time_us : std::max(c[3], record.time_us);
}

void Rollups::late_outcome(const DayWords& words, const std::vector<std::string>& rest,
                           const IndexedOutcome& outcome) {
  Counts& e = exchanges_[exchange_key(words, rest)];
  e[4] += outcome.sent, e[5] += outcome.received, e[6] += 1;
}

bool Rollups::write(Database& to, const char* sql, const Tally& tally, std::size_t parts,
                    std::size_t counts) {
  Statement s = to.prepare(sql);
  if (!s.usable()) return false;
  // In the order of the key: neighbouring rows lie on one page.
  std::vector<const Tally::value_type*> sorted;
  for (const auto& item : tally) sorted.push_back(&item);
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->first < b->first; });
  for (const auto* item : sorted) {
    bind_parts(s, item->first, parts);
    for (std::size_t i = 0; i < counts; ++i)
      s.bind(static_cast<int>(parts + i + 1), item->second[i]);
    if (!s.run()) return false;
  }
  return true;
}

bool Rollups::write(Database& to) {
  bool good = write(to, kExchanges, exchanges_, 16, 7) && write(to, kFindings, findings_, 10, 3) &&
              write(to, kEvidence, evidence_, 7, 1) && write(to, kRules, rules_, 6, 4) &&
              write(to, kHostUsers, host_users_, 3, 1) &&
              write(to, kRuleUsers, rule_users_, 3, 1) && write(to, kTransfers, transfers_, 4, 6) &&
              write(to, kTransferUsers, transfer_users_, 5, 6) &&
              write(to, kRefused, refused_, 8, 4) && write(to, kSkipped, skipped_, 5, 2);
  Statement day = to.prepare(kDays), policy = to.prepare(kPolicies),
            place = to.prepare(kDestinations);
  for (const auto& [name, t] : days_)
    good = good && day.bind(1, std::string_view(name.first))
                       .bind(2, std::string_view(name.second))
                       .bind(3, t.records)
                       .bind(4, t.decisions)
                       .bind(5, t.outcomes)
                       .bind(6, t.first)
                       .bind(7, t.last)
                       .run();
  for (const auto& [name, t] : policies_)
    good = good && policy.bind(1, std::string_view(name[0]))
                       .bind(2, std::string_view(name[1]))
                       .bind(3, std::string_view(name[2]))
                       .bind(4, t.n)
                       .bind(5, t.first)
                       .bind(6, t.last)
                       .run();
  for (const auto& [host, p] : destinations_)
    good = good && place.bind(1, std::string_view(host))
                       .bind(2, std::string_view(p.provider))
                       .bind(3, std::string_view(p.entry))
                       .bind(4, std::string_view(p.country))
                       .bind(5, std::string_view(p.day))
                       .bind(6, p.first)
                       .bind(7, p.last)
                       .run();
  *this = Rollups();
  return good;
}

}  // namespace sekisho::audit
