#include "gateway/sinks/witnesses.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

#include "audit/proof/log_key.h"
#include "tests/gateway/sinks/loopback_server.h"

namespace sekisho::gateway {
namespace {

namespace fs = std::filesystem;
using Kind = config::AuditWitness::Kind;
using namespace std::chrono_literals;

class Place {
 public:
  Place() {
    std::string pattern = (fs::temp_directory_path() / "sekisho-witness-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Place() { fs::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What the log is told, and a way to wait for it.
class Ear {
 public:
  void hear(const WitnessAnswer& answer) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(answer);
    wake_.notify_all();
  }
  std::vector<WitnessAnswer> wait_for(std::size_t n) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, 20s, [&] { return heard_.size() >= n; });
    return heard_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<WitnessAnswer> heard_;
};

config::AuditWitness place(Kind kind, const std::string& to) {
  config::AuditWitness w;
  w.name = "w";
  w.kind = kind;
  w.to.value = to;
  return w;
}

std::unique_ptr<Witnesses> start(const std::vector<config::AuditWitness>& places, Ear& ear) {
  std::string error;
  WitnessTimes times;
  times.first_retry = 1ms;
  times.longest_retry = 5ms;
  times.at_stop = 500ms;
  auto out = Witnesses::start(
      places, "log.example.jp/gw1", [&](const WitnessAnswer& a) { ear.hear(a); }, error, times);
  EXPECT_TRUE(out) << error;
  return out;
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Witnesses, KeepEachCheckpointInAFolder) {
  Place folder;
  Ear ear;
  auto witnesses = start({place(Kind::kDirectory, folder.path())}, ear);
  witnesses->submit(5, "five");
  witnesses->submit(10, "ten");
  const auto heard = ear.wait_for(2);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[1].answer, "ok");
  EXPECT_EQ(read_all(folder.path() + "/log.example.jp_gw1/000000000005.ckpt"), "five");
  EXPECT_EQ(read_all(folder.path() + "/log.example.jp_gw1/000000000010.ckpt"), "ten");
  EXPECT_EQ(witnesses->states().at(0).acknowledged, 10u);
}

TEST(Witnesses, GetTheNewestOnlyWhereOneInALongTimeIsWanted) {
  Place folder;
  Ear ear;
  auto few = place(Kind::kDirectory, folder.path());
  few.every = 24h;
  {
    auto witnesses = start({few}, ear);
    witnesses->submit(5, "five");
    ear.wait_for(1);
    witnesses->submit(10, "ten");
    witnesses->submit(15, "fifteen");
  }
  EXPECT_EQ(ear.wait_for(2).size(), 2u);
  EXPECT_EQ(read_all(folder.path() + "/log.example.jp_gw1/000000000005.ckpt"), "five");
  EXPECT_FALSE(fs::exists(folder.path() + "/log.example.jp_gw1/000000000010.ckpt"));
  EXPECT_EQ(read_all(folder.path() + "/log.example.jp_gw1/000000000015.ckpt"), "fifteen");
}

TEST(Witnesses, ThatWantOneInALongTimeAreTriedAgainAtOnceUntilTheyHaveIt) {
  Place folder;
  Ear ear;
  const std::string mount = folder.path() + "/mount";
  auto few = place(Kind::kDirectory, mount);
  few.every = 24h;
  auto witnesses = start({few}, ear);
  witnesses->submit(5, "five");
  ear.wait_for(1);
  fs::create_directory(mount);
  const auto heard = ear.wait_for(2);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[1].answer, "ok");
}

TEST(Witnesses, NeverWriteOverAnotherCheckpointOfTheSameSize) {
  Place folder;
  Ear ear;
  auto witnesses = start({place(Kind::kDirectory, folder.path())}, ear);
  witnesses->submit(5, "five");
  ear.wait_for(1);
  witnesses->submit(5, "another five");
  const auto heard = ear.wait_for(2);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_NE(heard[1].answer.find("another checkpoint of this size"), std::string::npos);
  EXPECT_TRUE(heard[1].changed);
  EXPECT_EQ(read_all(folder.path() + "/log.example.jp_gw1/000000000005.ckpt"), "five");
}

TEST(Witnesses, AFolderThatKnowsALongerLogSaysSo) {
  Place folder;
  {
    Ear ear;
    auto witnesses = start({place(Kind::kDirectory, folder.path())}, ear);
    witnesses->submit(5, "five");
    witnesses->submit(20, "twenty");
    ear.wait_for(2);
  }
  Ear ear;
  auto witnesses = start({place(Kind::kDirectory, folder.path())}, ear);
  witnesses->submit(12, "twelve");
  const auto heard = ear.wait_for(1);
  ASSERT_FALSE(heard.empty());
  EXPECT_TRUE(heard[0].changed);
  EXPECT_NE(heard[0].answer.find("it knows this log with 20 records: the log was put back"),
            std::string::npos)
      << heard[0].answer;
  EXPECT_FALSE(fs::exists(folder.path() + "/log.example.jp_gw1/000000000012.ckpt"));
}

TEST(Witnesses, AreToldAgainUntilAFolderThatWasAwayComesBack) {
  Place folder;
  Ear ear;
  const std::string mount = folder.path() + "/mount";
  auto witnesses = start({place(Kind::kDirectory, mount)}, ear);
  witnesses->submit(5, "five");
  auto heard = ear.wait_for(1);
  ASSERT_EQ(heard.size(), 1u);
  EXPECT_NE(heard[0].answer, "ok");
  EXPECT_FALSE(fs::exists(mount));  // a mount that is missing is not made
  fs::create_directory(mount);
  heard = ear.wait_for(2);
  ASSERT_EQ(heard.size(), 2u);  // one word for the whole row of failures
  EXPECT_EQ(heard[1].answer, "ok");
  EXPECT_TRUE(heard[1].changed);
  EXPECT_GE(witnesses->states().at(0).failures, 1u);
}

TEST(Witnesses, ADeadOneHoldsUpNeitherTheOthersNorTheEnd) {
  Place folder;
  Ear ear;
  LoopbackServer silent([](Wire& wire) {
    while (!wire.read_some().empty()) {
    }
  });
  auto witnesses =
      start({place(Kind::kPost, silent.url()), place(Kind::kDirectory, folder.path())}, ear);
  for (std::uint64_t size = 1; size <= 300; ++size) witnesses->submit(size, "note");
  while (witnesses->states().at(1).acknowledged < 300) std::this_thread::yield();
  EXPECT_EQ(witnesses->states().at(0).acknowledged, 0u);
  witnesses.reset();
}

// A name that is a pipe without a writer holds whoever opens it, as a file system does that hangs.
TEST(Witnesses, AFolderThatHangsForEverDoesNotHoldUpTheEnd) {
  Place folder, good;
  const std::string name = "/log.example.jp_gw1/000000000005.ckpt";
  fs::create_directory(folder.path() + "/log.example.jp_gw1");
  ASSERT_EQ(::mkfifo((folder.path() + name).c_str(), 0600), 0);
  std::atomic<bool> over{false};
  std::string error;
  WitnessTimes times;
  times.at_stop = 100ms;
  times.to_break_off = 10ms;
  times.silent = 0ms;
  auto hung = place(Kind::kDirectory, folder.path());
  hung.name = "hung";
  Ear ear;
  auto witnesses = Witnesses::start(
      {hung, place(Kind::kDirectory, good.path())}, "log.example.jp/gw1",
      [&](const WitnessAnswer& a) {
        EXPECT_FALSE(over);
        ear.hear(a);
      },
      error, times);
  ASSERT_TRUE(witnesses) << error;
  witnesses->submit(5, "five");
  ear.wait_for(1);
  while (witnesses->states().at(0).error.empty()) std::this_thread::yield();
  const auto lacking = witnesses->stop();
  over = true;
  ASSERT_EQ(lacking.size(), 1u);
  EXPECT_EQ(lacking[0].witness, "hung");
  EXPECT_EQ(lacking[0].acknowledged, 0u);
  EXPECT_EQ(lacking[0].last, 5u);
  EXPECT_EQ(lacking[0].why, "it does not answer");
  EXPECT_EQ(read_all(good.path() + name), "five");
  witnesses.reset();
  // Late, the file system comes back: the thread that was left ends by itself.
  const int fd = ::open((folder.path() + name).c_str(), O_WRONLY);
  ASSERT_GE(fd, 0);
  ::close(fd);
}

TEST(Witnesses, WhoHasTheLastCheckpointLacksNothing) {
  Place folder;
  Ear ear;
  auto witnesses = start({place(Kind::kDirectory, folder.path())}, ear);
  witnesses->submit(5, "five");
  EXPECT_TRUE(witnesses->stop().empty());
  witnesses = start({place(Kind::kDirectory, folder.path() + "/away")}, ear);
  witnesses->submit(7, "seven");
  const auto lacking = witnesses->stop();
  ASSERT_EQ(lacking.size(), 1u);
  EXPECT_NE(lacking[0].why.find("No such file"), std::string::npos) << lacking[0].why;
}

TEST(Witnesses, PostAndPutAndTryAgainAfterAnError) {
  Ear ear;
  std::mutex mutex;
  std::vector<std::string> requests;
  LoopbackServer server([&](Wire& wire) {
    for (std::string request; !(request = wire.read_request()).empty();) {
      std::size_t count = 0;
      {
        const std::lock_guard lock(mutex);
        requests.push_back(request);
        count = requests.size();
      }
      wire.write(count == 1 ? "HTTP/1.1 503 Later\r\ncontent-length: 0\r\n\r\n"
                            : "HTTP/1.1 204 Kept\r\n\r\n");
    }
  });
  auto witnesses = start({place(Kind::kPut, server.url("/bucket"))}, ear);
  witnesses->submit(42, "the note\n");
  const auto heard = ear.wait_for(2);
  ASSERT_EQ(heard.size(), 2u);
  EXPECT_EQ(heard[0].answer, "it answered 503");
  EXPECT_EQ(heard[1].answer, "ok");
  const std::lock_guard lock(mutex);
  EXPECT_TRUE(
      requests.at(1).starts_with("PUT /bucket/log.example.jp/gw1/000000000042.ckpt HTTP/1.1"))
      << requests.at(1);
  EXPECT_TRUE(requests.at(1).ends_with("the note\n"));
}

TEST(Witnesses, RefuseCredentialsThatOthersCanRead) {
  Place folder;
  auto w = place(Kind::kPost, "https://witness.example.jp/");
  w.credentials.value = folder.path() + "/credentials";
  std::ofstream(w.credentials.value) << "user:password\n";
  fs::permissions(w.credentials.value, fs::perms(0644));
  std::string error;
  EXPECT_FALSE(Witnesses::start(
      {w}, "log", [](const WitnessAnswer&) {}, error));
  EXPECT_NE(error.find("0600"), std::string::npos) << error;
}

TEST(Witnesses, ALineOfSyslogHoldsTheWholeNote) {
  const std::string line =
      checkpoint_syslog("log.example.jp/gw1", 42, "the note\n", 1'782'995'696'123'456);
  EXPECT_EQ(line,
            "102 <110>1 2026-07-02T12:34:56.123456Z log.example.jp/gw1 sekisho - checkpoint - "
            "size=42 note=" +
                audit::encode_base64("the note\n"));
}

}  // namespace
}  // namespace sekisho::gateway
