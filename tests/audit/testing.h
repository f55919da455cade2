#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "audit/chain.h"
#include "audit/journal.h"
#include "audit/keeping/damage_acceptance.h"
#include "audit/record.h"
#include "audit/store.h"

namespace sekisho::audit {

// A decision with everything that it points to.
struct Sample {
  policy::Client client;
  policy::Destination to;
  policy::Admission admission;
  policy::Verdict verdict;
  Decision decision;

  explicit Sample(std::string id = "sks_aaaaaaaaaaaaaaaa") {
    client.user = "hanako@example.co.jp";
    client.groups = {"dev", "everyone"};
    client.address = *config::IpAddress::parse("10.1.2.3");
    client.user_agent = "OpenAI/Python 1.99";
    to.host = "api.openai.com";
    admission.provider = "openai-api";
    admission.entry = "openai";
    admission.evidence.push_back({policy::EvidenceKind::kOperator,
                                  "US",
                                  "catalogue:openai-api",
                                  {},
                                  policy::EvidenceSetting::kIfKnown,
                                  policy::EvidenceResult::kOk});
    verdict.coverage = policy::Coverage::kInspected;
    verdict.rule = "openai";
    decision.id = std::move(id);
    decision.time_us = 1'782'995'696'123'456;  // 2026-07-02T12:34:56.123456Z
    decision.gateway = "gw1";
    decision.method = "POST";
    decision.path = "/v1/chat/completions";
    decision.model = "gpt-4o";
    decision.tls = "bump";
    decision.bytes_in = 100;
    decision.policy_digest = "sha256:00";
  }
  const Decision& get() {
    decision.client = &client;
    decision.destination = &to;
    decision.admission = &admission;
    decision.verdict = &verdict;
    return decision;
  }
};

inline std::string id_of(int n) {
  std::string digits = std::to_string(n);
  return "sks_" + std::string(16 - digits.size(), 'a') + digits;
}

// A folder that goes away with the test.
class Folder {
 public:
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "sekisho-audit-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string log() const { return path_ + "/audit"; }

