#include "audit/verify.h"

#include "tests/audit/verifying.h"

namespace sekisho::audit {
namespace {

// Ten exchanges: seq 0..22 in one segment, or in several.
class Tampering : public ::testing::Test {
 protected:
  void write(std::uint64_t segment_bytes = 1u << 20) {
    JournalSettings settings = test_settings();
    settings.segment_bytes = segment_bytes;
    write_log(folder_, 10, settings);
    ASSERT_TRUE(verify_twice(folder_).whole);
  }
  std::vector<std::string> segments() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.log()))
      if (segment_first_seq(entry.path().filename().string())) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
  }
  template <class Change>
  VerifyReport change(Change how) {
    const std::string path = segments().at(0);
    auto lines = lines_of(path);
    how(lines);
    write_all(path, joined(lines));
    return verify_twice(folder_);
  }
  void expect_bad(const VerifyReport& report, std::uint64_t seq) {
    EXPECT_TRUE(report.checked) << report.error;
    EXPECT_FALSE(report.whole);
    EXPECT_EQ(report.first_bad, seq) << report.what;
  }
  Journal::Head head() {
    std::string error;
    return *read_head(folder_.log(), error);
  }
  Folder folder_;
};

TEST_F(Tampering, FindsAnEdit) {
  write();
  expect_bad(change([](auto& l) { l[7].replace(l[7].find("gw1"), 3, "gw9"); }), 7);
}

TEST_F(Tampering, FindsAFlippedBitAnywhere) {
  write();
  const std::string path = segments()[0], whole = read_all(path);
  const std::size_t begin = joined({lines_of(path)[0]}).size(), size = lines_of(path)[1].size();
  for (std::size_t i = begin; i < begin + size; i += 7) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    write_all(path, bytes);
    const VerifyReport report = verify_log(folder_.log(), std::nullopt);
    EXPECT_FALSE(report.whole) << i - begin;
    EXPECT_LE(report.first_bad.value_or(99), 1u) << i - begin;
  }
}

TEST_F(Tampering, FindsARemoval) {
  write();
  expect_bad(change([](auto& l) { l.erase(l.begin() + 5); }), 5);
}

TEST_F(Tampering, FindsAnInsertion) {
  write();
  expect_bad(change([](auto& l) { l.insert(l.begin() + 5, l[4]); }), 5);
}

TEST_F(Tampering, FindsAReordering) {
  write();
  expect_bad(change([](auto& l) { std::swap(l[4], l[5]); }), 4);
}

TEST_F(Tampering, FindsAnEditWithARepairedLink) {
  write();
  expect_bad(change([](auto& l) {
               l[7].replace(l[7].find("gw1"), 3, "gw9");
               ChainHash hash;
               const Link link = hash.after(l[7]);
               l[8].replace(l[8].find("\"prev\":\"") + 8, 44, text_of(link));
             }),
             8);
}

TEST_F(Tampering, FindsConvertedLineEnds) {
  write();
  expect_bad(change([](auto& l) {
               for (auto& line : l) line += '\r';
             }),
             0);
}

TEST_F(Tampering, FindsARemovedSegment) {
  write(3000);
  const auto paths = segments();
  ASSERT_GT(paths.size(), 3u);
  std::filesystem::remove(paths[1]);
  expect_bad(verify_twice(folder_), *segment_first_seq(paths[1].substr(paths[1].size() - 18)));
}

TEST_F(Tampering, FindsSwappedSegments) {
  write(3000);
  const auto paths = segments();
  const std::string one = read_all(paths[1]), two = read_all(paths[2]);
  write_all(paths[1], two);
  write_all(paths[2], one);
  expect_bad(verify_twice(folder_), *segment_first_seq(paths[1].substr(paths[1].size() - 18)));
}

TEST_F(Tampering, FindsASegmentOfAnotherLog) {
  write(3000);
  Folder other;
  JournalSettings settings = test_settings();
  settings.segment_bytes = 3000;
  settings.gateway = "gw2";
  write_log(other, 10, settings);
  const auto paths = segments();
  const std::string name = std::filesystem::path(paths[1]).filename();
  ASSERT_TRUE(std::filesystem::exists(other.log() + "/" + name));
  write_all(paths[1], read_all(other.log() + "/" + name));
  const std::uint64_t first = *segment_first_seq(name);
  expect_bad(verify_twice(folder_), first - 1);
}

