#include "audit/index/incidents.h"
#include "audit/index/indexer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "tests/audit/index/written_log.h"

namespace sekisho::audit {
namespace {

TEST(Index, HasOneRowForADecisionAndItsOutcome) {
  WrittenLog log;
  log.exchange({.user = "hanako@example.co.jp", .sent = 120});
  const Answers a = log.indexed();
  EXPECT_EQ(a.text("SELECT user, host, verdict, status, sent, outcome>seq FROM exchange"),
            "hanako@example.co.jp|api.openai.com|allow|200|120|1\n");
}

TEST(Index, AddsOnlyWhatIsNew) {
  WrittenLog log;
  log.exchange({});
  log.indexed();
  log.exchange({.user = "taro@example.co.jp"});
  Indexer indexer(log.settings());
  const IndexReport report = indexer.catch_up();
  EXPECT_EQ(report.error, "");
  EXPECT_FALSE(report.rebuilt);
  EXPECT_EQ(report.added, 2u);
  EXPECT_EQ(log.read().text("SELECT count(*), sum(sent) FROM exchange"), "2|200\n");
  EXPECT_EQ(log.read().text("SELECT sum(n), sum(sent), sum(ended) FROM rollup"), "2|200|2\n");
}

TEST(Index, GivesAnOutcomeOfALaterBatchToItsDecision) {
  WrittenLog log;
  const auto seq = log.decision({.user = "a@example.co.jp"});
  log.indexed();
  EXPECT_EQ(log.read().text("SELECT outcome, sent FROM exchange"), "0|0\n");
  EXPECT_EQ(log.read().text("SELECT n, ended, sent FROM rollup"), "1|0|0\n");
  log.outcome(seq, 77);
  Indexer(log.settings()).catch_up();
  EXPECT_EQ(log.read().text("SELECT outcome>0, sent FROM exchange"), "1|77\n");
  EXPECT_EQ(log.read().text("SELECT n, ended, sent FROM rollup"), "1|1|77\n");
}

TEST(Index, SaysTheSameWhetherBuiltAtOnceOrStepByStep) {
  WrittenLog log;
  for (int i = 0; i < 60; ++i) {
    log.exchange({.user = "u" + std::to_string(i % 7) + "@example.co.jp",
                  .verdict = i % 3 ? policy::Action::kAllow : policy::Action::kBlock,
                  .type = i % 2 ? "email" : "",
                  .value = "v" + std::to_string(i % 5),
                  .after_us = 5'000'000});
    if (i % 10 == 0) Indexer(log.settings()).catch_up();
  }
  Indexer(log.settings()).catch_up();
  const std::string step_by_step = log.dump();
  Indexer(log.settings()).rebuild();
  EXPECT_EQ(log.dump(), step_by_step);
  EXPECT_NE(step_by_step.find("u3@example.co.jp"), std::string::npos);
}

// A gateway that stops does not wait for a batch, which may take a busy machine half a minute.
TEST(Index, StopsInTheMiddleOfABatchAndGoesOnWithTheNextOne) {
  WrittenLog log;
  std::atomic<bool> stop{true};
  IndexSettings settings = log.settings();
  settings.stop = &stop;
  for (int i = 0; i < 5; ++i) log.exchange({});
  Indexer indexer(settings);
  EXPECT_EQ(indexer.catch_up().error, "stopped");
  EXPECT_FALSE(std::filesystem::exists(log.index_file()));  // no half of an index
  stop = false;
  EXPECT_EQ(indexer.catch_up().error, "");
  for (int i = 0; i < 5; ++i) log.exchange({});
  stop = true;
  EXPECT_EQ(indexer.catch_up().error, "stopped");
  stop = false;
  EXPECT_EQ(indexer.catch_up().error, "");
  EXPECT_EQ(log.read().text("SELECT count(*) FROM exchange"), "10\n");
}

TEST(Index, IsBuiltAnewWhenTheFileIsNoIndex) {
  WrittenLog log;
  log.exchange({});
  log.indexed();
  write_all(log.index_file(), "this is no database at all, but it is long enough to be one");
  const IndexReport report = Indexer(log.settings()).catch_up();
  EXPECT_EQ(report.error, "");
  EXPECT_TRUE(report.rebuilt);
  EXPECT_EQ(log.read().text("SELECT count(*) FROM exchange"), "1\n");
}

TEST(Index, IsBuiltAnewWhenPagesAreDamaged) {
  WrittenLog log;
  for (int i = 0; i < 200; ++i) log.exchange({});
  log.indexed();
  std::string bytes = read_all(log.index_file());
  for (std::size_t at = 4096 * 3; at < bytes.size(); at += 512) bytes[at] ^= 0x5a;
  write_all(log.index_file(), bytes);
  const IndexReport report = Indexer(log.settings()).catch_up();
  EXPECT_EQ(report.error, "");
  EXPECT_TRUE(report.rebuilt);
  EXPECT_EQ(log.read().text("SELECT count(*) FROM exchange"), "200\n");
}

TEST(Index, IsBuiltAnewWhenItIsOfAnotherVersion) {
  WrittenLog log;
  log.exchange({});
  log.indexed();
  std::string error;
  Database::open(log.index_file(), OpenAs::kWriter, error)->run("PRAGMA user_version=99");
  EXPECT_TRUE(Indexer(log.settings()).catch_up().rebuilt);
}

TEST(Index, IsBuiltAnewWhenTheLogIsAnother) {
  WrittenLog log, other;
  log.exchange({.user = "before@example.co.jp"});
  log.indexed();
  other.exchange({.user = "after@example.co.jp"});
  other.exchange({});
  std::filesystem::copy(log.log() + "/index", other.log() + "/index",
                        std::filesystem::copy_options::recursive);
  const IndexReport report = Indexer(other.settings()).catch_up();
  EXPECT_TRUE(report.rebuilt);
  EXPECT_NE(report.why_rebuilt.find("log"), std::string::npos);
  EXPECT_EQ(other.read().text("SELECT count(*) FROM exchange WHERE user LIKE 'before%'"), "0\n");
}

TEST(Index, GoesOnOverTheEndsOfSegments) {
  WrittenLog log(4096);
  for (int i = 0; i < 30; ++i) {
    log.exchange({});
    if (i % 7 == 0) Indexer(log.settings()).catch_up();
  }
  const IndexReport report = Indexer(log.settings()).catch_up();
  EXPECT_EQ(report.error, "");
  EXPECT_FALSE(report.rebuilt);
  EXPECT_EQ(log.read().text("SELECT count(*), sum(outcome>0) FROM exchange"), "30|30\n");
  EXPECT_EQ(log.read().text("SELECT count(*) FROM fault"), "0\n");
}

TEST(Index, CountsEveryRecordOnce) {
  WrittenLog log(4096);
  for (int i = 0; i < 20; ++i) log.exchange({});
  const Answers a = log.indexed();
  EXPECT_EQ(a.text("SELECT sum(records), max(last_seq)+1 FROM day_total"),
            a.text("SELECT value, value FROM meta WHERE name='next_seq'"));
}

TEST(Index, StopsBeforeWhatIsNotDurableYet) {
  WrittenLog log;
  log.exchange({});
  log.exchange({});
  Indexer indexer(log.settings());
  indexer.rebuild();
  log.exchange({.user = "late@example.co.jp"});
  const std::uint64_t before = indexer.catch_up(5).size;
  EXPECT_EQ(log.read().text("SELECT count(*) FROM exchange WHERE user LIKE 'late%'"), "0\n");
  EXPECT_GT(indexer.catch_up().size, before);
}

TEST(Index, TellsWhatDoesNotFitTheChain) {
  WrittenLog log;
  for (int i = 0; i < 5; ++i) log.exchange({});
  log.close();
  const std::string path = log.log() + "/000000000000.jsonl";
  auto lines = lines_of(path);
  lines.erase(lines.begin() + 4);
  write_all(path, joined(lines));
  EXPECT_NE(log.indexed().text("SELECT what FROM fault").find("4 to 4 are not there"),
            std::string::npos);
}

TEST(Index, DatesAFaultByTheRecordThatDoesNotFitNotByTheLastOneOfItsBatch) {
  constexpr std::int64_t kMonth = 31ll * 86'400'000'000;
  WrittenLog log;
  for (int i = 0; i < 5; ++i) log.exchange({});
  log.exchange({.after_us = kMonth});
  log.close();
  const std::string path = log.log() + "/000000000000.jsonl";
  auto lines = lines_of(path);
  lines.erase(lines.begin() + 4);
  write_all(path, joined(lines));
  EXPECT_EQ(log.indexed().text("SELECT DISTINCT day FROM fault"), "2026-07-02\n");
}

TEST(Index, TakesAPublishedTestCardForNobodysData) {
  WrittenLog log;
  log.exchange({.type = "credit_card_test", .category = "financial"});
  log.exchange({.type = "credit_card", .category = "financial"});
  const Answers a = log.indexed();
  EXPECT_EQ(a.text("SELECT type, personal FROM finding ORDER BY seq"),
            "credit_card_test|0\ncredit_card|1\n");
  EXPECT_EQ(a.text("SELECT type FROM rollup_transfer WHERE type<>''"), "credit_card\n");
}

TEST(Index, WaitsForAnotherWriterAsLongAsItIsTold) {
  WrittenLog log;
  log.exchange({});
  Indexer(log.settings()).rebuild();
  log.exchange({});
  int other = ::open((log.log() + "/index/lock").c_str(), O_RDWR);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  IndexSettings settings = log.settings();
  EXPECT_TRUE(Indexer(settings).catch_up().busy);
  int asked = 0;
  settings.wait = [&] { return ++asked < 3; };
  const IndexReport given_up = Indexer(settings).catch_up();
  EXPECT_EQ(asked, 3);
  EXPECT_TRUE(given_up.busy);
  EXPECT_FALSE(given_up.error.empty());
  settings.wait = [&] {
    if (++asked == 5) ::close(other);
    return true;
  };
  const IndexReport report = Indexer(settings).catch_up();
  EXPECT_EQ(report.error, "");
  EXPECT_FALSE(report.busy);
  EXPECT_GT(report.added, 0u);
}

TEST(Incidents, RetriesOfOneRequestAreOneIncident) {
  WrittenLog log;
  for (int i = 0; i < 3; ++i)
    log.exchange({.verdict = policy::Action::kBlock,
                  .type = "email",
                  .value = "x",
                  .retry = i,
                  .after_us = 2'000'000});
  EXPECT_EQ(
      log.indexed().text("SELECT count(*), sum(opens), count(DISTINCT incident) FROM exchange"),
      "3|1|1\n");
  EXPECT_EQ(log.read().text("SELECT sum(n), sum(incidents) FROM rollup"), "3|1\n");
}

TEST(Incidents, AnotherValueOrAnotherHourIsAnother) {
  WrittenLog log;
  log.exchange({.verdict = policy::Action::kBlock, .type = "email", .value = "x"});
  log.exchange({.verdict = policy::Action::kBlock, .type = "email", .value = "y"});
  log.exchange({.verdict = policy::Action::kBlock,
                .type = "email",
                .value = "x",
                .after_us = 3'600'000'000});
  EXPECT_EQ(log.indexed().text("SELECT sum(opens) FROM exchange"), "3\n");
}

TEST(Incidents, RequestsThatPassedAreNoRetries) {
  WrittenLog log;
  log.exchange({});
  log.exchange({});
  EXPECT_EQ(log.indexed().text("SELECT sum(opens) FROM exchange"), "2\n");
}

TEST(Incidents, HoldOnlyWhatMayStillBeRepeated) {
  Incidents incidents;
  for (int i = 0; i < 100'000; ++i) {
    IndexedRecord record;
    record.seq = i;
    record.time_us = i * std::int64_t{1'000'000};
    record.decision.path = "/" + std::to_string(i);
    incidents.place(record);
    ASSERT_LE(incidents.size(), 1000u);
  }
}

TEST(Database, AForeignStatementMayOnlyRead) {
  WrittenLog log;
  log.exchange({});
  log.indexed();
  std::string error;
  const auto reader = Database::open(log.index_file(), OpenAs::kReader, error);
  ASSERT_TRUE(reader) << error;
  EXPECT_EQ(reader->ask_foreign("SELECT count(*) AS n FROM exchange", 1000, 10).rows.size(), 1u);
  for (const char* bad :
       {"DELETE FROM exchange", "ATTACH '/etc/passwd' AS x", "PRAGMA query_only=0",
        "PRAGMA journal_mode=DELETE", "CREATE TABLE t(a)", "SELECT 1; DELETE FROM exchange",
        "INSERT INTO meta VALUES('a','b')", "SELECT load_extension('x')", "VACUUM INTO '/tmp/x'",
        "", "UPDATE exchange SET user='x' RETURNING user"})
    EXPECT_NE(reader->ask_foreign(bad, 1000, 10).error, "") << bad;
}

TEST(Database, AForeignStatementEndsInTime) {
  WrittenLog log;
  log.exchange({});
  log.indexed();
  std::string error;
  const auto reader = Database::open(log.index_file(), OpenAs::kReader, error);
  const auto sheet = reader->ask_foreign(
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) SELECT count(*) FROM c", 50,
      10);
  EXPECT_NE(sheet.error.find("longer"), std::string::npos) << sheet.error;
}

}  // namespace
}  // namespace sekisho::audit
