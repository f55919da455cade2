#include "audit/index/index_check.h"

#include "audit/index/schema.h"
#include "tests/audit/index/written_log.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kDay = 86'400'000'000;

// A log of three days with what is counted: retries, findings, refusals.
class IndexChecks : public ::testing::Test {
 protected:
  IndexChecks() {
    for (int i = 0; i < 12; ++i) {
      log_.exchange({.verdict = i % 3 ? policy::Action::kAllow : policy::Action::kBlock,
                     .type = "email",
                     .value = std::to_string(i % 4),
                     .retry = i % 2,
                     .after_us = i % 4 ? 1000 : kDay});
      if (i % 5 == 0) Indexer(log_.settings()).catch_up();
    }
    log_.indexed();
  }
  void edit(const std::string& sql) {
    std::string error;
    const auto database = Database::open(index_path(log_.log()), OpenAs::kWriter, error);
    ASSERT_TRUE(database && database->run(sql)) << error << database->error();
  }
  IndexCheck check() {
    Folder scratch;
    std::filesystem::create_directories(scratch.path());
    IndexCheck found = check_index(log_.settings(), scratch.path());
    EXPECT_EQ(found.error, "");
    return found;
  }
  WrittenLog log_;
};

TEST_F(IndexChecks, AnIndexThatGrewWithTheLogSaysWhatTheLogSays) {
  const IndexCheck found = check();
  EXPECT_EQ(found.differs, "");
  EXPECT_GT(found.size, 24u);
}

TEST_F(IndexChecks, EveryTableIsHeldAgainstTheLog) {
  const std::string index = index_path(log_.log());
  for (const char* edited :
       {"DELETE FROM exchange WHERE verdict='block'", "UPDATE exchange SET user='x' WHERE seq>20",
        "DELETE FROM finding", "DELETE FROM finding_value WHERE seq>10",
        "INSERT INTO fault VALUES(3,'2026-07-02','x')", "UPDATE rollup SET n=n+1",
        "DELETE FROM rollup_refused", "UPDATE rollup_transfer_user SET raw=0",
        "UPDATE destination SET first_day='2020-01-01'", "UPDATE day_total SET records=1",
        "INSERT INTO finding SELECT * FROM finding LIMIT 1", "DROP INDEX exchange_blocked",
        "ALTER TABLE exchange RENAME TO kept; CREATE VIEW exchange AS SELECT * FROM kept WHERE "
        "0"}) {
    Indexer(log_.settings()).rebuild();
    ASSERT_EQ(check().differs, "");
    edit(edited);
    EXPECT_NE(check().differs, "") << edited;
  }
}

TEST_F(IndexChecks, TheFirstRecordThatDiffersIsNamed) {
  const std::string seq = log_.read().text("SELECT max(seq) FROM exchange");
  edit("DELETE FROM exchange WHERE seq=(SELECT max(seq) FROM exchange)");
  const IndexCheck found = check();
  EXPECT_EQ(found.differs, "exchange");
  ASSERT_TRUE(found.seq);
  EXPECT_EQ(std::to_string(*found.seq) + "\n", seq);
}

TEST_F(IndexChecks, WhatIsNotInTheIndexYetIsNoDifference) {
  log_.exchange({.user = "late@example.co.jp"});
  EXPECT_EQ(check().differs, "");
}

TEST_F(IndexChecks, AnIndexThatIsNotThereIsNotWrong) {
  std::filesystem::remove_all(log_.log() + "/index");
  EXPECT_TRUE(check().none);
}

TEST(IndexCheck, AnIndexMayKnowWhatWasRemovedSince) {
  WrittenLog log(4096);
  for (int i = 0; i < 30; ++i)
    log.exchange({.verdict = policy::Action::kBlock, .after_us = i % 6 ? 1000 : kDay});
  log.indexed();
  log.close();
  std::filesystem::remove(log.log() + "/000000000000.jsonl");
  Folder scratch;
  std::filesystem::create_directories(scratch.path());
  const auto found = [&] {
    std::filesystem::remove(scratch.path() + "/index.sqlite");
    return check_index(log.settings(), scratch.path());
  };
  EXPECT_EQ(found().differs, "") << found().error;
  std::string error;
  const auto database = Database::open(index_path(log.log()), OpenAs::kWriter, error);
  ASSERT_TRUE(database->run("DELETE FROM exchange WHERE seq=(SELECT max(seq) FROM exchange)"));
  EXPECT_EQ(found().differs, "exchange");
}

}  // namespace
}  // namespace sekisho::audit
