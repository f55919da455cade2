#include "audit/journal.h"

#include <sys/stat.h>

#include <cerrno>
#include <future>
#include <thread>

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

using Op = FaultDisk::Op;

TEST(Journal, BeginsWithTheHashOfNothing) {
  Folder folder;
  write_log(folder, 1);
  const auto lines = lines_of(folder.log() + "/000000000000.jsonl");
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_TRUE(lines[0].starts_with(
      R"({"v":1,"seq":0,"prev":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","id":null,"t":")"));
  EXPECT_NE(lines[0].find(R"("kind":"segment")"), std::string::npos);
  EXPECT_NE(lines[1].find(R"("kind":"boot")"), std::string::npos);
  EXPECT_NE(lines[2].find(R"("kind":"decision")"), std::string::npos);
  EXPECT_NE(lines[3].find(R"("kind":"outcome")"), std::string::npos);
  EXPECT_NE(lines[4].find(R"("kind":"stop")"), std::string::npos);
}

TEST(Journal, KeepsItsFilesFromOthers) {
  Folder folder;
  const auto mode = [&](const std::string& name) {
    struct stat status {};
    ::stat((folder.log() + name).c_str(), &status);
    return status.st_mode & 0777;
  };
  {
    auto journal = open_log(folder);
    EXPECT_EQ(mode(""), 0700u);
    EXPECT_EQ(mode("/000000000000.jsonl"), 0600u);
  }
  EXPECT_EQ(mode("/000000000000.jsonl"), 0440u);
}

TEST(Journal, RefusesASecondGatewayInTheSameDirectory) {
  Folder folder;
  auto journal = open_log(folder);
  std::string error;
  EXPECT_FALSE(open_directory(folder.log(), error));
  EXPECT_NE(error.find("another gateway"), std::string::npos) << error;
}

TEST(Journal, IgnoresForeignFiles) {
  Folder folder;
  std::filesystem::create_directories(folder.log());
  for (const char* name : {"/notes.txt", "/12.jsonl", "/00000000000x.jsonl"})
    std::ofstream(folder.log() + name) << "not a record\n";
  write_log(folder, 1);
  const VerifyReport report = verify_twice(folder);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.notes.size(), 3u);
}

TEST(Journal, ContinuesTheChainOverSegmentsAndBoots) {
  Folder folder;
  JournalSettings small = test_settings();
  small.segment_bytes = 2000;
  write_log(folder, 10, small);
  write_log(folder, 10, small);
  const VerifyReport report = verify_twice(folder);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_GT(report.segments, 4u);
}

TEST(Journal, TellsItsHeadAsTheReaderSeesIt) {
  Folder folder;
  auto journal = open_log(folder);
  Sample sample;
  const std::uint64_t seq = record_and_wait(*journal, sample);
  std::string error;
  const auto read = read_head(folder.log(), error);
  ASSERT_TRUE(read) << error;
  EXPECT_EQ(journal->head().size, seq + 1);
  EXPECT_EQ(read->size, seq + 1);
  EXPECT_EQ(journal->head().root, read->root);
}

TEST(Journal, SyncsBeforeItAnswers) {
  FaultDisk disk;
  auto journal = open_disk(disk);
  Sample sample;
  ASSERT_NE(record_and_wait(*journal, sample), 0u);
  disk.crash(0);
  EXPECT_NE(disk.files().at("000000000000.jsonl").bytes.find(sample.decision.id),
            std::string::npos);
}

TEST(Journal, WritesAnOutcomeWithoutBeingAskedTwice) {
  FaultDisk disk;
  auto journal = open_disk(disk);
  Outcome outcome;
  outcome.id = "sks_outcomeoutcome00";
  const std::uint64_t before = journal->commits();
  journal->record(outcome);
  while (journal->commits() == before) std::this_thread::yield();
  disk.crash(0);
  EXPECT_NE(disk.files().at("000000000000.jsonl").bytes.find(outcome.id), std::string::npos);
}