 private:
  std::string path_;
};

inline std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

inline void write_all(const std::string& path, const std::string& bytes) {
  std::filesystem::permissions(path, std::filesystem::perms::owner_all,
                               std::filesystem::perm_options::add);
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline JournalSettings test_settings() {
  JournalSettings settings;
  settings.gateway = "gw1";
  settings.finding_key = "test key";
  settings.min_free_bytes = 0;
  settings.clock = [] { return std::int64_t{1'782'995'700'000'000}; };
  return settings;
}

// Records and waits for the answer.
inline std::uint64_t record_and_wait(Journal& journal, Sample& sample) {
  std::mutex mutex;
  std::condition_variable wake;
  bool done = false;
  std::uint64_t result = 0;
  const bool taken = journal.record(sample.get(), [&](std::uint64_t seq) {
    const std::lock_guard lock(mutex);
    result = seq;
    done = true;
    wake.notify_one();
  });
  if (!taken) return 0;
  std::unique_lock lock(mutex);
  wake.wait(lock, [&] { return done; });
  return result;
}

inline std::unique_ptr<Journal> open_log(const Folder& folder,
                                         JournalSettings settings = test_settings()) {
  std::string error;
  auto store = open_directory(folder.log(), error);
  auto journal =
      store ? Journal::open(std::move(store), std::move(settings), 1'782'995'690'000'000, error)
            : nullptr;
  EXPECT_TRUE(journal) << error;
  return journal;
}

// A closed log of `exchanges` decisions with outcomes: segment, boot, 2 x exchanges, stop.
inline void write_log(const Folder& folder, int exchanges,
                      JournalSettings settings = test_settings()) {
  auto journal = open_log(folder, std::move(settings));
  for (int i = 0; i < exchanges; ++i) {
    Sample sample(id_of(i));
    Outcome outcome;
    outcome.ref = record_and_wait(*journal, sample);
    outcome.id = sample.decision.id;
    outcome.gateway = "gw1";
    outcome.time_us = sample.decision.time_us + 1000;
    outcome.status = 200;
    outcome.sent = 100;
    outcome.received = 50;
    journal->record(outcome);
  }
}

inline std::vector<std::string> lines_of(const std::string& path) {
  std::vector<std::string> lines;
  std::istringstream in(read_all(path));
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

// Files in memory. What was not synced is lost in a crash; operations fail when they are told to.
class FaultDisk {
 public:
  struct File {
    std::string bytes;
    std::size_t durable = 0;
  };
  enum class Op { kAppend, kSync, kCreate, kRename, kWriteFile, kTruncate, kList, kRead, kOpen };

  // The n-th call (from 1) of `op` fails with `code`, and `more` calls after it; `bytes_before` of
  // its bytes are written before.
  void fail(Op op, int n, int code, std::size_t bytes_before = 0, int more = 0) {
    const std::lock_guard lock(mutex_);
    failing_[op] = {n, code, bytes_before, more};
    calls_[op] = 0;
    failed_ = 0;
  }
  // How often a call failed since the last fail().
  int failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
  }
  void heal() {
    const std::lock_guard lock(mutex_);
    failing_.clear();
  }
  // What is left after the power went: durable bytes, and `torn` more of each file. Stores that are
  // open now can do nothing any more.
  void crash(std::size_t torn) {
    const std::lock_guard lock(mutex_);
    ++power_cuts_;
    for (auto& [name, file] : files_) {
      file.bytes.resize(std::min(file.bytes.size(), file.durable + torn));
      file.durable = file.bytes.size();
    }
  }
  std::map<std::string, File> files() const {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  void set_free(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    free_ = bytes;
  }
  std::unique_ptr<Store> store();
  // Puts the files into a folder, for the verifiers.
  void export_to(const std::string& folder) const {
    std::filesystem::create_directories(folder + "/checkpoints");
    std::filesystem::create_directories(folder + "/torn");
    std::filesystem::create_directories(folder + "/policies");
    for (const auto& [name, file] : files())
      std::ofstream(folder + "/" + name, std::ios::binary) << file.bytes;
  }

 private:
  friend class FaultStore;
  struct Fault {
    int n, code;
    std::size_t bytes_before;
    int more;
  };
  // Under the lock. 0 = goes on.
  int begin(Op op, std::size_t* bytes_before = nullptr) {
    const int call = ++calls_[op];
    const auto found = failing_.find(op);
    if (found == failing_.end() || call < found->second.n) return 0;
    if (call - found->second.n > found->second.more) return 0;
    ++failed_;
    if (bytes_before) *bytes_before = found->second.bytes_before;
    return found->second.code;
  }
  mutable std::mutex mutex_;
  std::map<std::string, File> files_;
  std::map<Op, Fault> failing_;
  std::map<Op, int> calls_;
  std::uint64_t free_ = 1u << 30, reserved_ = 0;
  int power_cuts_ = 0;
  int failed_ = 0;
};

class FaultStore : public Store {
 public:
  explicit FaultStore(FaultDisk& disk) : disk_(disk), born_(disk.power_cuts_) {}
  using Op = FaultDisk::Op;

  int list(std::vector<std::string>& names) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    for (const auto& [name, file] : disk_.files_) names.push_back(name);
    return disk_.begin(Op::kList);
  }
  int list_folder(const std::string& folder, std::vector<std::string>& names) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    for (const auto& [name, file] : disk_.files_)
      if (name.starts_with(folder + '/')) names.push_back(name.substr(folder.size() + 1));
    return disk_.begin(Op::kList);
  }
  int remove(const std::string& name) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    return disk_.files_.erase(name) ? 0 : ENOENT;
  }
  int read(const std::string& name, std::string& bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    const auto found = disk_.files_.find(name);
    if (found == disk_.files_.end()) return ENOENT;
    bytes = found->second.bytes;
    return disk_.begin(Op::kRead);
  }
  int create(const std::string& name) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    if (const int code = disk_.begin(Op::kCreate)) return code;
    if (!disk_.files_.emplace(name, FaultDisk::File{}).second) return EEXIST;
    open_ = name;
    return 0;
  }
  int append(std::string_view bytes, std::size_t& written) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    const int code = disk_.begin(Op::kAppend, &written);
    if (!code) written = bytes.size();
    written = std::min(written, bytes.size());
    disk_.files_[open_].bytes += bytes.substr(0, written);
    return code;
  }
  int sync() override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    if (const int code = disk_.begin(Op::kSync)) return code;
    auto& file = disk_.files_[open_];
    file.durable = file.bytes.size();
    return 0;
  }
  int open(const std::string& name) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    open_ = name;
    return disk_.begin(Op::kOpen);
  }
  int truncate(const std::string& name, std::uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    if (const int code = disk_.begin(Op::kTruncate)) return code;
    auto& file = disk_.files_[name];
    file.bytes.resize(size);
    file.durable = size;
    return 0;
  }
  int seal(const std::string&) override { return 0; }
  int rename(const std::string& from, const std::string& to) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    if (const int code = disk_.begin(Op::kRename)) return code;
    const auto found = disk_.files_.find(from);
    if (found == disk_.files_.end()) return ENOENT;
    FaultDisk::File file = std::move(found->second);
    disk_.files_.erase(found);
    disk_.files_[to] = std::move(file);
    return 0;
  }
  int write_file(const std::string& name, std::string_view bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    if (const int code = disk_.begin(Op::kWriteFile)) return code;
    disk_.files_[name] = {std::string(bytes), bytes.size()};
    return 0;
  }
  int free_bytes(std::uint64_t& bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    if (disk_.power_cuts_ != born_) return EIO;
    bytes = disk_.free_;
    return 0;
  }
  int reserve(std::uint64_t bytes) override {
    const std::lock_guard lock(disk_.mutex_);
    const std::uint64_t all = disk_.free_ + disk_.reserved_;
    if (bytes > all) return ENOSPC;
    disk_.reserved_ = bytes;
    disk_.free_ = all - bytes;
    return 0;
  }

 private:
  FaultDisk& disk_;
  const int born_;
  std::string open_;
};

inline std::unique_ptr<Store> FaultDisk::store() {
  return std::make_unique<FaultStore>(*this);
}

inline std::unique_ptr<Journal> open_disk(FaultDisk& disk,
                                          JournalSettings settings = test_settings()) {
  std::string error;
  auto journal = Journal::open(disk.store(), std::move(settings), 1'782'995'690'000'000, error);
  EXPECT_TRUE(journal) << error;
  return journal;
}

// A start that must be refused, and the two who accept what it found.
inline void accept_by_two(const Folder& folder, JournalSettings settings = test_settings()) {
  std::string error;
  std::vector<FoundDamage> found;
  auto store = open_directory(folder.log(), error);
  ASSERT_FALSE(Journal::open(std::move(store), std::move(settings), 0, error));
  EXPECT_NE(error.find("two persons"), std::string::npos) << error;
  for (const char* name : {"Sato", "Suzuki"})
    accept_damage(folder.log(), {name, "seen", "2026-07-03T00:00:00.000000Z"}, found, error);
}

}  // namespace sekisho::audit
