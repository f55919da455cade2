#include "audit/index/index_writer.h"

#include <charconv>
#include <utility>

namespace sekisho::audit {
namespace {

constexpr char kExchange[] =
    "INSERT OR REPLACE INTO exchange "
    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,"
    "?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr char kFinding[] = "INSERT INTO finding VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
constexpr char kValue[] = "INSERT INTO finding_value VALUES(?,?,?,?,?,?,?,?,?,?)";
constexpr char kControl[] = "INSERT OR REPLACE INTO control VALUES(?,?,?,?,?,?,?,?,?,?,?)";
constexpr char kOutcome[] =
    "UPDATE exchange SET outcome=?, status=?, sent=?, received=?, total_ms=?, abort=?, "
    "restored=?, tokens_in=?, tokens_out=? WHERE seq=? AND outcome=0";
constexpr char kFind[] =
    "SELECT time_us, host, provider, entry, country, countries, conflict, assumed, model, verdict, "
    "would, reason, rule, coverage, user, personal FROM exchange WHERE seq=? AND outcome=0";
constexpr char kFault[] = "INSERT INTO fault VALUES(?,?,?)";
constexpr char kMeta[] = "INSERT OR REPLACE INTO meta(name, value) VALUES(?,?)";

constexpr int kRecalled = 20'000;

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const auto& item : items) (out += out.empty() ? "" : ", ") += item;
  return out;
}

std::uint64_t number_in(Database& from, const char* name) {
  const std::string text = from.meta(name);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Binds one value after the other.
class Row {
 public:
  explicit Row(Statement& s) : s_(s) {}
  template <class... Values>
  bool run(const Values&... values) {
    (bind(values), ...);
    return s_.run();
  }

 private:
  void bind(const std::string& v) { s_.bind(++at_, std::string_view(v)); }
  void bind(std::int64_t v) { s_.bind(++at_, v); }
  void bind(bool v) { s_.bind(++at_, static_cast<std::int64_t>(v)); }
  void bind(double v) { s_.bind(++at_, v); }
  void bind(std::size_t v) { s_.bind(++at_, static_cast<std::int64_t>(v)); }
  Statement& s_;
  int at_ = 0;
};

}  // namespace

IndexWriter::IndexWriter(Database& to, const policy::TimeZone& zone)
    : to_(to),
      calendar_(zone),
      exchange_(to.prepare(kExchange)),
      finding_(to.prepare(kFinding)),
      value_(to.prepare(kValue)),
      control_(to.prepare(kControl)),
      outcome_(to.prepare(kOutcome)),
      find_(to.prepare(kFind)),
      fault_(to.prepare(kFault)),
      meta_(to.prepare(kMeta)) {}

void IndexWriter::recall_incidents() {
  const auto rows =
      to_.ask({"SELECT fingerprint, incident, time_us FROM exchange ORDER BY seq DESC LIMIT ?",
               {static_cast<std::int64_t>(kRecalled)}});
  for (auto row = rows.rows.rbegin(); row != rows.rows.rend(); ++row)
    incidents_.remember(std::get<std::int64_t>((*row)[0]), std::get<std::int64_t>((*row)[1]),
                        std::get<std::int64_t>((*row)[2]));
}

void IndexWriter::add_fault(std::uint64_t seq, const std::string& what) {
  faults_.push_back({static_cast<std::int64_t>(seq), std::nullopt, what});
}

// A fault is of the day of the record that does not fit, or of the next one that can be read.
void IndexWriter::date_faults(std::int64_t time_us) {
  for (auto fault = faults_.rbegin(); fault != faults_.rend() && !fault->time_us; ++fault)
    fault->time_us = time_us;
}

void IndexWriter::add(IndexedRecord&& record) {
  last_us_ = record.time_us;
  date_faults(record.time_us);
  const DayWords& words = calendar_.at(record.time_us);
  rollups_.record(words, record);
  if (record.kind == "decision") {
    incidents_.place(record);
    decisions_[record.seq] = records_.size();
  }
  if (record.kind == "outcome") {
    const auto found = decisions_.find(record.ref);
    if (found != decisions_.end()) {
      records_[found->second].decision.outcome = std::move(record.outcome);
      return;
    }
  }
  const IndexedControl& c = record.control;
  if (c.what == "start" || c.what == "reload")
    rollups_.policy_in_force(words, record, c.new_value, false);
  records_.push_back(std::move(record));
}

