#include "audit/keeping/retention.h"

#include "audit/keeping/holds.h"
#include "audit/keeping/maintain.h"
#include "audit/proof/tombstone.h"
#include "audit/query.h"
#include "audit/segment_reader.h"
#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kDay = 24ll * 3600 * 1'000'000;
constexpr std::int64_t kWritten = 1'782'995'696'123'456;  // of every Sample
const std::atomic<bool> kGoOn{false};

SigningKey test_key() {
  return *SigningKey::from_seed("sekisho.example.co.jp/gw1", std::string(32, 'k'));
}

struct Log {
  Folder folder;
  std::vector<std::string> recorded;
  JournalSettings settings;
  RetentionWork work;

  Log() {
    settings = test_settings();
    settings.segment_bytes = 4000;
    settings.checkpoints.keys.signing = {test_key()};
    work.retention.keep_us.fill(90 * kDay);
    work.category_of = [](std::string_view type) {
      return std::string(type == "email" ? "pii" : "secret");
    };
    work.keys = {test_key()};
    work.record = [this](std::string_view segment, std::uint64_t, std::uint64_t) {
      return recorded.emplace_back(segment), true;
    };
  }

  // One segment or more.
  void write(int exchanges, const std::string& type = "", const std::string& user = "",
             bool blocked = false) {
    auto journal = open_log(folder, settings);
    for (int i = 0; i < exchanges; ++i) {
      Sample sample(id_of(i));
      if (!user.empty()) sample.client.user = user;
      if (!type.empty()) sample.verdict.findings.push_back({type, "", 1, 0.9, {}, {}});
      if (blocked) sample.verdict.action = policy::Action::kBlock;
      Outcome outcome;
      outcome.ref = record_and_wait(*journal, sample);
      outcome.id = sample.decision.id;
      outcome.time_us = sample.decision.time_us;
      journal->record(outcome);
    }
  }

  RetentionResult apply(std::int64_t days) {
    work.trust_clock = true;
    return apply_retention(folder.log(), work, kWritten + days * kDay, kGoOn);
  }
  std::size_t segments() const { return list_log(folder.log()).segments.size(); }
  std::uint64_t period_of(const char* name) const {
    for (std::size_t i = 0; i < kClassCount; ++i)
      if (class_name(i) == name) return i;
    return kOtherClass;
  }
};

Hold hold_of(const std::string& name, HoldScope scope) {
  return {name, std::move(scope), "sato@example.co.jp", "lawsuit", kWritten, "", "", false};
}

void add_hold(Log& log, const Hold& hold) {
  std::string error;
  auto holds = Holds::read(log.folder.log(), error);
  ASSERT_TRUE(holds && holds->add(hold, error)) << error;
}

TEST(Retention, RemovesWhatIsOldEnoughAndVerifyStillPasses) {
  Log log;
  log.write(40);
  const std::size_t before = log.segments();
  const VerifyReport whole = verify_twice(log.folder);
  EXPECT_EQ(log.apply(89).removed, 0u);
  const RetentionResult result = log.apply(91);
  EXPECT_EQ(result.error, "");
  EXPECT_EQ(result.removed, before - 1);
  EXPECT_EQ(log.recorded.size(), before - 1);
  EXPECT_EQ(log.segments(), 1u);
  const VerifyReport report = verify_twice(log.folder);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.head.root, whole.head.root);
  log.write(1);
  EXPECT_TRUE(verify_twice(log.folder).whole);
}

TEST(Retention, CountsAMissingSegmentWithoutTombstoneAsLost) {
  Log log;
  log.write(40);
  ASSERT_GT(log.apply(91).removed, 0u);
  std::filesystem::remove(log.folder.log() + "/pruned.jsonl");
  EXPECT_FALSE(verify_twice(log.folder).whole);
}

