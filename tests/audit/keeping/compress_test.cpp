#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <random>

#include "audit/keeping/compress_segment.h"
#include "audit/keeping/compressed_source.h"
#include "audit/keeping/maintain.h"
#include "audit/query.h"
#include "audit/segment_reader.h"
#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

constexpr std::int64_t kNow = 4'000'000'000'000'000;
const std::atomic<bool> kGoOn{false};

std::string packed(const std::string& plain) {
  std::string out, error;
  EXPECT_TRUE(compress(
      memory_source(plain), [&](std::string_view piece) { return out += piece, true; }, error))
      << error;
  return out;
}

// What is read of `file`; nothing if it was refused.
std::optional<std::string> unpacked(const std::string& file) {
  std::string error, out;
  const ByteSource source = compressed_source(memory_source(file), error);
  if (!source.read_at) return std::nullopt;
  std::string block(70'001, '\0');
  for (std::uint64_t at = 0; at < source.size;) {
    const long n = source.read_at(at, block.data(), block.size());
    if (n <= 0) return std::nullopt;
    out.append(block, 0, static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
  return out;
}

// Lines of random length that compress about as records do.
std::string some_lines(std::size_t bytes) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < bytes)
    text +=
        "{\"v\":1,\"seq\":" + std::to_string(random()) + std::string(random() % 900, 'x') + "\n";
  return text;
}

MaintainSettings compress_now() {
  MaintainSettings settings;
  settings.compress_after_us = 0;
  return settings;
}

JournalSettings small_segments() {
  JournalSettings settings = test_settings();
  settings.segment_bytes = 4000;
  return settings;
}

std::vector<std::string> files_in(const Folder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.log()))
    if (entry.is_regular_file()) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> ids_found(const Folder& folder) {
  std::vector<std::string> ids;
  const auto stats = run_query(folder.log(), {}, [&](QueryRow& row) {
    return ids.push_back(row.decision.id + (row.outcome ? "+" : "-")), true;
  });
  EXPECT_EQ(stats.error, "");
  return ids;
}

TEST(CompressedSource, GivesTheBytesBackAtAnyOffset) {
  for (const std::size_t size : {0u, 1u, 5'000u, 3'500'000u}) {
    const std::string plain = size ? some_lines(size) : "";
    EXPECT_EQ(unpacked(packed(plain)), plain);
  }
  const std::string plain = some_lines(3'500'000), file = packed(plain);
  std::string error;
  const ByteSource source = compressed_source(memory_source(file), error);
  std::mt19937 random(3);
  char byte;
  for (int i = 0; i < 40; ++i) {
    const std::size_t at = random() % plain.size();
    ASSERT_EQ(source.read_at(at, &byte, 1), 1);
    EXPECT_EQ(byte, plain[at]);
  }
  EXPECT_EQ(source.read_at(plain.size(), &byte, 1), 0);
}

TEST(CompressedSource, IsReadByTheOrdinaryCommand) {
  Folder folder;
  const std::string plain = some_lines(2'500'000);
  std::ofstream(folder.path() + "/x.zst", std::ios::binary) << packed(plain);
  ASSERT_EQ(std::system(("zstd -dq " + folder.path() + "/x.zst").c_str()), 0);
  EXPECT_EQ(read_all(folder.path() + "/x"), plain);
}

TEST(CompressedSource, NeverGivesOtherBytesThanWereWritten) {
  const std::string plain = some_lines(60'000), file = packed(plain);
  for (std::size_t at = 0; at < file.size(); at += at + 200 < file.size() ? 97 : 1) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x41);
    const auto read = unpacked(changed);
    EXPECT_TRUE(!read || *read == plain) << at;
    const auto cut = unpacked(file.substr(0, at));
    EXPECT_FALSE(cut) << at;
  }
}

TEST(CompressedSource, RefusesATableThatAsksForMemory) {
  std::string file = packed("x");
  const std::size_t entry = file.size() - 9 - 8;
  for (const std::size_t field : {entry, entry + 4, file.size() - 9}) {
    std::string hostile = file;
    for (int i = 0; i < 4; ++i) hostile[field + i] = '\xFF';
    EXPECT_FALSE(unpacked(hostile));
  }
}

