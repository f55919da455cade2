#pragma once

// The keys of the hashes that stand for found values in the log, one for each quarter of Japan's
// time. docs/finding_keys.md

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/record.h"

namespace sekisho::gateway {

// Each key is made of the one before it and leads to none before it: whoever erases the oldest ones
// cannot follow values of those quarters any more, and gateways that began with the same key agree
// without ever speaking to each other. Thread-safe.
class FindingKeys {
 public:
  // `keys/finding.key`, which is made when nothing is there, or what is left in `keys/finding/`
  // after something was forgotten. Null and `error` otherwise.
  static std::shared_ptr<FindingKeys> load_or_make(const std::string& keys_directory,
                                                   std::string& error);
  // The same, but never makes one.
  static std::shared_ptr<FindingKeys> load(const std::string& keys_directory, std::string& error);

  // The key for a record of that time. A time whose key was forgotten is given the oldest one that
  // is held.
  audit::FindingKey at(std::int64_t time_us) const;
  // All that are held, oldest first, up to that of `time_us`. "" is the epoch of records that name
  // none.
  std::vector<audit::FindingKey> until(std::int64_t time_us) const;
  // The epoch of the oldest that is held; "" = nothing was forgotten.
  std::string oldest() const;

  // Takes over what was forgotten on the disk meanwhile.
  bool read_again(std::string& error);

 private:
  explicit FindingKeys(std::string keys_directory) : directory_(std::move(keys_directory)) {}
  bool read(bool make, std::string& error);
  const std::string& key_of(int quarter) const;  // under the mutex; not older than what is held

  const std::string directory_;
  mutable std::mutex mutex_;
  std::optional<std::string> first_;  // of records without an epoch
  int base_ = 0;                      // the oldest quarter that has a key
  mutable std::map<int, std::string> known_;
};

// "2026-07" from July to September, in Japan.
std::string epoch_of(std::int64_t time_us);

enum class Forgotten { kDone, kAlready, kInUse, kFailed };
// Erases the keys of the quarter in which `time_us` lies and of all before it; that of the quarter
// of `now_us` is in use. What is left is on disk before anything goes.
Forgotten forget_finding_keys(const std::string& keys_directory, std::int64_t time_us,
                              std::int64_t now_us, std::string& error);

}  // namespace sekisho::gateway
