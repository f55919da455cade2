#pragma once

// A log of a few months, shipped to a ClickHouse as the sink does it, and what answers say.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "audit/index/log_follower.h"
#include "audit/questions/marks.h"
#include "audit/questions/period.h"
#include "audit/views/exported_event.h"
#include "gateway/sinks/receiver.h"
#include "tests/audit/index/every_question.h"
#include "tests/audit/testing.h"
#include "tests/gateway/sinks/clickhouse_server.h"

namespace sekisho::gateway {

using audit::Cell;
using audit::Sample;

// Of its rule, and of its finding.
inline void record_mark(audit::Journal& journal, const Sample& s, bool wrong) {
  for (const bool of_rule : {true, false}) {
    const audit::OutsideEvent e =
        audit::mark_event({s.decision.id, s.decision.time_us, of_rule, of_rule ? "openai" : "email",
                           of_rule ? "allow" : "", of_rule ? "enforce" : "", wrong, "why", "sato"});
    journal.record(audit::Admin{s.decision.time_us + 2'000'000, "gw1", e.what, e.old_value,
                                e.new_value, e.by});
  }
}

// A log of a few months with everything that has a table.
inline void write_log(const std::string& directory, int exchanges) {
  std::string error;
  auto settings = audit::test_settings();
  settings.sync = false;
  const auto journal = audit::Journal::open(audit::open_directory(directory, error), settings,
                                            1'782'000'000'000'000, error);
  ASSERT_TRUE(journal) << error;
  journal->record(audit::Admin{1'782'000'000'000'001, "gw1", "start", "", "sha256:aa", "operator"});
  for (int i = 0; i < exchanges; ++i) {
    Sample s(audit::id_of(i));
    s.client.user = i % 7 ? "user" + std::to_string(i % 5) + "@example.co.jp" : "";
    s.client.user_agent = "it's \\ a \"client\"\t\xE6\x97\xA5\xE6\x9C\xAC";
    s.decision.time_us = 1'782'000'000'000'000 + i * 7'200'000'000ll;
    s.decision.model = i % 3 ? "gpt-4o" : "";
    s.decision.bytes_in = static_cast<std::uint64_t>(100 + i);
    s.decision.policy_digest = i % 2 ? "sha256:aa" : "sha256:bb";
    s.to.host = i % 4 ? "api.openai.com" : "api.anthropic.com";
    s.verdict.rules.push_back({"openai", true, "allow", "enforce", "why"});
    if (i % 5 == 0) {
      s.verdict.action = i % 2 ? policy::Action::kBlock : policy::Action::kRedact;
      if (i % 13 == 0) s.verdict.action = policy::Action::kAllow;  // by the exception below
      s.verdict.reason = i % 2 ? policy::Reason::kData : policy::Reason::kNone;
      policy::FindingSummary f;
      f.type = "email";
      f.category = "pii";
      f.count = 2;
      f.confidence = 0.9;
      f.where = {"messages[0].content"};
      f.values = {"v" + std::to_string(i % 3), "w"};
      s.verdict.findings.push_back(f);
    }
    if (i % 11 == 0) {
      s.verdict.coverage = policy::Coverage::kPartly;
      s.verdict.skipped = {"body:messages/3:encrypted"};
    }
    if (i % 13 == 0) s.verdict.exception = "exc-1";
    const std::uint64_t seq = audit::record_and_wait(*journal, s);
    if (i % 17 == 0) continue;  // its end is not known
    audit::Outcome o;
    o.id = s.decision.id;
    o.gateway = "gw1";
    o.time_us = s.decision.time_us + 1'500'000;
    o.ref = seq;
    o.status = 200;
    o.sent = s.decision.bytes_in;
    o.received = 1000;
    o.total_ms = 12.345;
    if (i % 2) o.tokens_in = 10;
    journal->record(o);
    if (i % 25 == 0) record_mark(*journal, s, i % 50 == 0);
  }
}

inline const audit::Categories kCategories = {{"email", "pii"}};

inline constexpr char kPolicy[] = R"(version: 1
name: office
destinations:
  - id: openai
    providers: [openai-api]
exceptions:
  - id: exc-1
    lifts: [no-mail]
    groups: [everyone]
    until: 2026-07-10
    ticket: SEC-7
    approved_by: [aoi@example.co.jp, ren@example.co.jp]
    reason: { ja: 照会, en: claims }
)";

inline audit::QuestionScope scope_of(audit::RunSql run, const std::string& quarter) {
  audit::QuestionScope s;
  s.run = std::move(run);
  s.period = audit::period_of(*audit::parse_quarter(quarter, {}), s.zone, "Asia/Tokyo");
  audit::set_days(s);
  s.now_us = 1'785'000'000'000'000;
  s.policy_text = [](const std::string& digest) -> std::optional<std::string> {
    return std::string(kPolicy) + "# " + digest + "\n";
  };
  return s;
}

inline std::string words(const std::vector<Cell>& row);

// All that an answer shows.
inline std::string text_of(const audit::Asked& asked) {
  std::string out = asked.error + "\n";
  for (const auto& table : asked.answer.tables) {
    out += table.id + "\n";
    for (const auto& row : table.rows) out += "  " + words(row) + "\n";
    for (const auto& note : table.notes) out += "  * " + note.en + "\n";
  }
  const audit::Footer& f = asked.answer.footer;
  out += std::to_string(f.looked_at) + " " + std::to_string(f.first.value_or(0)) + " " +
         std::to_string(f.last.value_or(0)) + "\n";
  for (const auto& gap : f.gaps) out += gap.en + "\n";
  for (const auto& policy : f.policies) out += policy + "\n";
  return out;
}

inline std::string words(const std::vector<Cell>& row) {
  std::string out;
  for (const Cell& cell : row) {
    char text[64] = "NULL";
    if (const auto* n = std::get_if<std::int64_t>(&cell))
      std::snprintf(text, sizeof text, "%lld", static_cast<long long>(*n));
    if (const auto* r = std::get_if<double>(&cell)) std::snprintf(text, sizeof text, "%g", *r);
    const auto* s = std::get_if<std::string>(&cell);
    (out += s ? *s : std::string(text)) += " | ";
  }
  return out;
}

inline std::vector<std::string> sorted_words(const audit::SqlRows& rows) {
  EXPECT_EQ(rows.error, "");
  std::vector<std::string> out;
  for (const auto& row : rows.rows) out.push_back(words(row));
  std::sort(out.begin(), out.end());
  return out;
}

class ClickHouseTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!ClickHouseServer::installed()) return;
    server_ = new ClickHouseServer;
    if (!server_->answers()) {
      delete server_;
      server_ = nullptr;
      ADD_FAILURE() << "clickhouse-server is installed but does not run";
    }
  }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  void SetUp() override {
    if (!server_)
      FAIL() << "clickhouse-server is not installed or does not run: packaging/debian-packages.txt";
    static int number = 0;
    address_ = server_->address();
    address_.database = "test" + std::to_string(++number);
  }
  // As the sink does it; every batch comes twice, or every n-th.
  void ship(const std::string& log, const std::string& name, std::int64_t hold_us,
            std::size_t batch_size = 150, int repeat_every = 1) {
    config::AuditSink sink;
    sink.kind = config::SinkKind::kClickHouse;
    sink.target.value = address_.url;
    sink.database = address_.database;
    sink.user = address_.user;
    audit::Folder secrets;
    const std::string file = secrets.path() + "/password";
    std::ofstream(file) << address_.password << "\n";
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    sink.password_file.value = file;
    std::string error;
    const auto receiver = make_receiver(sink, {name, "1"}, error);
    ASSERT_TRUE(receiver) << error;
    const audit::Categories categories = kCategories;
    audit::Pairing pairing(categories, hold_us);
    audit::LogFollower follower(log, {});
    EventBatch batch;
    std::string_view line;
    bool more = true;
    int sent = 0;
    while (more) {
      more = follower.next(line) == audit::LogFollower::Step::kRecord;
      if (more) pairing.add(line, batch);
      if (!more) pairing.flush(batch);
      if (batch.empty() || (more && batch.size() < batch_size)) continue;
      const int times = sent++ % repeat_every == 0 ? 2 : 1;
      for (int i = 0; i < times; ++i) {
        const Delivery d = receiver->deliver(batch);
        ASSERT_EQ(d.kind, Delivery::Kind::kDone) << d.error;
      }
      batch.clear();
    }
  }

  static inline ClickHouseServer* server_ = nullptr;
  ClickHouseAddress address_;
};

}  // namespace sekisho::gateway