TEST(Maintain, CompressesWhatIsClosedAndNoReaderNotices) {
  Folder folder;
  write_log(folder, 40, small_segments());
  const auto before = ids_found(folder);
  const VerifyReport plain = verify_twice(folder);
  const MaintainReport report = maintain(folder.log(), compress_now(), kNow, kGoOn);
  EXPECT_EQ(report.error, "");
  EXPECT_GT(report.compressed, 5u);
  EXPECT_LT(report.bytes_after, report.bytes_before / 2);
  const auto left = files_in(folder);
  EXPECT_EQ(std::count_if(left.begin(), left.end(),
                          [](const auto& name) { return name.ends_with(".jsonl"); }),
            1);
  const VerifyReport packed_report = verify_twice(folder);
  EXPECT_TRUE(packed_report.whole) << packed_report.what;
  EXPECT_EQ(packed_report.head.root, plain.head.root);
  EXPECT_EQ(packed_report.notes, plain.notes);
  EXPECT_EQ(ids_found(folder), before);
}

TEST(Maintain, LeavesYoungSegmentsAlone) {
  Folder folder;
  write_log(folder, 40, small_segments());
  MaintainSettings settings;
  settings.compress_after_us = INT64_MAX / 2;
  EXPECT_EQ(maintain(folder.log(), settings, kNow, kGoOn).compressed, 0u);
  settings.compress_after_us.reset();
  EXPECT_EQ(maintain(folder.log(), settings, kNow, kGoOn).compressed, 0u);
}

TEST(Maintain, CompressesEarlierInsteadOfOutgrowingTheBudget) {
  Folder folder;
  write_log(folder, 40, small_segments());
  MaintainSettings settings;
  settings.compress_after_us = INT64_MAX / 2;
  settings.disk_budget = 10'000;
  const MaintainReport report = maintain(folder.log(), settings, kNow, kGoOn);
  EXPECT_GT(report.compressed, 5u);
  ASSERT_EQ(report.warnings.size(), 1u);
  EXPECT_NE(report.warnings[0].find("nothing is deleted"), std::string::npos);
}

// Every state that a machine may stop in.
TEST(Maintain, FinishesWhatWasInterrupted) {
  Folder folder;
  write_log(folder, 40, small_segments());
  const std::string path = folder.log() + "/000000000000.jsonl", plain = read_all(path);
  std::ofstream(path + ".zst.new") << "half a fi";
  EXPECT_TRUE(verify_twice(folder).whole);
  ASSERT_EQ(maintain(folder.log(), compress_now(), kNow, kGoOn).error, "");
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path, std::ios::binary) << plain;  // renamed, but the plain one not removed yet
  EXPECT_TRUE(verify_twice(folder).whole);
  ASSERT_EQ(maintain(folder.log(), compress_now(), kNow, kGoOn).error, "");
  EXPECT_FALSE(std::filesystem::exists(path));
  std::ofstream(path, std::ios::binary) << plain;  // beside it one that holds something else
  write_all(path + ".zst", packed("something else"));
  EXPECT_TRUE(verify_twice(folder).whole);
  ASSERT_EQ(maintain(folder.log(), compress_now(), kNow, kGoOn).error, "");
  EXPECT_EQ(unpacked(read_all(path + ".zst")), plain);
  EXPECT_TRUE(verify_twice(folder).whole);
}

TEST(Maintain, KeepsThePlainSegmentWhenTheDiskIsFull) {
  Folder folder;
  write_log(folder, 40, small_segments());
  const auto before = files_in(folder);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{}, tight{300, 0};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old), 0);
  tight.rlim_max = old.rlim_max;
  setrlimit(RLIMIT_FSIZE, &tight);
  const MaintainReport report = maintain(folder.log(), compress_now(), kNow, kGoOn);
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_NE(report.error.find("File too large"), std::string::npos) << report.error;
  EXPECT_EQ(files_in(folder), before);
}

TEST(Maintain, FindsAnEditOfACompressedSegment) {
  Folder folder;
  write_log(folder, 40, small_segments());
  const std::string path = folder.log() + "/000000000000.jsonl";
  std::string plain = read_all(path);
  ASSERT_EQ(maintain(folder.log(), compress_now(), kNow, kGoOn).error, "");
  plain.replace(plain.find("gpt-4o"), 6, "gpt-5o");
  write_all(path + ".zst", packed(plain));
  const VerifyReport report = verify_twice(folder);
  EXPECT_FALSE(report.whole);
  EXPECT_EQ(report.first_bad, 2u);
}

TEST(Recovery, GoesOnFromACompressedSegment) {
  Folder folder;
  write_log(folder, 40, small_segments());
  ASSERT_EQ(maintain(folder.log(), compress_now(), kNow, kGoOn).error, "");
  const auto names = files_in(folder);
  for (const auto& name : names)
    if (name.ends_with(".jsonl")) std::filesystem::remove(folder.log() + "/" + name);
  write_log(folder, 1);
  EXPECT_TRUE(verify_twice(folder).whole);
}

}  // namespace
}  // namespace sekisho::audit