TEST(Retention, WhatWasRemovedIsNotBlamedForADamageBehindIt) {
  Log log;
  log.write(40);
  ASSERT_GT(log.apply(91).removed, 0u);
  const SegmentFile left = list_log(log.folder.log()).segments.front();
  auto lines = lines_of(left.path);
  lines.erase(lines.begin());
  write_all(left.path, joined(lines));
  EXPECT_EQ(verify_twice(log.folder).first_bad, left.first_seq);
}

TEST(Retention, KeepsASegmentForTheLongestPeriodOfItsRecords) {
  Log log;
  log.work.retention.keep_us[log.period_of("personal")] = 1098 * kDay;
  log.write(15);
  log.write(15, "email");
  log.write(1);
  ASSERT_GT(log.apply(91).removed, 0u);
  const auto rows = retention_rows(log.folder.log(), log.work.retention, log.work.category_of,
                                   kWritten + 91 * kDay);
  const RetentionRow& personal = rows.rows[log.period_of("personal")];
  EXPECT_EQ(personal.kept, 15u);
  EXPECT_EQ(personal.removed, 0u);
  EXPECT_EQ(personal.oldest_us, log.settings.clock());  // the segment was begun then
  EXPECT_EQ(personal.overdue, 0u);
  EXPECT_GT(rows.rows[kOtherClass].removed, 0u);
  EXPECT_TRUE(verify_twice(log.folder).whole);
  ASSERT_GT(log.apply(1099).removed, 0u);
  EXPECT_EQ(log.segments(), 1u);
  EXPECT_TRUE(verify_twice(log.folder).whole);
}

TEST(Retention, LetsRefusalsGoEarlierWhateverTheyHeld) {
  Log log;
  log.work.retention.keep_us.fill(1098 * kDay);
  log.work.retention.keep_us[log.period_of("refused")] = 366 * kDay;
  log.work.retention.keep_us[log.period_of("operation")] = 366 * kDay;
  log.write(15, "email", "", true);
  log.write(1);
  EXPECT_EQ(log.apply(365).removed, 0u);
  EXPECT_GT(log.apply(367).removed, 0u);
}

TEST(Retention, TakesAFindingOfAnUnknownTypeForPersonalData) {
  DecisionRow row;
  row.verdict = "allow";
  row.findings = {{"employee_no", 1}};
  const auto bits = classes_of(row, [](std::string_view) { return std::string("hr"); });
  EXPECT_EQ(class_name(static_cast<std::size_t>(__builtin_ctz(bits))), "personal");
}

TEST(Retention, ALegalHoldWinsUntilTwoPersonsLetGo) {
  Log log;
  log.write(15, "", "hanako@example.co.jp");
  log.write(15, "", "taro@example.co.jp");
  log.write(1);
  add_hold(log, hold_of("2026-17", {"taro@example.co.jp", "", {}, {}}));
  const RetentionResult result = log.apply(91);
  EXPECT_GT(result.removed, 0u);
  EXPECT_GT(result.held, 0u);
  ASSERT_EQ(result.warnings.size(), 1u);
  EXPECT_NE(result.warnings[0].find("legal hold"), std::string::npos);
  std::size_t of_taro = 0;
  run_query(log.folder.log(), {}, [&](QueryRow& row) {
    return of_taro += row.decision.user == "taro@example.co.jp" && row.outcome, true;
  });
  EXPECT_EQ(of_taro, 15u);
  EXPECT_TRUE(verify_twice(log.folder).whole);

  std::string error;
  auto holds = Holds::read(log.folder.log(), error);
  using Step = Holds::Step;
  const auto release = [&](const char* by) {
    return holds->release("2026-17", by, "settled", kWritten, error);
  };
  EXPECT_EQ(holds->release("2026-18", "a", "", 0, error), Step::kNoSuchCase);
  EXPECT_EQ(release("Sato"), Step::kAsked);
  EXPECT_EQ(release(" sato "), Step::kSamePerson);
  EXPECT_GT(log.apply(91).held, 0u);
  EXPECT_EQ(release("Suzuki"), Step::kDone);
  EXPECT_EQ(log.apply(91).held, 0u);
  EXPECT_EQ(log.segments(), 1u);
  EXPECT_TRUE(verify_twice(log.folder).whole);
}