TEST(Journal, RefusesWhatTheQueueCannotHold) {
  FaultDisk disk;
  JournalSettings tiny = test_settings();
  tiny.queue_bytes = 1;
  auto journal = open_disk(disk, tiny);
  std::mutex gate;
  gate.lock();  // holds the writer in the answer to the first record
  Sample sample;
  ASSERT_TRUE(journal->record(sample.get(), [&](std::uint64_t) { const std::lock_guard l(gate); }));
  EXPECT_FALSE(journal->record(sample.get(), [](std::uint64_t) { FAIL(); }));
  std::mutex mutex;
  std::condition_variable wake;
  bool room = false;
  journal->when_room([&] {
    const std::lock_guard lock(mutex);
    room = true;
    wake.notify_one();
  });
  gate.unlock();
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return room; });
  lock.unlock();
  EXPECT_NE(record_and_wait(*journal, sample), 0u);
}

TEST(Journal, AnswersEveryRecordOfManyThreadsOnce) {
  Folder folder;
  std::atomic<int> answers{0};
  {
    auto journal = open_log(folder);
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&] {
        Sample sample;
        for (int i = 0; i < 100; ++i)
          while (!journal->record(sample.get(), [&](std::uint64_t seq) { answers += seq != 0; }))
            std::this_thread::yield();
      });
    for (auto& thread : threads) thread.join();
  }
  EXPECT_EQ(answers, 400);
  const VerifyReport report = verify_twice(folder);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.head.size, 403u);
}

// What the answers of one commit come with.
struct CountingCourier : Journal::Courier {
  void carry() override {
    const std::lock_guard lock(mutex);
    loads.push_back(std::exchange(load, 0));
    wake.notify_one();
  }
  void wait_for(std::size_t n) {
    std::unique_lock lock(mutex);
    wake.wait(lock, [&] { return loads.size() == n; });
  }
  int load = 0;  // of the writer's thread
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<int> loads;
};

TEST(Journal, ACourierCarriesAllAnswersOfACommitAtOnce) {
  FaultDisk disk;
  CountingCourier courier;
  auto journal = open_disk(disk);
  // The writer is held in the answer to the first record.
  std::promise<void> entered;
  std::mutex gate;
  gate.lock();
  Sample sample;
  ASSERT_TRUE(journal->record(sample.get(), [&](std::uint64_t) {
    entered.set_value();
    const std::lock_guard l(gate);
  }));
  entered.get_future().wait();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(journal->record(
        sample.get(), [&](std::uint64_t seq) { courier.load += seq != 0; }, &courier));
  gate.unlock();
  courier.wait_for(1);
  EXPECT_EQ(courier.loads, std::vector<int>{10});
}

TEST(Journal, ACourierCarriesBadNewsToo) {
  FaultDisk disk;
  CountingCourier courier;
  auto journal = open_disk(disk);
  disk.fail(Op::kSync, 1, EIO);
  Sample sample;
  ASSERT_TRUE(journal->record(
      sample.get(), [&](std::uint64_t seq) { courier.load += seq == 0; }, &courier));
  courier.wait_for(1);
  EXPECT_EQ(courier.loads, std::vector<int>{1});
}

TEST(Journal, NeverTrustsASegmentWhoseSyncFailed) {
  FaultDisk disk;
  Folder folder;
  {
    auto journal = open_disk(disk);
    Sample first(id_of(1)), lost(id_of(2)), after(id_of(3));
    ASSERT_EQ(record_and_wait(*journal, first), 2u);
    disk.fail(Op::kSync, 1, EIO);
    EXPECT_EQ(record_and_wait(*journal, lost), 0u);
    EXPECT_FALSE(journal->healthy());
    EXPECT_NE(journal->last_error().find("cannot be synced"), std::string::npos);
    journal->count_refused();
    const std::uint64_t seq = record_and_wait(*journal, after);
    EXPECT_EQ(seq, 4u);  // behind the gap record
    EXPECT_TRUE(journal->healthy());
  }
  disk.export_to(folder.log());
  const auto lines = lines_of(folder.log() + "/000000000003.jsonl");
  ASSERT_GE(lines.size(), 2u);
  EXPECT_NE(lines[0].find(R"("kind":"gap")"), std::string::npos);
  EXPECT_NE(lines[0].find(R"("segment":"000000000000.jsonl","after":2,"unsure":1,"refused":1)"),
            std::string::npos)
      << lines[0];
  const VerifyReport report = verify_twice(folder);
  EXPECT_TRUE(report.whole) << report.what;
}

// Whatever fails, whenever: who was given a number finds the record, and the log stays whole.
class JournalFault : public ::testing::TestWithParam<Op> {};

