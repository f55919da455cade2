#include "gateway/sinks/sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/audit/testing.h"

namespace sekisho::gateway {
namespace {

using audit::Journal;
using audit::Sample;

// A log with a gateway writing it, and a receiver that does what the test says.
class SinkTest : public testing::Test {
 protected:
  SinkTest() {
    std::string error;
    auto settings = audit::test_settings();
    settings.segment_bytes = 1u << 20;
    journal = Journal::open(audit::open_directory(folder.log(), error), settings, 1, error);
  }
  void decide(int n) {
    Sample s(audit::id_of(n));
    const std::uint64_t seq = audit::record_and_wait(*journal, s);
    audit::Outcome o;
    o.id = audit::id_of(n);
    o.gateway = "gw1";
    o.ref = seq;
    o.time_us = s.decision.time_us;
    o.status = 200;
    journal->record(o);
    ++exchanges;
  }
  std::unique_ptr<Sink> sink(std::size_t most = 100) {
    SinkSettings settings;
    settings.name = "soc";
    settings.log = folder.log();
    settings.first_pause = settings.longest_pause = std::chrono::milliseconds(1);
    settings.look = std::chrono::milliseconds(1);
    settings.records = [this] { return journal ? journal->head().size : SinkSettings::kAll; };
    settings.tell = [this](const std::string& what, const std::string& about) {
      const std::lock_guard lock(mutex);
      told.push_back(what + " " + about);
    };
    auto receiver = std::make_unique<Receiver>();
    receiver->most_events = most;
    receiver->linger = std::chrono::milliseconds(1);
    receiver->deliver = [this](const EventBatch& batch) {
      const std::lock_guard lock(mutex);
      Delivery result = answer ? answer(batch) : Delivery{};
      if (result.kind == Delivery::Kind::kDone)
        for (const auto& e : batch) {
          if (e.record.kind == "decision") ids.push_back(e.record.decision.id);
          if (!e.outcome_line.empty()) ended.insert(e.record.decision.id);
        }
      changed.notify_all();
      return result;
    };
    receiver->cancel = [] {};
    return std::make_unique<Sink>(std::move(settings), std::move(receiver));
  }
  // Until every exchange has come with its end.
  void wait_for_all() {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(8),
                                 [this] { return ended.size() >= exchanges; }))
        << ended.size() << " of " << exchanges;
  }
  static void stop(Sink& sink) { sink.stop(Clock::now() + std::chrono::seconds(5)); }

  audit::Folder folder;
  std::unique_ptr<Journal> journal;
  std::size_t exchanges = 0;
  std::mutex mutex;
  std::condition_variable changed;
  std::function<Delivery(const EventBatch&)> answer;
  std::vector<std::string> ids, told;
  std::set<std::string> ended;
};

Delivery later() {
  return {Delivery::Kind::kLater, "down", {}, {}};
}

TEST_F(SinkTest, SendsEveryExchangeOnceInOrder) {
  auto s = sink();
  s->start();
  for (int i = 0; i < 50; ++i) decide(i);
  wait_for_all();
  stop(*s);
  EXPECT_EQ(ids.size(), 50u);
  for (std::size_t i = 0; i < ids.size(); ++i) EXPECT_EQ(ids[i], audit::id_of(static_cast<int>(i)));
  EXPECT_EQ(s->state().lag, 0u);
  EXPECT_GT(s->state().last_success, 0);
}

TEST_F(SinkTest, GoesOnWhereItWasLeft) {
  {
    auto first = sink();
    first->start();
    for (int i = 0; i < 20; ++i) decide(i);
    wait_for_all();
    stop(*first);
  }
  for (int i = 20; i < 40; ++i) decide(i);
  auto second = sink();
  second->start();
  wait_for_all();
  stop(*second);
  EXPECT_EQ(ids.size(), 40u);
  EXPECT_TRUE(told.empty());
}

