#include "audit/recovery.h"

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

// A log whose gateway was killed: no stop record, the last segment still open.
std::string killed_log(const Folder& folder, int exchanges) {
  write_log(folder, exchanges);
  const std::string path = folder.log() + "/000000000000.jsonl";
  auto lines = lines_of(path);
  lines.pop_back();
  write_all(path, joined(lines));
  return path;
}

TEST(Recovery, CutsATornEndAtEveryByte) {
  Folder folder;
  const std::string path = killed_log(folder, 2);
  const std::string whole = read_all(path);
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  ChainHash hash;
  for (std::size_t size = last + 1; size < whole.size(); ++size) {
    const SegmentEnd end = read_segment_end("000000000000.jsonl", whole.substr(0, size), hash);
    EXPECT_EQ(end.keep, last) << size;
    EXPECT_FALSE(end.damage) << size;
    EXPECT_EQ(end.next_seq, 5u);
  }
}

TEST(Recovery, TellsOfATornEndAndKeepsACopy) {
  Folder folder;
  const std::string path = killed_log(folder, 2);
  const std::string torn = R"({"v":1,"seq":6,"prev":"AA)";
  write_all(path, read_all(path) + torn);
  open_log(folder).reset();
  const auto lines = lines_of(folder.log() + "/000000000006.jsonl");
  ASSERT_GE(lines.size(), 3u);
  EXPECT_NE(lines[1].find(R"("kind":"recovered")"), std::string::npos);
  EXPECT_NE(lines[1].find("\"bytes\":" + std::to_string(torn.size())), std::string::npos);
  EXPECT_NE(lines[2].find(R"("after":"crash")"), std::string::npos);
  std::string kept;
  for (const auto& entry : std::filesystem::directory_iterator(folder.log() + "/torn"))
    kept = read_all(entry.path());
  EXPECT_EQ(kept, torn);
  EXPECT_TRUE(verify_twice(folder).whole);
}

TEST(Recovery, CutsALastLineThatIsNoRecord) {
  Folder folder;
  const std::string path = killed_log(folder, 2);
  write_all(path, read_all(path) + std::string(300, '\0') + "\n");
  open_log(folder).reset();
  EXPECT_TRUE(verify_twice(folder).whole);
}

TEST(Recovery, GoesOnAfterDamageAndNeverHidesIt) {
  Folder folder;
  const std::string path = killed_log(folder, 3);
  std::string bytes = read_all(path);
  const std::size_t at = bytes.find("gpt-4o");
  bytes[at] = 'h';
  write_all(path, bytes);
  accept_by_two(folder);
  write_log(folder, 2);
  EXPECT_EQ(read_all(path), bytes);
  const auto lines = lines_of(folder.log() + "/000000000008.jsonl");
  ASSERT_GE(lines.size(), 2u);
  EXPECT_NE(lines[1].find(R"("kind":"damage")"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find(R"("first":3)"), std::string::npos) << lines[1];
  const VerifyReport report = verify_twice(folder);
  EXPECT_FALSE(report.whole);
  EXPECT_EQ(report.first_bad, 2u);
}

TEST(Recovery, StartsAfterAnOldSegmentThatWasCopiedToTheEnd) {
  Folder folder;
  write_log(folder, 3);
  write_log(folder, 1);
  std::filesystem::copy(folder.log() + "/000000000000.jsonl", folder.log() + "/000000000040.jsonl");
  accept_by_two(folder);
  write_log(folder, 1);
  const auto lines = lines_of(folder.log() + "/000000000049.jsonl");
  ASSERT_GE(lines.size(), 2u);
  EXPECT_NE(lines[1].find(R"("kind":"damage")"), std::string::npos) << lines[1];
  EXPECT_FALSE(verify_twice(folder).whole);
}

TEST(Recovery, KeepsAWholeLastRecordThatDoesNotFit) {
  Folder folder;
  const std::string path = killed_log(folder, 2);
  auto lines = lines_of(path);
  std::string& before_last = lines[lines.size() - 2];
  before_last.replace(before_last.find("gpt-4o"), 6, "gpt-5o");
  write_all(path, joined(lines));
  accept_by_two(folder);
  open_log(folder).reset();
  EXPECT_EQ(lines_of(path).size(), lines.size());
  EXPECT_FALSE(verify_twice(folder).whole);
}

TEST(Recovery, StartsOverASegmentThatHoldsNothing) {
  for (const std::string left : {"", "{\"v\":1,\"se"}) {
    Folder folder;
    write_log(folder, 1);
    std::ofstream(folder.log() + "/000000000005.jsonl") << left;
    write_log(folder, 1);
    const VerifyReport report = verify_twice(folder);
    EXPECT_TRUE(report.whole) << report.what;
    EXPECT_EQ(report.head.size, left.empty() ? 10u : 11u);
  }
}

TEST(Recovery, SaysWhenTheDiskRefuses) {
  using Op = FaultDisk::Op;
  for (const Op op : {Op::kList, Op::kRead, Op::kOpen, Op::kSync, Op::kAppend, Op::kCreate}) {
    FaultDisk disk;
    open_disk(disk).reset();
    disk.fail(op, 1, EIO);
    std::string error;
    EXPECT_FALSE(Journal::open(disk.store(), test_settings(), 0, error));
    EXPECT_NE(error.find("Input/output error"), std::string::npos) << error;
  }
}

}  // namespace
}  // namespace sekisho::audit
