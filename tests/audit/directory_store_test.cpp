// The journal's files on a real file system that refuses.

#include <signal.h>
#include <sys/resource.h>

#include <cerrno>

#include "tests/audit/testing.h"

namespace sekisho::audit {
namespace {

// No file of this process grows beyond `bytes`: a disk that is full in the middle of a write.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : before_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit now{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &now);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    ::signal(SIGXFSZ, before_);
  }

 private:
  rlimit limit_{};
  void (*before_)(int);
};

class DirectoryStore : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string error;
    store_ = open_directory(folder_.log(), error);
    ASSERT_TRUE(store_) << error;
  }
  std::string path(const std::string& name) const { return folder_.log() + "/" + name; }
  Folder folder_;
  std::unique_ptr<Store> store_;
};

TEST_F(DirectoryStore, SaysHowMuchOfAShortWriteIsThere) {
  ASSERT_EQ(store_->create("000000000000.jsonl"), 0);
  std::size_t written = 0;
  const FileSizeLimit limit(10);
  EXPECT_EQ(store_->append("0123456789abcdef", written), EFBIG);
  EXPECT_EQ(written, 10u);
  EXPECT_EQ(read_all(path("000000000000.jsonl")), "0123456789");
}

TEST_F(DirectoryStore, LeavesNothingOfAFileThatCouldNotBeWritten) {
  ASSERT_EQ(store_->write_file("policies/a.yaml", "before"), 0);
  {
    const FileSizeLimit limit(10);
    EXPECT_EQ(store_->write_file("policies/a.yaml", "0123456789abcdef"), EFBIG);
    EXPECT_EQ(store_->write_file("policies/b.yaml", "0123456789abcdef"), EFBIG);
  }
  EXPECT_EQ(read_all(path("policies/a.yaml")), "before");
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(path("policies")))
    ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(DirectoryStore, NeverWritesOverASegment) {
  ASSERT_EQ(store_->create("000000000000.jsonl"), 0);
  EXPECT_EQ(store_->create("000000000000.jsonl"), EEXIST);
  EXPECT_EQ(store_->write_file("nowhere/a.yaml", "x"), ENOENT);
  EXPECT_EQ(store_->rename("nothing", "torn/nothing"), ENOENT);
}

}  // namespace
}  // namespace sekisho::audit
