#include "config/pinned_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "config/text_file.h"

namespace sekisho::config {
namespace {

namespace fs = std::filesystem;

class PinnedFilesTest : public testing::Test {
 protected:
  PinnedFilesTest() {
    char name[] = "/tmp/sekisho-pinned-XXXXXX";
    folder_ = mkdtemp(name);
    for (const char* version : {"one", "two"}) {
      fs::create_directory(folder_ / version);
      write(folder_ / version / "a.yaml", version);
      write(folder_ / version / "b.yaml", version);
    }
    fs::create_symlink("one", folder_ / "..data");
    fs::create_symlink("..data/a.yaml", folder_ / "a.yaml");
    fs::create_symlink("..data/b.yaml", folder_ / "b.yaml");
  }
  ~PinnedFilesTest() override { fs::remove_all(folder_); }

  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  // As Kubernetes and `ln -sfn` with a rename do it.
  void swap_to(const char* version) {
    fs::create_symlink(version, folder_ / "..new");
    fs::rename(folder_ / "..new", folder_ / "..data");
  }
  std::string path(const char* name) const { return (folder_ / name).string(); }
  static std::string text(const std::string& path) {
    std::string why;
    return read_text_file(path, why).value_or("");
  }

  fs::path folder_;
};

TEST_F(PinnedFilesTest, ReadsOneVersionWhenTheFolderIsSwapped) {
  const PinnedFiles pinned({path("a.yaml"), path("b.yaml")});
  EXPECT_EQ(text(pinned.real(path("a.yaml"))), "one");
  swap_to("two");
  EXPECT_EQ(text(pinned.real(path("b.yaml"))), "one");
  EXPECT_TRUE(pinned.unchanged());
  EXPECT_FALSE(pinned.links_unchanged());
}

TEST_F(PinnedFilesTest, SeesASwapThereAndBack) {
  const PinnedFiles pinned({path("a.yaml")});
  EXPECT_TRUE(pinned.links_unchanged());
  swap_to("two");
  swap_to("one");
  EXPECT_FALSE(pinned.links_unchanged());
}

TEST_F(PinnedFilesTest, SeesAFileWrittenOrReplaced) {
  const PinnedFiles pinned({path("a.yaml"), path("b.yaml")});
  write(folder_ / "one" / "b.yaml", "longer");
  EXPECT_FALSE(pinned.unchanged());
  const PinnedFiles again({path("a.yaml"), path("b.yaml")});
  write(folder_ / "one" / "new", "one");
  fs::rename(folder_ / "one" / "new", folder_ / "one" / "a.yaml");
  EXPECT_FALSE(again.unchanged());
}

TEST_F(PinnedFilesTest, SeesAFileThatAppearsOrGoes) {
  const PinnedFiles pinned({path("a.yaml"), path("later.yaml")});
  EXPECT_EQ(pinned.real(path("later.yaml")), path("later.yaml"));
  EXPECT_TRUE(pinned.unchanged());
  write(folder_ / "later.yaml", "x");
  EXPECT_FALSE(pinned.unchanged());
}

TEST_F(PinnedFilesTest, ProblemsNameTheFilesAsPeopleWroteThem) {
  const PinnedFiles pinned({path("a.yaml")});
  Problems problems{
      {pinned.real(path("a.yaml")), {2, 1}, pinned.real(path("a.yaml")) + ": broken", ""}};
  pinned.restore_names(problems);
  EXPECT_EQ(to_string(problems[0]), path("a.yaml") + ":2:1: " + path("a.yaml") + ": broken");
}

TEST_F(PinnedFilesTest, EndsOnALinkThatLeadsToItself) {
  fs::create_symlink("loop", folder_ / "loop");
  const PinnedFiles pinned({path("loop")});
  EXPECT_EQ(pinned.real(path("loop")), path("loop"));
}

}  // namespace
}  // namespace sekisho::config