TEST_P(JournalFault, LosesNothingThatItConfirmed) {
  for (int n = 1; n <= 6; ++n) {
    for (const std::size_t torn : {0, 1, 200, 5000}) {
      FaultDisk disk;
      Folder folder;
      JournalSettings small = test_settings();
      small.segment_bytes = 2500;
      std::vector<std::string> confirmed;
      {
        auto journal = open_disk(disk, small);
        disk.fail(GetParam(), n, ENOSPC, torn);
        for (int i = 0; i < 10; ++i) {
          Sample sample(id_of(i));
          if (record_and_wait(*journal, sample)) confirmed.push_back(sample.decision.id);
        }
        EXPECT_GE(confirmed.size(), 8u);
        disk.crash(torn);  // with the journal still open
      }
      disk.heal();
      open_disk(disk, small).reset();
      disk.export_to(folder.log());
      std::string all;
      for (const auto& [name, file] : disk.files())
        if (segment_first_seq(name)) all += file.bytes;
      for (const auto& id : confirmed) EXPECT_NE(all.find(id), std::string::npos) << id;
      const VerifyReport report = verify_log(folder.log(), std::nullopt);
      EXPECT_TRUE(report.checked && report.whole)
          << "call " << n << ", " << torn << " bytes: " << report.segment << ": " << report.what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryOperation, JournalFault,
                         ::testing::Values(Op::kAppend, Op::kSync, Op::kCreate, Op::kRename));

TEST(Journal, RefusesBeforeTheDiskIsFullAndRecoversByItself) {
  FaultDisk disk;
  Folder folder;
  JournalSettings settings = test_settings();
  settings.min_free_bytes = 1000;
  {
    auto journal = open_disk(disk, settings);
    Sample sample;
    disk.set_free(999);
    EXPECT_EQ(record_and_wait(*journal, sample), 0u);
    EXPECT_FALSE(journal->healthy());
    journal->count_refused();
    journal->count_refused();
    disk.set_free(1000);
    while (!journal->healthy()) std::this_thread::yield();
    EXPECT_NE(record_and_wait(*journal, sample), 0u);
  }
  disk.export_to(folder.log());
  const std::string log = read_all(folder.log() + "/000000000000.jsonl");
  EXPECT_NE(log.find(R"("what":"no_space")"), std::string::npos);
  EXPECT_NE(log.find(R"("refused":2)"), std::string::npos) << log;
  EXPECT_TRUE(verify_twice(folder).whole);
}

TEST(Journal, KeepsOutcomesForTheNextSegment) {
  FaultDisk disk;
  {
    auto journal = open_disk(disk);
    disk.fail(Op::kAppend, 1, EIO);
    Outcome outcome;
    outcome.id = "sks_outcomeoutcome00";
    journal->record(outcome);
    while (journal->healthy()) std::this_thread::yield();
    Sample sample;
    while (record_and_wait(*journal, sample) == 0) continue;
  }
  std::string all;
  for (const auto& [name, file] : disk.files()) all += file.bytes;
  EXPECT_NE(all.find("sks_outcomeoutcome00"), std::string::npos);
}

TEST(Journal, KeepsAnAdminRecordAfterItsFailedTryWasTold) {
  FaultDisk disk;
  {
    auto journal = open_disk(disk);
    disk.fail(Op::kAppend, 1, EIO);
    Admin admin;
    admin.what = "reload";
    std::promise<std::uint64_t> first_try;
    journal->record(admin, [&](std::uint64_t seq) { first_try.set_value(seq); });
    EXPECT_EQ(first_try.get_future().get(), 0u);
    Sample sample;
    while (record_and_wait(*journal, sample) == 0) continue;
  }
  std::string all;
  for (const auto& [name, file] : disk.files()) all += file.bytes;
  EXPECT_NE(all.find(R"("what":"reload")"), std::string::npos);
}

TEST(Journal, KeepsThePoliciesItDecidedUnder) {
  Folder folder;
  auto journal = open_log(folder);
  const std::string hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  EXPECT_TRUE(journal->keep_policy("sha256:" + hex, ""));
  EXPECT_TRUE(journal->keep_policy("sha256:" + hex, ""));
  EXPECT_TRUE(std::filesystem::exists(folder.log() + "/policies/" + hex + ".yaml"));
  EXPECT_FALSE(journal->keep_policy("sha256:../../elsewhere", "x"));
  EXPECT_FALSE(journal->keep_policy("", "x"));
}

}  // namespace
}  // namespace sekisho::audit
