// Who may write to a log, and what must be accepted first.

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "audit/keeping/damage_acceptance.h"
#include "audit/keeping/outside_events.h"
#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

TEST(DirectoryStore, NamesTheProcessThatHoldsTheLog) {
  Folder folder;
  std::string error;
  bool held = false;
  auto store = open_directory(folder.log(), error);
  EXPECT_TRUE(has_writer(folder.log()));
  EXPECT_FALSE(open_directory(folder.log(), error, &held));
  EXPECT_TRUE(held);
  EXPECT_NE(error.find("process " + std::to_string(::getpid()) + " on "), std::string::npos)
      << error;
  store.reset();
  EXPECT_FALSE(has_writer(folder.log()));
}

// Changes a record in the middle of a log whose gateway was killed.
void damage(const Folder& folder) {
  write_log(folder, 3);
  const std::string path = folder.log() + "/000000000000.jsonl";
  std::string bytes = read_all(path);
  bytes.replace(bytes.find("gpt-4o"), 6, "gpt-5o");
  write_all(path, bytes);
}

std::string refusal(const Folder& folder) {
  std::string error;
  auto store = open_directory(folder.log(), error);
  EXPECT_TRUE(store) << error;
  EXPECT_FALSE(Journal::open(std::move(store), test_settings(), 0, error));
  return error;
}

AcceptStep accept(const Folder& folder, const std::string& name) {
  std::vector<FoundDamage> found;
  std::string error;
  return accept_damage(folder.log(), {name, "looked at with the vendor", "2026-07-03T01:00:00Z"},
                       found, error);
}

TEST(Damage, RefusesToStartUntilTwoPersonsAcceptIt) {
  Folder folder;
  damage(folder);
  EXPECT_EQ(accept(folder, "Sato"), AcceptStep::kNothingFound);
  const std::string why = refusal(folder);
  EXPECT_NE(why.find("000000000000.jsonl, record 3: its prev does not match"), std::string::npos)
      << why;
  EXPECT_NE(why.find("accept-damage"), std::string::npos);
  EXPECT_EQ(accept(folder, "Sato"), AcceptStep::kFirst);
  refusal(folder);
  EXPECT_EQ(accept(folder, "SATO "), AcceptStep::kSamePerson);
  refusal(folder);
  EXPECT_EQ(accept(folder, "Suzuki"), AcceptStep::kSecond);
  open_log(folder).reset();
  const auto lines = lines_of(folder.log() + "/000000000009.jsonl");
  ASSERT_GE(lines.size(), 2u);
  EXPECT_NE(lines[1].find(R"("kind":"damage")"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find(R"("by":"Sato")"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find(R"("by":"Suzuki")"), std::string::npos) << lines[1];
  open_log(folder).reset();  // once is enough
  EXPECT_FALSE(verify_twice(folder).whole);
}

TEST(Damage, HasToBeAcceptedAnewWhenItChanges) {
  Folder folder;
  damage(folder);
  refusal(folder);
  accept(folder, "Sato");
  accept(folder, "Suzuki");
  const std::string path = folder.log() + "/000000000000.jsonl";
  std::string bytes = read_all(path);
  bytes.replace(bytes.rfind("gpt-4o"), 6, "gpt-6o");
  write_all(path, bytes);
  refusal(folder);
}

TEST(Damage, IsAcceptedWithATornTailBehindIt) {
  Folder folder;
  damage(folder);
  std::ofstream(folder.log() + "/000000000000.jsonl", std::ios::app) << "{\"v\":1,\"se";
  refusal(folder);
  accept(folder, "Sato");
  accept(folder, "Suzuki");
  open_log(folder).reset();
}

// One line that is no record may be what a crash left. Were two of them cut one after the other,
// the second start would see a torn end where the first saw damage.
TEST(Damage, OfTheLastTwoLinesIsNotCutAwayByStartingAgain) {
  Folder folder;
  write_log(folder, 3);
  const std::string path = folder.log() + "/000000000000.jsonl";
  std::string bytes = read_all(path);
  for (int i = 0; i < 2; ++i) bytes.erase(bytes.rfind('\n', bytes.size() - 2) + 1);
  bytes += "no record\nnone\n";
  write_all(path, bytes);
  for (int start = 0; start < 3; ++start) {
    EXPECT_NE(refusal(folder).find("the line is no record"), std::string::npos) << start;
    EXPECT_EQ(read_all(path), bytes);
  }
  accept(folder, "Sato");
  accept(folder, "Suzuki");
  open_log(folder).reset();
}

TEST(Damage, OfAWholeSegmentIsNotPutAsideBeforeItIsAccepted) {
  Folder folder;
  write_log(folder, 1);
  const std::string path = folder.log() + "/000000000005.jsonl";
  std::ofstream(path) << "no record\nnone\n";
  refusal(folder);
  EXPECT_TRUE(std::filesystem::exists(path));
  refusal(folder);
  accept(folder, "Sato");
  accept(folder, "Suzuki");
  open_log(folder).reset();
  EXPECT_FALSE(read_all(path) == "no record\nnone\n");
}

TEST(ReadOnlyDisk, IsRefusedWithItsReason) {
  using Op = FaultDisk::Op;
  for (const Op op : {Op::kCreate, Op::kAppend}) {
    FaultDisk disk;
    open_disk(disk).reset();
    disk.fail(op, 1, EROFS);
    std::string error;
    EXPECT_FALSE(Journal::open(disk.store(), test_settings(), 0, error));
    EXPECT_NE(error.find("Read-only file system"), std::string::npos) << error;
  }
}

TEST(OutsideEvents, AreTakenInOrderAndRubbishIsPutAside) {
  Folder folder;
  std::filesystem::create_directories(folder.log() + "/keeping/events");
  std::string path, error;
  for (const char* what : {"hold_add", "hold_release"})
    ASSERT_TRUE(leave_event(folder.log(), {what, "", "case \"7\"\n", "sato"}, 1000, path, error));
  std::ofstream(folder.log() + "/keeping/events/0.json") << "{\"what\":3}";
  const auto left = left_events(folder.log());
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].event.what, "hold_add");
  EXPECT_EQ(left[1].event.new_value, "case \"7\"\n");
  EXPECT_TRUE(std::filesystem::exists(folder.log() + "/keeping/events/0.json.bad"));
}

}  // namespace
}  // namespace sekisho::audit