TEST_F(SinkTest, WaitsForAReceiverThatIsDownAndLosesNothing) {
  int tries = 0;
  answer = [&](const EventBatch&) { return ++tries < 20 ? later() : Delivery{}; };
  auto s = sink();
  for (int i = 0; i < 10; ++i) decide(i);
  s->start();
  wait_for_all();
  stop(*s);
  EXPECT_EQ(ids.size(), 10u);
  EXPECT_EQ(s->state().failures, 19u);
  EXPECT_EQ(s->state().error, "");
}

TEST_F(SinkTest, EndsInTimeWhileItsReceiverIsDownAndSendsLater) {
  answer = [](const EventBatch&) { return later(); };
  for (int i = 0; i < 10; ++i) decide(i);
  {
    auto s = sink();
    s->start();
    std::unique_lock lock(mutex);
    changed.wait(lock);
    lock.unlock();
    const auto begun = Clock::now();
    s->stop(begun + std::chrono::seconds(5));
    EXPECT_LT(Clock::now() - begun, std::chrono::seconds(2));
    EXPECT_EQ(s->state().error, "down");
    EXPECT_GE(s->state().lag, 20u);
  }
  answer = nullptr;
  auto s = sink();
  s->start();
  wait_for_all();
  stop(*s);
  EXPECT_EQ(ids.size(), 10u);
}

TEST_F(SinkTest, SetsAsideTheOneRecordThatIsRefused) {
  answer = [](const EventBatch& batch) {
    for (const auto& e : batch)
      if (e.record.decision.id == audit::id_of(7))
        return Delivery{Delivery::Kind::kRefused, "status 400: bad", {}, {}};
    return Delivery{};
  };
  auto s = sink();
  for (int i = 0; i < 20; ++i) decide(i);
  --exchanges;
  s->start();
  wait_for_all();
  stop(*s);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 19u);
  EXPECT_EQ(s->state().set_aside, 1u);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].rfind("sink_set_aside soc: record ", 0), 0u) << told[0];
  const std::string kept = audit::read_all(folder.log() + "/cursors/soc.refused.jsonl");
  EXPECT_NE(kept.find(audit::id_of(7)), kept.npos);
  EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 1);
}

TEST_F(SinkTest, AReceiverThatRefusesEverythingIsNoReasonToSetEverythingAside) {
  bool broken = true;
  int tries = 0;
  answer = [&](const EventBatch&) {
    broken = broken && ++tries < 200;
    return broken ? Delivery{Delivery::Kind::kRefused, "status 400", {}, {}} : Delivery{};
  };
  auto s = sink();
  for (int i = 0; i < 40; ++i) decide(i);
  s->start();
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ids.size() >= 25; });
  }
  stop(*s);
  EXPECT_LE(s->state().set_aside, 10u);
}

TEST_F(SinkTest, NoticesAnotherLogAndBeginsAgain) {
  {
    auto s = sink();
    s->start();
    for (int i = 0; i < 5; ++i) decide(i);
    wait_for_all();
    stop(*s);
  }
  const std::string cursor = audit::read_all(folder.log() + "/cursors/soc.json");
  journal.reset();
  std::filesystem::remove_all(folder.log());
  std::string error;
  journal =
      Journal::open(audit::open_directory(folder.log(), error), audit::test_settings(), 99, error);
  std::filesystem::create_directory(folder.log() + "/cursors");
  std::ofstream(folder.log() + "/cursors/soc.json") << cursor;
  for (int i = 10; i < 30; ++i) decide(i);
  auto s = sink();
  s->start();
  wait_for_all();
  stop(*s);
  EXPECT_EQ(ids.size(), 25u);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0], "sink_begins_again soc: the log is not the one it was reading");
}

TEST_F(SinkTest, TellsTheEndOfTheLogBeforeItStops) {
  auto s = sink();
  bool stop_seen = false;
  answer = [&](const EventBatch& batch) {
    for (const auto& e : batch) stop_seen = stop_seen || e.record.kind == "stop";
    return Delivery{};
  };
  s->start();
  decide(1);
  wait_for_all();
  { const std::lock_guard lock(mutex); }
  stop(*s);
  journal.reset();  // writes `stop`
  auto last = sink();
  last->start();
  stop(*last);
  EXPECT_TRUE(stop_seen);
}