bool IndexWriter::write_exchange(const IndexedRecord& r) {
  const IndexedDecision& d = r.decision;
  const IndexedOutcome& o = d.outcome;
  const DayWords& words = calendar_.at(r.time_us);
  rollups_.decision(words, r);
  return Row(exchange_).run(
      r.seq, r.time_us, words.day, d.id, r.gateway, d.user, d.identity, d.ip, d.client, d.host,
      d.port, d.provider, d.entry, d.tls, d.method, d.path, d.model, d.verdict, d.would, d.reason,
      d.rule, d.exception, d.detail, d.coverage, joined(d.skipped), d.policy, d.country,
      d.countries, d.conflict, d.assumed, d.retry, d.fingerprint, d.incident, d.opens,
      d.findings.size(), d.personal, personal_types(d), d.bytes_in, o.seq, o.status, o.sent,
      o.received, o.total_ms, o.abort, o.restored, o.tokens_in, o.tokens_out);
}

bool IndexWriter::write_findings(const IndexedRecord& r) {
  const IndexedDecision& d = r.decision;
  const std::string& day = calendar_.at(r.time_us).day;
  for (const auto& f : d.findings) {
    if (!Row(finding_).run(r.seq, f.type, f.category, f.personal, day, d.user, d.host, d.provider,
                           d.country, d.countries, d.verdict, f.hits, f.hashes.size(), f.confidence,
                           joined(f.places), d.opens))
      return false;
    for (const auto& hash : f.hashes)
      if (!Row(value_).run(hash, f.type, r.seq, r.time_us, d.id, d.user, d.host, d.provider,
                           d.country, d.verdict))
        return false;
  }
  return true;
}

bool IndexWriter::write_control(const IndexedRecord& r) {
  const IndexedControl& c = r.control;
  return Row(control_).run(r.seq, r.time_us, calendar_.at(r.time_us).day, r.kind, c.what, r.gateway,
                           c.old_value, c.new_value, c.by, c.refused, c.json);
}

// The outcome of a decision of an earlier batch.
bool IndexWriter::write_late(const IndexedRecord& r) {
  find_.bind(1, r.ref);
  const bool found = find_.step();
  std::vector<std::string> key;
  std::int64_t time_us = 0;
  std::string user;
  bool personal = false;
  if (found) {
    time_us = find_.integer(0);
    user = find_.text(14);
    personal = find_.integer(15) > 0;
    for (int i = 1; i <= 13; ++i) key.push_back(find_.text(i));
  }
  find_.reset();
  if (!found) return true;  // its decision is gone with its segment, or it has one already
  rollups_.late_outcome(calendar_.at(time_us), key, r.outcome);
  if (personal && key[8] != "block")
    rollups_.late_transfer(calendar_.at(time_us), user, key[3], key[1]);
  const IndexedOutcome& o = r.outcome;
  return Row(outcome_).run(o.seq, o.status, o.sent, o.received, o.total_ms, o.abort, o.restored,
                           o.tokens_in, o.tokens_out, r.ref);
}

bool IndexWriter::write_place(const LogPlace& place) {
  const std::pair<std::string, std::string> values[] = {
      {"next_seq", std::to_string(place.next_seq)},
      {"link", place.link},
      {"segment", place.segment ? std::to_string(*place.segment) : ""},
      {"offset", std::to_string(place.offset)},
      {"line_at", std::to_string(place.line_at)}};
  for (const auto& [name, value] : values)
    if (!Row(meta_).run(name, value)) return false;
  return true;
}

bool IndexWriter::write(const LogPlace& place) {
  for (const auto& r : records_) {
    const bool decision = r.kind == "decision", outcome = r.kind == "outcome";
    const bool good = decision  ? write_exchange(r) && write_findings(r)
                      : outcome ? write_late(r)
                                : write_control(r);
    if (!good) return false;
  }
  for (const auto& [seq, time_us, what] : faults_)
    if (!Row(fault_).run(seq, calendar_.at(time_us.value_or(last_us_)).day, what)) return false;
  records_.clear();
  decisions_.clear();
  faults_.clear();
  return rollups_.write(to_) && write_place(place);
}

LogPlace read_place(Database& from) {
  LogPlace place;
  place.next_seq = number_in(from, "next_seq");
  place.link = from.meta("link");
  if (!from.meta("segment").empty()) place.segment = number_in(from, "segment");
  place.offset = number_in(from, "offset");
  place.line_at = number_in(from, "line_at");
  return place;
}

}  // namespace sekisho::audit
