// What is written when nearly nothing can be.

#include <thread>

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

std::string log_text(const FaultDisk& disk) {
  std::string all;
  for (const auto& [name, file] : disk.files())
    if (segment_first_seq(name)) all += file.bytes;
  return all;
}

JournalSettings with_reserve() {
  JournalSettings settings = test_settings();
  settings.min_free_bytes = 1000;
  settings.reserve_bytes = 5000;
  return settings;
}

TEST(FullDisk, TellsOfItselfOfTheOperatorAndOfTheEnd) {
  FaultDisk disk;
  Folder folder;
  disk.set_free(1 << 20);
  {
    auto journal = open_disk(disk, with_reserve());
    Sample sample;
    EXPECT_NE(record_and_wait(*journal, sample), 0u);
    disk.set_free(0);
    EXPECT_EQ(record_and_wait(*journal, sample), 0u);
    Admin admin;
    admin.what = "hold_add";
    journal->record(admin);
    EXPECT_EQ(record_and_wait(*journal, sample), 0u);  // the reserve is not for requests
  }
  disk.export_to(folder.log());
  const std::string log = log_text(disk);
  EXPECT_NE(log.find(R"("what":"no_space")"), std::string::npos) << log;
  EXPECT_NE(log.find(R"("what":"hold_add")"), std::string::npos) << log;
  EXPECT_NE(log.find(R"("kind":"stop")"), std::string::npos) << log;
  EXPECT_TRUE(verify_twice(folder).whole);
}

TEST(FullDisk, HoldsItsReserveAgainWhenThereIsRoom) {
  FaultDisk disk;
  disk.set_free(1 << 20);
  auto journal = open_disk(disk, with_reserve());
  Sample sample;
  disk.set_free(0);
  EXPECT_EQ(record_and_wait(*journal, sample), 0u);
  disk.set_free(1 << 20);
  while (!journal->healthy()) std::this_thread::yield();
  EXPECT_NE(record_and_wait(*journal, sample), 0u);
  std::uint64_t free = 0;
  disk.store()->free_bytes(free);
  EXPECT_EQ(free, (1u << 20) - 5000u);
}

TEST(FullDisk, IsToldOnceHoweverManyRequestsItRefuses) {
  FaultDisk disk;
  disk.set_free(1 << 20);
  auto journal = open_disk(disk, with_reserve());
  Sample sample;
  disk.set_free(0);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(record_and_wait(*journal, sample), 0u);
  journal.reset();
  const std::string log = log_text(disk);
  const std::size_t first = log.find(R"("what":"no_space")");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(log.find(R"("what":"no_space")", first + 1), std::string::npos) << log;
}

TEST(FullDisk, ASmallOneIsNotMadeSmaller) {
  FaultDisk disk;
  disk.set_free(8000);
  auto journal = open_disk(disk, with_reserve());
  std::uint64_t free = 0;
  disk.store()->free_bytes(free);
  EXPECT_EQ(free, 8000u);
}

TEST(DirectoryStore, HoldsAReserveOnTheDiskAndLetsItGo) {
  Folder folder;
  std::string error;
  auto store = open_directory(folder.log(), error);
  ASSERT_TRUE(store) << error;
  EXPECT_EQ(store->reserve(1 << 20), 0);
  EXPECT_EQ(std::filesystem::file_size(folder.log() + "/reserve"), 1u << 20);
  EXPECT_EQ(store->reserve(1 << 16), 0);
  EXPECT_EQ(std::filesystem::file_size(folder.log() + "/reserve"), 1u << 16);
  EXPECT_EQ(store->reserve(0), 0);
  EXPECT_FALSE(std::filesystem::exists(folder.log() + "/reserve"));
}

}  // namespace
}  // namespace sekisho::audit
