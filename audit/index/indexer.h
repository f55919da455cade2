#pragma once

// Reads the log into the index. What is in the index can be had again from the log at any time;
// where the two differ, the log is right and the index is built anew.

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "audit/index/database.h"
#include "audit/index/indexed_record.h"

namespace sekisho::audit {

struct IndexSettings {
  std::string log;                  // directory of the segments
  std::string zone = "Asia/Tokyo";  // of its days
  Categories categories;            // of types, for records that do not say it
  // The same, asked for only when a record with findings is read, and anew after a reload of the
  // policy: it takes a while. May be empty.
  std::function<Categories()> find_categories;
  bool thorough = false;  // look through all pages of a large file too, for who has the time
  // Asked again and again while another process writes the index; false: give up. Empty: at once.
  std::function<bool()> wait;
  const std::atomic<bool>* stop = nullptr;              // true: end; what is not written is left
  std::function<void(std::uint64_t records)> progress;  // of a rebuild, now and then
};

// "<log>/index/index.sqlite".
std::string index_path(const std::string& log);

struct IndexReport {
  std::string error;  // "" = the index is up to date
  bool busy = false;  // the error is that another process is writing it
  bool rebuilt = false;
  std::string why_rebuilt;
  std::uint64_t added = 0;  // records
  std::uint64_t size = 0;   // records that are indexed
};

class Indexer {
 public:
  explicit Indexer(IndexSettings settings);
  ~Indexer();
  // Adds what the log has more, up to `end` (not with it; nothing = all). Builds the index first if
  // there is none, or if it is of another version, damaged, or of another log.
  IndexReport catch_up(std::optional<std::uint64_t> end = std::nullopt);
  // Makes a new file and puts it in the place of the old one.
  IndexReport rebuild();
  // A new file at `path`, of the records before `end`; the log's own index stays as it is.
  IndexReport build_at(const std::string& path, std::uint64_t end);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
