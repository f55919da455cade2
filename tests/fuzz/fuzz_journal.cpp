// A whole log on a disk, damaged as the input says, and then opened by a gateway: it starts, loses
// nothing that was there, adds its own records, and a log that was whole stays whole.
//
// The input is a list of strokes: what (1 byte), which file (1), where (2), how much (1), then as
// many bytes where the stroke writes some.

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "audit/keeping/damage_acceptance.h"
#include "audit/recovery.h"
#include "audit/segment_writer.h"
#include "audit/verify.h"

namespace fs = std::filesystem;
using namespace sekisho::audit;

namespace {

using Files = std::map<std::string, std::string>;
constexpr std::int64_t kNow = 1'782'995'690'000'000;
constexpr std::size_t kMaxStrokes = 24;

void require(bool holds) {
  if (!holds) std::abort();
}

// In memory where the system has such a place, since every call of the fuzzer makes a new log.
class Folder {
 public:
  Folder() {
    std::string name =
        (fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path().string()) +
        std::string("/sekisho-fuzz-XXXXXX");
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path_); }
  std::string log() const { return path_ + "/audit"; }

 private:
  std::string path_;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Files files_of(const std::string& log) {
  Files out;
  for (const auto& entry : fs::recursive_directory_iterator(log))
    if (entry.is_regular_file() && entry.path().filename() != "lock")
      out[fs::relative(entry.path(), log).string()] = read(entry.path());
  return out;
}

void put(const std::string& log, const Files& files) {
  for (const char* folder : {"/policies", "/torn"}) fs::create_directories(log + folder);
  for (const auto& [name, bytes] : files)
    std::ofstream(log + "/" + name, std::ios::binary) << bytes;
}

JournalSettings settings() {
  JournalSettings out;
  out.gateway = "gw1";
  out.min_free_bytes = 0;
  out.segment_bytes = 600;
  return out;
}

// Two persons accept what keeps the log from being opened; each start may find more of it.
void accept_damage_found(const std::string& log, Store& store, const JournalSettings& how) {
  constexpr int kMostStarts = 64;
  for (int i = 0; i < kMostStarts; ++i) {
    DamageAcceptance accepted(store);
    Recovery found;
    ChainHash hash;
    std::string error;
    if (recover(store, hash, found, error) &&
        std::all_of(found.damage.begin(), found.damage.end(),
                    [&](FoundDamage& f) { return accepted.covers(f); }))
      return;
    require(!found.damage.empty());
    SegmentWriter refused(store, how);
    require(!refused.begin(kNow));
    std::vector<FoundDamage> named;
    for (const char* name : {"Sato", "Suzuki"})
      accept_damage(log, {name, "fuzz", ""}, named, error);
  }
  require(false);
}

// A gateway's life; how many records it wrote itself.
void live(const std::string& log, bool stops) {
  std::string error;
  auto store = open_directory(log, error);
  require(store != nullptr);
  const JournalSettings how = settings();
  accept_damage_found(log, *store, how);
  SegmentWriter writer(*store, how);
  require(writer.begin(kNow));
  for (int i = 0; i < 3; ++i)
    require(writer.commit({R"("id":"sks_aaaaaaaaaaaaaaaa","kind":"outcome"})",
                           R"("id":"sks_bbbbbbbbbbbbbbbb","kind":"outcome"})"},
                          kNow + i) != 0);
  if (stops) writer.end(kNow);
}

const Files& whole_log() {
  static const Files kFiles = [] {
    Folder folder;
    live(folder.log(), true);
    live(folder.log(), false);
    return files_of(folder.log());
  }();
  return kFiles;
}

// One change; false: the input is at its end.
bool strike(std::string_view& in, Files& files) {
  if (in.size() < 5) return false;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(in[i]); };
  const unsigned what = byte(0) % 7, which = byte(1), how_much = byte(4);
  const std::size_t where = byte(2) << 8 | byte(3);
  in.remove_prefix(5);
  if (files.empty()) return false;
  auto file = std::next(files.begin(), which % files.size());
  std::string& bytes = file->second;
  const std::size_t at = where % (bytes.size() + 1);
  const std::string written(in.substr(0, how_much));
  const bool writes = what == 1 || what == 2 || what == 4 || what == 5;
  if (writes) in.remove_prefix(written.size());
  if (what == 0) bytes.resize(at);
  if (what == 1) bytes.replace(at, written.size(), written);
  if (what == 2) bytes += written;
  if (what == 3) files.erase(file);
  if (what == 4) bytes.insert(at, written);
  if (what == 5) files[segment_name(where)] = written;
  if (what == 6) files[segment_name(where)] = bytes;
  return true;
}

// What was there is there, or cut off its end and kept.
void check_kept(const Files& before, const Files& after) {
  std::string torn;
  for (const auto& [name, bytes] : after)
    if (name.starts_with("torn/")) torn += bytes;
  for (const auto& [name, bytes] : before) {
    const auto now = after.find(name);
    if (now != after.end() && now->second == bytes) continue;
    const bool segment = segment_first_seq(name).has_value();
    require(segment || name.starts_with("torn/"));  // a tail that was cut before is kept anew
    if (!segment) continue;
    std::size_t common = 0;
    if (now != after.end() && bytes.starts_with(now->second)) common = now->second.size();
    require(torn.find(bytes.substr(common)) != std::string::npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view in(reinterpret_cast<const char*>(data), size);
  Files files = whole_log();
  for (std::size_t n = 0; n < kMaxStrokes && strike(in, files); ++n) continue;
  const Folder folder;
  put(folder.log(), files);
  const VerifyReport before = verify_log(folder.log(), std::nullopt);
  live(folder.log(), false);
  const VerifyReport after = verify_log(folder.log(), std::nullopt);
  require(after.checked);
  if (before.checked && before.whole) require(after.whole);
  if (after.whole) require(after.head.size > 6);
  check_kept(files, files_of(folder.log()));
  live(folder.log(), true);  // and again: nothing more is found to mend
  require(verify_log(folder.log(), std::nullopt).whole == after.whole);
  return 0;
}
