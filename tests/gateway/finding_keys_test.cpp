#include "gateway/finding_keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400ll * 1'000'000;
constexpr std::int64_t kJune30 = 1'782'831'599'000'000;  // 2026-06-30T23:59:59+09:00
constexpr std::int64_t kJuly1 = kJune30 + 1'000'000;

struct KeysFolder {
  std::string path;
  KeysFolder() {
    char name[] = "/tmp/sekisho-keys-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~KeysFolder() { std::filesystem::remove_all(path); }
  bool has(const std::string& name) const { return std::filesystem::exists(path + "/" + name); }
};

std::shared_ptr<FindingKeys> open(const KeysFolder& folder) {
  std::string error;
  auto keys = FindingKeys::load_or_make(folder.path, error);
  EXPECT_TRUE(keys) << error;
  return keys;
}

TEST(FindingKeys, AreOfAQuarterInJapan) {
  EXPECT_EQ(epoch_of(kJune30), "2026-04");
  EXPECT_EQ(epoch_of(kJuly1), "2026-07");
  EXPECT_EQ(epoch_of(kJuly1 + 184 * kDay), "2027-01");
  const KeysFolder folder;
  const auto keys = open(folder);
  EXPECT_EQ(keys->at(kJune30).epoch, "2026-04");
  EXPECT_NE(keys->at(kJune30).key, keys->at(kJuly1).key);
  EXPECT_EQ(keys->at(kJuly1).key, keys->at(kJuly1 + 90 * kDay).key);
  EXPECT_EQ(keys->at(kJune30).key.size(), 32u);
}

TEST(FindingKeys, AreTheSameWhereTheFirstOneIs) {
  const KeysFolder one, two;
  const auto first = open(one);
  std::filesystem::copy(one.path + "/finding.key", two.path + "/finding.key");
  ::chmod((two.path + "/finding.key").c_str(), 0600);
  const auto second = open(two);
  // Whichever quarter each was asked for first.
  EXPECT_EQ(first->at(kJuly1 + 900 * kDay).key, second->at(kJuly1 + 900 * kDay).key);
  EXPECT_EQ(first->at(kJuly1).key, second->at(kJuly1).key);
}

TEST(FindingKeys, OfBeforeTheQuartersIsTheFirst) {
  const KeysFolder folder;
  std::ofstream(folder.path + "/finding.key") << "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\n";
  ::chmod((folder.path + "/finding.key").c_str(), 0600);
  const auto all = open(folder)->until(kJuly1);
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].epoch, "");
  EXPECT_EQ(all[0].key, std::string(32, 'A'));
  EXPECT_EQ(all[1].epoch, "2026-01");
  EXPECT_EQ(all[3].epoch, "2026-07");
}

TEST(FindingKeys, AreForgottenUpToAQuarterAndTheLaterOnesStay) {
  const KeysFolder folder;
  const auto keys = open(folder);
  const std::string before = keys->at(kJune30).key, after = keys->at(kJuly1).key;
  std::string error;
  EXPECT_EQ(forget_finding_keys(folder.path, kJuly1, kJuly1 + kDay, error), Forgotten::kInUse);
  EXPECT_EQ(forget_finding_keys(folder.path, kJune30, kJuly1, error), Forgotten::kDone) << error;
  EXPECT_FALSE(folder.has("finding.key"));
  EXPECT_TRUE(folder.has("finding/2026-07.key"));
  struct stat status {};
  ASSERT_EQ(::stat((folder.path + "/finding/2026-07.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(keys->oldest(), "");
  EXPECT_TRUE(keys->read_again(error)) << error;
  for (const auto& held : {keys, open(folder)}) {
    EXPECT_EQ(held->oldest(), "2026-07");
    EXPECT_EQ(held->at(kJuly1).key, after);
    EXPECT_EQ(held->until(kJuly1).size(), 1u);
    // A clock that was set back does not bring it back.
    EXPECT_EQ(held->at(kJune30).epoch, "2026-07");
    EXPECT_NE(held->at(kJune30).key, before);
  }
  EXPECT_EQ(forget_finding_keys(folder.path, kJune30, kJuly1, error), Forgotten::kAlready);
  const std::int64_t later = kJuly1 + 100 * kDay;
  EXPECT_EQ(forget_finding_keys(folder.path, kJuly1, later, error), Forgotten::kDone) << error;
  EXPECT_FALSE(folder.has("finding/2026-07.key"));
  EXPECT_EQ(open(folder)->at(later).key, keys->at(later).key);
}

TEST(FindingKeys, AreLookedForAgainWhereForgettingWasCutShort) {
  const KeysFolder folder;
  const auto keys = open(folder);
  std::string error;
  std::filesystem::copy(folder.path + "/finding.key", folder.path + "/copy");
  ASSERT_EQ(forget_finding_keys(folder.path, kJune30, kJuly1, error), Forgotten::kDone) << error;
  std::filesystem::rename(folder.path + "/copy", folder.path + "/finding.key");
  EXPECT_EQ(open(folder)->oldest(), "");  // the older one is still there, and says so
  EXPECT_EQ(forget_finding_keys(folder.path, kJune30, kJuly1, error), Forgotten::kDone) << error;
  EXPECT_FALSE(folder.has("finding.key"));
}

TEST(FindingKeys, AreRefusedWhenTheyAreReadableOrDoNotBelongTogether) {
  const KeysFolder folder, other;
  open(folder);
  std::string error;
  ASSERT_EQ(forget_finding_keys(folder.path, kJune30, kJuly1, error), Forgotten::kDone) << error;
  open(other);
  std::filesystem::rename(other.path + "/finding.key", folder.path + "/finding.key");
  EXPECT_FALSE(FindingKeys::load_or_make(folder.path, error));
  EXPECT_NE(error.find("does not belong to"), std::string::npos) << error;
  std::filesystem::remove(folder.path + "/finding.key");
  ::chmod((folder.path + "/finding/2026-07.key").c_str(), 0644);
  EXPECT_FALSE(FindingKeys::load_or_make(folder.path, error));
  EXPECT_NE(error.find("0600"), std::string::npos) << error;
  const KeysFolder empty;
  EXPECT_FALSE(FindingKeys::load(empty.path, error));
  EXPECT_FALSE(empty.has("finding.key"));
}

}  // namespace
}  // namespace sekisho::gateway
