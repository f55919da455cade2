#include "audit/proof/checkpoint_shelf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "audit/proof/checkpoint.h"
#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

constexpr std::uint64_t kNewest = CheckpointShelf::kNewest, kRecords = CheckpointShelf::kRecords;

// What stays of a checkpoint every `step` records.
std::set<std::uint64_t> left_of(std::uint64_t count, std::uint64_t step) {
  CheckpointShelf shelf;
  std::set<std::uint64_t> there;
  for (std::uint64_t i = 1; i <= count; ++i) {
    shelf.add(i * step);
    there.insert(i * step);
    for (const std::uint64_t size : shelf.take_superfluous(2)) there.erase(size);
  }
  return there;
}

TEST(CheckpointShelf, KeepsAllThatAreFew) {
  EXPECT_EQ(left_of(kNewest, 7).size(), kNewest);
}

TEST(CheckpointShelf, KeepsTheNewestAndTheLastOfEverySoManyRecordsBefore) {
  const std::uint64_t step = 8, count = 20'000, oldest_new = (count - kNewest + 1) * step;
  const auto left = left_of(count, step);
  std::uint64_t old = 0;
  for (const std::uint64_t size : left) {
    if (size >= oldest_new) continue;
    ++old;
    // The next of the same stretch that was there would have taken its place.
    EXPECT_TRUE((size + step - 1) / kRecords != (size - 1) / kRecords || size + step >= oldest_new)
        << size;
  }
  EXPECT_EQ(left.size(), kNewest + old);
  EXPECT_EQ(old, (oldest_new - step - 1) / kRecords + 1);
}

TEST(CheckpointShelf, KeepsAllOfALogWithFewRecordsForEach) {
  EXPECT_EQ(left_of(kNewest + 50, kRecords).size(), kNewest + 50);
}

TEST(CheckpointShelf, GivesWhatIsTooMuchInPieces) {
  CheckpointShelf shelf;
  for (std::uint64_t size = 1; size <= kNewest + 100; ++size) shelf.add(size);
  EXPECT_EQ(shelf.take_superfluous(60).size(), 60u);
  EXPECT_EQ(shelf.take_superfluous(60).size(), 39u);
  EXPECT_TRUE(shelf.take_superfluous(60).empty());
}

TEST(CheckpointShelf, CountsACheckpointThatIsWrittenAgainOnce) {
  CheckpointShelf shelf;
  for (int i = 0; i < 3; ++i)
    for (std::uint64_t size = 1; size <= kNewest; ++size) shelf.add(size);
  EXPECT_TRUE(shelf.take_superfluous(1000).empty());
}

// What an earlier run left goes as well, and what does not belong to it stays.
TEST(CheckpointShelf, AJournalThinsOutWhatIsThere) {
  namespace fs = std::filesystem;
  Folder folder;
  const std::string checkpoints = folder.log() + "/checkpoints/";
  std::string error;
  JournalSettings settings = test_settings();
  settings.sync = false;
  settings.checkpoints.keys.signing = {
      *SigningKey::from_seed("log.example.jp/gw1", std::string(32, 'a'))};
  ASSERT_TRUE(Journal::open(open_directory(folder.log(), error), settings, 1, error)) << error;
  for (std::uint64_t size = 10; size < 20 + kNewest; ++size)
    std::ofstream(checkpoints + checkpoint_name(size)) << "x";
  std::ofstream(checkpoints + "notes.txt") << "x";
  {
    const auto journal = Journal::open(open_directory(folder.log(), error), settings, 1, error);
    ASSERT_TRUE(journal) << error;
    for (std::uint64_t i = 0; i < kNewest + 100; ++i)
      journal->record(Admin{static_cast<std::int64_t>(i), "gw1", "start", "", "", "operator"});
  }
  EXPECT_FALSE(fs::exists(checkpoints + checkpoint_name(10)));
  EXPECT_FALSE(fs::exists(checkpoints + checkpoint_name(18)));
  EXPECT_TRUE(fs::exists(checkpoints + checkpoint_name(19 + kNewest)));
  EXPECT_TRUE(fs::exists(checkpoints + "latest.ckpt"));
  EXPECT_TRUE(fs::exists(checkpoints + "notes.txt"));
}

}  // namespace
}  // namespace sekisho::audit
