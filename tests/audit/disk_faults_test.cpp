// Every call of every operation of the disk fails in turn, in a new log and in the recovery of a
// damaged one: who was given a number finds the record, and the log stays whole.

#include <cerrno>
#include <tuple>

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

using Op = FaultDisk::Op;
constexpr int kForEver = 1 << 20;

JournalSettings small_segments() {
  JournalSettings settings = test_settings();
  settings.segment_bytes = 2500;
  return settings;
}

// What a gateway may find on its disk.
enum class Found { kNothing, kStopped, kTornEnd, kEmptySegment, kNoRecordInSegment };

void prepare(FaultDisk& disk, Found found, std::vector<std::string>& confirmed) {
  if (found == Found::kNothing) return;
  std::uint64_t next = 0;
  {
    auto journal = open_disk(disk, small_segments());
    for (int i = 0; i < 3; ++i) {
      Sample sample(id_of(i));
      EXPECT_NE(record_and_wait(*journal, sample), 0u);
      confirmed.push_back(sample.decision.id);
    }
    next = journal->head().size;
    if (found != Found::kStopped) disk.crash(0);  // with the journal still open
  }
  const auto store = disk.store();
  std::size_t written = 0;
  std::string last;
  for (const auto& [name, file] : disk.files())
    if (segment_first_seq(name)) last = name;
  if (found == Found::kTornEnd) {
    store->open(last);
    store->append("{\"v\":1,\"seq\":", written);
  } else if (found == Found::kEmptySegment || found == Found::kNoRecordInSegment) {
    store->create(segment_name(next));
    if (found == Found::kNoRecordInSegment) store->append("{\"v\":1,\"s", written);
  }
  store->sync();
}

// One life of a gateway on this disk; it may not even start.
void live(FaultDisk& disk, std::vector<std::string>& confirmed) {
  std::string error;
  auto journal = Journal::open(disk.store(), small_segments(), 0, error);
  if (!journal) {
    EXPECT_NE(error, "");
    return;
  }
  const std::string digest =
      "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  if (!journal->keep_policy(digest, "")) {
    EXPECT_NE(journal->last_error().find("policies/"), std::string::npos);
  }
  for (int i = 0; i < 8; ++i) {
    Sample sample(id_of(100 + i));
    const std::uint64_t seq = record_and_wait(*journal, sample);
    EXPECT_TRUE(seq != 0 || !journal->healthy() || !journal->last_error().empty());
    if (seq) confirmed.push_back(sample.decision.id);
  }
}

// The records that the chain holds, as the second verifier counts them: without what a failed
// write left behind the last confirmed one.
void expect_whole(FaultDisk& disk, const std::vector<std::string>& confirmed, int call) {
  Folder folder;
  disk.export_to(folder.log());
  const VerifyReport report = verify_log(folder.log(), std::nullopt);
  EXPECT_TRUE(report.checked && report.whole)
      << "call " << call << ": " << report.error << report.segment << ": " << report.what;
  std::string all;
  for (const auto& [name, file] : disk.files())
    if (segment_first_seq(name)) all += file.bytes;
  for (const auto& id : confirmed)
    EXPECT_NE(all.find("\"" + id + "\""), std::string::npos) << "call " << call << ": " << id;
}

class DiskFaults : public ::testing::TestWithParam<std::tuple<Op, Found, int>> {};

TEST_P(DiskFaults, NeverLoseWhatWasConfirmed) {
  const auto [op, found, more] = GetParam();
  int reached = 0;
  for (int call = 1; call < 200; ++call) {
    FaultDisk disk;
    std::vector<std::string> confirmed;
    prepare(disk, found, confirmed);
    disk.fail(op, call, call % 2 ? ENOSPC : EIO, call % 3 * 100, more);
    live(disk, confirmed);
    if (disk.failed() == 0) break;  // so many calls there are not
    ++reached;
    disk.crash(call % 3 * 100);
    disk.heal();
    open_disk(disk, small_segments()).reset();
    expect_whole(disk, confirmed, call);
    if (HasFailure()) return;
  }
  EXPECT_LT(reached, 199);
  if (op == Op::kAppend || op == Op::kSync || op == Op::kCreate) {
    EXPECT_GT(reached, 2);
  }
}

std::string name_of(const ::testing::TestParamInfo<DiskFaults::ParamType>& info) {
  constexpr const char* kOps[] = {"Append",   "Sync", "Create", "Rename", "WriteFile",
                                  "Truncate", "List", "Read",   "Open"};
  constexpr const char* kFound[] = {"Nothing", "Stopped", "TornEnd", "EmptySegment", "NoRecord"};
  return std::string(kOps[static_cast<int>(std::get<0>(info.param))]) + "On" +
         kFound[static_cast<int>(std::get<1>(info.param))] +
         (std::get<2>(info.param) == 0          ? "Once"
          : std::get<2>(info.param) == kForEver ? "ForEver"
                                                : "ThreeTimes");
}

INSTANTIATE_TEST_SUITE_P(
    EveryCall, DiskFaults,
    ::testing::Combine(::testing::Values(Op::kAppend, Op::kSync, Op::kCreate, Op::kRename,
                                         Op::kWriteFile, Op::kTruncate, Op::kList, Op::kRead,
                                         Op::kOpen),
                       ::testing::Values(Found::kNothing, Found::kStopped, Found::kTornEnd,
                                         Found::kEmptySegment, Found::kNoRecordInSegment),
                       ::testing::Values(0, 2, kForEver)),
    name_of);

}  // namespace
}  // namespace sekisho::audit