TEST(Retention, HoldsAnExchangeByItsIdAndATimeByItself) {
  Log log;
  log.write(15);
  log.write(1);
  add_hold(log, hold_of("id", {"", id_of(3), {}, {}}));
  EXPECT_GT(log.apply(91).held, 0u);
  Log other;
  other.write(15);
  other.write(1);
  add_hold(other, hold_of("time", {"", "", kWritten - 1, kWritten + 1}));
  EXPECT_GT(other.apply(91).held, 0u);
  std::size_t there = 0;
  run_query(other.folder.log(), {}, [&](QueryRow&) { return ++there, true; });
  EXPECT_EQ(there, 16u);
}

TEST(Retention, RemovesNothingWhenTheListOfHoldsWasShortened) {
  Log log;
  log.write(15);
  log.write(1);
  add_hold(log, hold_of("one", {"taro@example.co.jp", "", {}, {}}));
  const std::string path = log.folder.log() + "/keeping/holds.jsonl";
  for (const std::string& text : {std::string(), std::string("no hold\n")}) {
    write_all(path, text);
    const RetentionResult result = log.apply(91);
    EXPECT_EQ(result.removed, 0u);
    EXPECT_NE(result.error, "");
  }
}

TEST(Retention, RemovesNothingThatIsDamaged) {
  Log log;
  log.write(40);
  const std::string path = log.folder.log() + "/000000000000.jsonl";
  std::string bytes = read_all(path);
  bytes.replace(bytes.find("gpt-4o"), 6, "gpt-5o");
  write_all(path, bytes);
  const RetentionResult result = log.apply(91);
  EXPECT_TRUE(std::filesystem::exists(path));
  ASSERT_FALSE(result.warnings.empty());
  EXPECT_NE(result.warnings[0].find("audit verify"), std::string::npos);
}

TEST(Retention, RemovesNothingWithoutAKeyOrARecord) {
  Log log;
  log.write(40);
  const std::size_t before = log.segments();
  log.work.record = [](std::string_view, std::uint64_t, std::uint64_t) { return false; };
  EXPECT_NE(log.apply(91).error, "");
  EXPECT_EQ(log.segments(), before);
  EXPECT_TRUE(verify_twice(log.folder).whole);  // a tombstone beside its segment
  log.work.keys.clear();
  EXPECT_NE(log.apply(91).error, "");
  EXPECT_EQ(log.segments(), before);
}

TEST(Retention, DoesNotTrustAClockThatLeapt) {
  Log log;
  log.write(40);
  log.apply(1);
  log.work.trust_clock = false;
  const RetentionResult leapt =
      apply_retention(log.folder.log(), log.work, kWritten + 91 * kDay, kGoOn);
  EXPECT_EQ(leapt.removed, 0u);
  ASSERT_FALSE(leapt.warnings.empty());
  EXPECT_NE(leapt.warnings[0].find("--trust-clock"), std::string::npos);
  EXPECT_GT(log.apply(91).removed, 0u);
}

TEST(Retention, RemovesCompressedSegmentsToo) {
  Log log;
  log.write(40);
  MaintainSettings settings;
  settings.compress_after_us = 0;
  settings.retention = log.work;
  const auto packed = maintain(log.folder.log(), settings, kWritten + 200 * kDay, kGoOn);
  EXPECT_EQ(packed.error, "");
  EXPECT_EQ(log.segments(), 1u);
  EXPECT_TRUE(verify_twice(log.folder).whole);
}

TEST(RetentionRows, TellWhatIsOverdue) {
  Log log;
  log.write(15);
  log.write(1);
  add_hold(log, hold_of("case", {"", id_of(3), {}, {}}));
  log.apply(100);
  const auto rows = retention_rows(log.folder.log(), log.work.retention, log.work.category_of,
                                   kWritten + 100 * kDay);
  EXPECT_GT(rows.rows[kOtherClass].overdue, 0u);
}

}  // namespace
}  // namespace sekisho::audit
