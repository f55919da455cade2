#pragma once

// A log that a journal wrote, and its index.

#include <memory>
#include <string>
#include <vector>

#include "audit/index/indexer.h"
#include "audit/questions/marks.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {

struct Exchange {
  std::string user = "hanako@example.co.jp";
  policy::Action verdict = policy::Action::kAllow;
  std::string type = {}, category = "pii", value = {};  // of a finding, type "" = none
  int retry = 0;
  std::int64_t after_us = 1000;  // since the one before
  std::uint64_t sent = 100;
  std::string host = "api.openai.com", provider = "openai-api", country = "US";
  policy::Reason reason = policy::Reason::kNone;
  std::string rule = "openai", exception = {};
  policy::Coverage coverage = policy::Coverage::kInspected;
  std::string second_country = {};  // of an address, "" = none is known
  std::string skipped = {};
};

// Rows as "a|b\n".
class Answers {
 public:
  explicit Answers(const std::string& path) {
    std::string error;
    database_ = Database::open(path, OpenAs::kReader, error);
    EXPECT_TRUE(database_) << error;
  }
  std::string text(const std::string& sql) const {
    const SqlRows rows = database_->ask({sql, {}});
    EXPECT_EQ(rows.error, "") << sql;
    std::string out;
    for (const auto& row : rows.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) out += (i ? "|" : "") + word(row[i]);
      out += "\n";
    }
    return out;
  }
  Database& database() const { return *database_; }

 private:
  static std::string word(const Cell& cell) {
    if (const auto* n = std::get_if<std::int64_t>(&cell)) return std::to_string(*n);
    if (const auto* d = std::get_if<double>(&cell)) return std::to_string(*d);
    if (const auto* s = std::get_if<std::string>(&cell)) return *s;
    return "-";
  }
  std::unique_ptr<Database> database_;
};

class WrittenLog {
 public:
  explicit WrittenLog(std::uint64_t segment_bytes = 64u << 20) {
    segment_bytes_ = segment_bytes;
    begin();
  }
  // Ends the gateway and starts it again so much later.
  void reopen(std::int64_t after_us) {
    journal_.reset();
    now_us += after_us;
    begin();
  }
  std::string gateway = "gw1";                  // of the next start
  std::int64_t now_us = 1'782'995'696'000'000;  // 2026-07-02T12:34:56Z

  std::uint64_t decision(const Exchange& e) {
    now_us += e.after_us;
    Sample s(id_of(made_++));
    s.client.user = e.user;
    s.client.retry = e.retry;
    s.to.host = e.host;
    s.admission.provider = e.provider;
    s.admission.evidence[0].value = e.country;
    s.verdict.action = e.verdict;
    s.verdict.reason = e.reason;
    s.verdict.rule = e.rule;
    s.verdict.exception = e.exception;
    s.verdict.coverage = e.coverage;
    s.verdict.rules.push_back({e.rule, true, "allow", "enforce", "it matched", e.reason});
    if (!e.skipped.empty()) s.verdict.skipped.push_back(e.skipped);
    if (!e.second_country.empty()) {
      policy::Evidence address = s.admission.evidence[0];
      address.kind = policy::EvidenceKind::kAddress;
      address.value = e.second_country;
      address.source = "geo:test";
      s.admission.evidence.push_back(address);
    }
    if (!e.type.empty())
      s.verdict.findings.push_back(
          {e.type, e.category, 1, 0.9, {"/messages/0/content"}, {e.value}});
    s.decision.time_us = now_us;
    times_.push_back(now_us);
    return record_and_wait(*journal_, s);
  }
  void outcome(std::uint64_t ref, std::uint64_t sent) {
    Outcome o;
    o.ref = ref;
    o.id = "sks_x";
    o.gateway = "gw1";
    o.time_us = now_us + 10;
    o.status = 200;
    o.sent = sent;
    o.received = 50;
    journal_->record(o);
    admin("noted", "", "", "test");  // waits until it is on disk
  }
  void exchange(const Exchange& e) {
    const auto ref = decision(e);
    Outcome o;
    o.ref = ref;
    o.id = "sks_x";
    o.gateway = "gw1";
    o.time_us = now_us + 10;
    o.status = e.verdict == policy::Action::kBlock ? 0 : 200;
    o.sent = e.verdict == policy::Action::kBlock ? 0 : e.sent;
    o.received = 50;
    journal_->record(o);
    outcome_ = ref + 1;
  }
  void admin(const std::string& what, const std::string& old_value, const std::string& new_value,
             const std::string& by) {
    Admin a;
    a.time_us = now_us;
    a.gateway = "gw1";
    a.what = what;
    a.old_value = old_value;
    a.new_value = new_value;
    a.by = by;
    std::mutex mutex;
    std::condition_variable wake;
    bool done = false;
    journal_->record(a, [&](std::uint64_t) {
      const std::lock_guard lock(mutex);
      done = true;
      wake.notify_one();
    });
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return done; });
  }
  void mark(const Mark& mark) {
    const OutsideEvent e = mark_event(mark);
    admin(e.what, e.old_value, e.new_value, e.by);
  }
  // Of the n-th decision.
  std::int64_t time_of(int n) const { return times_.at(static_cast<std::size_t>(n)); }
  Journal& journal() { return *journal_; }
  void close() { journal_.reset(); }

  std::string log() const { return folder_.log(); }
  std::string index_file() const { return index_path(log()); }
  IndexSettings settings() {
    wait();
    IndexSettings s;
    s.log = log();
    s.categories = {{"email", "pii"}, {"jp_my_number", "pii"}, {"aws_access_key_id", "secret"}};
    return s;
  }
  Answers indexed() {
    const IndexReport report = Indexer(settings()).catch_up();
    EXPECT_EQ(report.error, "");
    return read();
  }
  Answers read() const { return Answers(index_file()); }
  std::string dump() const {
    const Answers a = read();
    std::string out;
    for (const char* table :
         {"exchange", "finding", "finding_value", "control", "rollup", "rollup_finding",
          "rollup_evidence", "rollup_rule", "host_user", "rule_user", "rollup_transfer",
          "rollup_transfer_user", "rollup_refused", "rollup_skipped", "rollup_policy", "day_total",
          "destination", "fault"})
      out += std::string(table) + "\n" +
             a.text("SELECT * FROM " + std::string(table) + " ORDER BY 1, 2, 3");
    return out;
  }

 private:
  void begin() {
    JournalSettings settings = test_settings();
    settings.segment_bytes = segment_bytes_;
    settings.gateway = gateway;
    settings.sync = false;
    settings.clock = [this] { return now_us; };
    std::string error;
    auto store = open_directory(folder_.log(), error);
    ASSERT_TRUE(store) << error;
    journal_ = Journal::open(std::move(store), std::move(settings), now_us, error);
    ASSERT_TRUE(journal_) << error;
  }
  // The journal commits what waits within 50 ms; its head says when.
  void wait() {
    while (journal_ && journal_->head().size <= outcome_) ::usleep(200);
  }
  Folder folder_;
  std::unique_ptr<Journal> journal_;
  int made_ = 0;
  std::vector<std::int64_t> times_;
  std::uint64_t segment_bytes_ = 0;
  std::uint64_t outcome_ = 0;  // seq of the last one
};

}  // namespace sekisho::audit