TEST(Receiver, JudgesAnswers) {
  using K = Delivery::Kind;
  using config::SinkEnvelope;
  using config::SinkKind;
  const auto of = [](int status, const std::string& body, SinkEnvelope e = SinkEnvelope::kLines) {
    return judge_answer(status, body, SinkKind::kHttp, e).kind;
  };
  EXPECT_EQ(of(200, ""), K::kDone);
  EXPECT_EQ(of(204, ""), K::kDone);
  for (const int status : {301, 401, 403, 404, 408, 429, 500, 503})
    EXPECT_EQ(of(status, ""), K::kLater);
  for (const int status : {400, 413, 422}) EXPECT_EQ(of(status, ""), K::kRefused);
  const auto bulk = [&](const std::string& body) { return of(200, body, SinkEnvelope::kBulk); };
  EXPECT_EQ(bulk(R"({"took":1,"errors":false,"items":[]})"), K::kDone);
  EXPECT_EQ(
      bulk(R"({"errors":true,"items":[{"create":{"status":409}},{"create":{"status":201}}]})"),
      K::kDone);
  EXPECT_EQ(bulk(R"({"errors":true,"items":[{"create":{"status":400}}]})"), K::kRefused);
  EXPECT_EQ(bulk(R"({"errors":true,"items":[{"create":{"status":429}}]})"), K::kLater);
  EXPECT_NE(judge_answer(200, R"({"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"x"}})",
                         SinkKind::kOtlp, SinkEnvelope::kLines)
                .remark,
            "");
  EXPECT_EQ(judge_answer(200, R"({"partialSuccess":{"rejectedLogRecords":"0"}})", SinkKind::kOtlp,
                         SinkEnvelope::kLines)
                .remark,
            "");
}

TEST(Receiver, WritesTheEnvelopes) {
  audit::ExportedEvent e;
  e.record.kind = "stop";
  e.record.seq = 4;
  e.record.time_us = 1'500'000;
  e.record.gateway = "gw1";
  e.line = "{\"a\":1}";
  const audit::ViewFrame frame{"gw1", "1"};
  const auto body = [&](config::SinkEnvelope envelope) {
    return json_body({e, e}, "json", envelope, frame);
  };
  const std::string one = R"({"log":"gw1","record":{"a":1}})";
  EXPECT_EQ(body(config::SinkEnvelope::kLines), one + "\n" + one + "\n");
  EXPECT_EQ(body(config::SinkEnvelope::kArray), "[" + one + ",\n" + one + "]");
  EXPECT_EQ(body(config::SinkEnvelope::kBulk).substr(0, 34),
            "{\"create\":{\"_id\":\"gw1/4\"}}\n{\"log\":");
  EXPECT_EQ(body(config::SinkEnvelope::kHec).substr(0, 80),
            R"({"time":1.500000,"source":"sekisho","host":"gw1","fields":{"uid":"gw1/4"},"event)");
}

TEST(Receiver, SecretsAreForTheirOwnerOnly) {
  audit::Folder folder;
  const std::string path = folder.path() + "/headers";
  std::ofstream(path) << "# comment\nauthorization: Splunk x\n\nx-scope: a: b\n";
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  std::string error;
  (void)read_headers({path, {}}, error);
  EXPECT_NE(error.find("readable by others"), error.npos);
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  error.clear();
  EXPECT_EQ(read_headers({path, {}}, error),
            (std::vector<std::string>{"authorization: Splunk x", "x-scope: a: b"}));
  EXPECT_EQ(error, "");
  std::ofstream(path) << "no header\n";
  (void)read_headers({path, {}}, error);
  EXPECT_NE(error.find(":1: expected"), error.npos);
}

}  // namespace
}  // namespace sekisho::gateway
