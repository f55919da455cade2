#include "gateway/finding_keys.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "audit/keeping/durable_file.h"
#include "gateway/keys.h"
#include "policy/civil_time.h"

namespace sekisho::gateway {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kSecond = 1'000'000, kJapan = 9 * 3600, kDay = 86400;
constexpr const char *kFirst = "/finding.key", *kFolder = "/finding", *kEnding = ".key";
// Counted in quarters since the year 0. Before there were quarters, all had the first key.
constexpr int kFirstQuarter = 2026 * 4;
constexpr int kLastQuarter = 9999 * 4;

int quarter_of(std::int64_t time_us) {
  const std::int64_t local = time_us / kSecond + kJapan;
  const std::int64_t days = (local >= 0 ? local : local - kDay + 1) / kDay;
  const auto date = policy::civil_from_days(days);
  const int quarter = static_cast<int>(date.year) * 4 + static_cast<int>(date.month - 1) / 3;
  return std::min(std::max(quarter, kFirstQuarter), kLastQuarter);
}

std::string name_of(int quarter) {
  const int month = quarter % 4 * 3 + 1;
  return std::to_string(quarter / 4) + (month < 10 ? "-0" : "-") + std::to_string(month);
}

std::optional<int> quarter_named(const std::string& name) {
  if (name.size() != 7 || name.find_first_not_of("0123456789-") != name.npos) return std::nullopt;
  const int quarter = std::atoi(name.c_str()) * 4 + (std::atoi(name.c_str() + 5) - 1) / 3;
  if (quarter < kFirstQuarter || quarter > kLastQuarter || name_of(quarter) != name)
    return std::nullopt;
  return quarter;
}

std::string next_key(const std::string& key, int quarter) {
  const std::string text = "sekisho finding key " + name_of(quarter);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  return std::string(reinterpret_cast<char*>(mac), size);
}

std::string base64_line(const std::string& key) {
  unsigned char text[64];
  const int n = EVP_EncodeBlock(text, reinterpret_cast<const unsigned char*>(key.data()),
                                static_cast<int>(key.size()));
  return std::string(reinterpret_cast<char*>(text), static_cast<std::size_t>(n)) + "\n";
}

bool is_there(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string path_of(const std::string& directory, int quarter) {
  return directory + kFolder + "/" + name_of(quarter) + kEnding;
}

std::vector<int> quarters_in(const std::string& directory) {
  std::vector<int> out;
  std::error_code code;
  for (fs::directory_iterator i(directory + kFolder, code), end; !code && i != end;
       i.increment(code)) {
    const fs::path& path = i->path();
    if (path.extension() != kEnding) continue;
    if (const auto quarter = quarter_named(path.stem().string())) out.push_back(*quarter);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Overwritten first: on a disk that writes in place nothing is left of it.
bool erase(const std::string& path, std::string& error) {
  struct stat status {};
  if (::stat(path.c_str(), &status) < 0) return errno == ENOENT;
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const std::string zeros(static_cast<std::size_t>(status.st_size), '0');
  const bool done = fd >= 0 &&
                    ::write(fd, zeros.data(), zeros.size()) == static_cast<ssize_t>(zeros.size()) &&
                    ::fsync(fd) == 0;
  if (!done) error = path + ": " + std::strerror(errno);
  if (fd >= 0) ::close(fd);
  return done && audit::remove_durably(path, error);
}

}  // namespace

std::string epoch_of(std::int64_t time_us) {
  return name_of(quarter_of(time_us));
}

std::shared_ptr<FindingKeys> FindingKeys::load_or_make(const std::string& keys_directory,
                                                       std::string& error) {
  std::shared_ptr<FindingKeys> keys(new FindingKeys(keys_directory));
  return keys->read(true, error) ? keys : nullptr;
}

std::shared_ptr<FindingKeys> FindingKeys::load(const std::string& keys_directory,
                                               std::string& error) {
  std::shared_ptr<FindingKeys> keys(new FindingKeys(keys_directory));
  return keys->read(false, error) ? keys : nullptr;
}

bool FindingKeys::read(bool make, std::string& error) {
  const std::string first = directory_ + kFirst;
  const std::vector<int> left = quarters_in(directory_);
  std::optional<std::string> first_key;
  std::map<int, std::string> found;
  if (is_there(first) || (make && left.empty())) {
    first_key = make ? load_or_make_key(first, error) : load_key(first, error);
    if (!first_key) return false;
    found[kFirstQuarter] = next_key(*first_key, kFirstQuarter);
  } else if (left.empty()) {
    error = first + ": there is no key";
    return false;
  }
  for (const int quarter : left) {
    auto key = load_key(path_of(directory_, quarter), error);
    if (!key) return false;
    if (found.empty()) found[quarter] = *key;
    std::string derived = found.begin()->second;
    for (int q = found.begin()->first + 1; q <= quarter; ++q) derived = next_key(derived, q);
    if (derived == *key) continue;
    error = path_of(directory_, quarter) +
            ": it does not belong to the older keys beside it; bring together what belongs "
            "together: all files of one gateway's keys";
    return false;
  }
  const std::lock_guard lock(mutex_);
  first_ = std::move(first_key);
  base_ = found.begin()->first;
  known_ = std::move(found);
  return true;
}

bool FindingKeys::read_again(std::string& error) {
  return read(false, error);
}

const std::string& FindingKeys::key_of(int quarter) const {
  auto last = std::prev(known_.end());
  if (last->first >= quarter) return known_.at(quarter);
  std::string key = last->second;
  for (int q = last->first + 1; q <= quarter; ++q) known_[q] = key = next_key(key, q);
  return known_.at(quarter);
}

audit::FindingKey FindingKeys::at(std::int64_t time_us) const {
  const std::lock_guard lock(mutex_);
  const int quarter = std::max(quarter_of(time_us), base_);
  return {name_of(quarter), key_of(quarter)};
}

std::vector<audit::FindingKey> FindingKeys::until(std::int64_t time_us) const {
  const std::lock_guard lock(mutex_);
  std::vector<audit::FindingKey> out;
  if (first_) out.push_back({"", *first_});
  for (int q = base_; q <= std::max(quarter_of(time_us), base_); ++q)
    out.push_back({name_of(q), key_of(q)});
  return out;
}

std::string FindingKeys::oldest() const {
  const std::lock_guard lock(mutex_);
  return first_ ? "" : name_of(base_);
}

Forgotten forget_finding_keys(const std::string& keys_directory, std::int64_t time_us,
                              std::int64_t now_us, std::string& error) {
  const int quarter = quarter_of(time_us);
  if (quarter >= quarter_of(now_us)) return Forgotten::kInUse;
  const auto keys = FindingKeys::load(keys_directory, error);
  if (!keys) return Forgotten::kFailed;
  const std::string oldest = keys->oldest();
  if (!oldest.empty() && *quarter_named(oldest) > quarter) return Forgotten::kAlready;
  const std::string next = path_of(keys_directory, quarter + 1);
  std::string key;
  for (const audit::FindingKey& k : keys->until(now_us))
    if (k.epoch == name_of(quarter + 1)) key = k.key;
  if (!audit::make_folder(keys_directory + kFolder, error) ||
      (!is_there(next) && !audit::write_durably(next, base64_line(key), error)))
    return Forgotten::kFailed;
  if (!erase(keys_directory + kFirst, error)) return Forgotten::kFailed;
  for (const int q : quarters_in(keys_directory))
    if (q <= quarter && !erase(path_of(keys_directory, q), error)) return Forgotten::kFailed;
  return Forgotten::kDone;
}

}  // namespace sekisho::gateway