TEST_F(Tampering, FindsACutEndWithAHeadKeptElsewhere) {
  write();
  const Journal::Head kept = head();
  change([](auto& l) { l.resize(l.size() - 3); });
  EXPECT_TRUE(verify_twice(folder_).whole);
  const VerifyReport report = verify_twice(folder_, kept);
  expect_bad(report, 20);
  EXPECT_NE(report.what.find("TRUNCATED"), std::string::npos);
}

TEST_F(Tampering, FindsALogThatWasWrittenAnew) {
  write();
  const Journal::Head kept = head();
  change([](auto& l) {
    ChainHash hash;
    l[7].replace(l[7].find("gw1"), 3, "gw9");
    for (std::size_t i = 8; i < l.size(); ++i)
      l[i].replace(l[i].find("\"prev\":\"") + 8, 44, text_of(hash.after(l[i - 1])));
  });
  EXPECT_TRUE(verify_twice(folder_).whole);
  EXPECT_FALSE(verify_twice(folder_, kept).whole);
}

TEST_F(Tampering, TellsTwoLogsOfOneSizeApart) {
  JournalSettings settings = test_settings();
  settings.checkpoints.keys.signing = {
      *SigningKey::from_seed("log.example.jp/gw1", std::string(32, 'a'))};
  write_log(folder_, 10, settings);
  Journal::Head other = head();
  other.root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  other.link.clear();
  const VerifyReport report = verify_twice(folder_, other);
  expect_bad(report, other.size - 1);
  EXPECT_NE(report.what.find("is of another log of the same size"), std::string::npos)
      << report.what;
}

TEST_F(Tampering, AcceptsAnOldHeadOfALongerLog) {
  write();
  const Journal::Head kept = head();
  write_log(folder_, 3);
  EXPECT_TRUE(verify_twice(folder_, kept).whole);
}

TEST_F(Tampering, FindsAnEditedPolicyText) {
  write();
  std::ofstream(folder_.log() +
                "/policies/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.yaml")
      << "mode: observe\n";
  const VerifyReport report = verify_twice(folder_);
  EXPECT_FALSE(report.whole);
  EXPECT_NE(report.what.find("digest"), std::string::npos);
}

TEST_F(Tampering, ToleratesALineThatIsBeingWritten) {
  write();
  const std::string path = segments()[0];
  write_all(path, read_all(path) + R"({"v":1,"seq":23,"pr)");
  const VerifyReport report = verify_twice(folder_);
  EXPECT_TRUE(report.whole);
  EXPECT_EQ(report.notes.size(), 1u);
}

TEST_F(Tampering, AgreesWithTheWorkedExampleOfTheDocument) {
  std::filesystem::create_directories(folder_.log());
  std::vector<std::string> example;
  for (const auto& line : lines_of(SEKISHO_SOURCE_DIR "/docs/audit_format.md"))
    if (line.starts_with("{\"v\":1,\"seq\":") && line.ends_with("}")) example.push_back(line);
  ASSERT_EQ(example.size(), 5u);
  std::ofstream(folder_.log() + "/000000000000.jsonl") << joined(example);
  const std::string document = read_all(SEKISHO_SOURCE_DIR "/docs/audit_format.md");
  const std::size_t note = document.find("```\nlog.example.jp/gw1\n5\n") + 4;
  std::filesystem::create_directories(folder_.log() + "/checkpoints");
  for (const char* name : {"000000000005.ckpt", "latest.ckpt"})
    std::ofstream(folder_.log() + "/checkpoints/" + name)
        << document.substr(note, document.find("```", note) - note);
  const VerifyReport report = verify_twice(folder_);
  EXPECT_TRUE(report.whole) << report.what;
  EXPECT_EQ(report.checkpoint, 5u);
  ASSERT_EQ(report.keys.size(), 1u);
  EXPECT_NE(document.find("the key is `" + report.keys[0] + "`"), std::string::npos);
  EXPECT_NE(document.find("size 5, root `" + report.head.root + "`"), std::string::npos);
}

TEST_F(Tampering, CannotCheckWhatIsNotThere) {
  EXPECT_FALSE(verify_log(folder_.path() + "/nowhere", std::nullopt).checked);
  std::filesystem::create_directories(folder_.log());
  EXPECT_FALSE(verify_twice(folder_).checked);
}

}  // namespace
}  // namespace sekisho::audit
