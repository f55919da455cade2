#pragma once

// The append-only, hash-chained audit log. One writer thread; a decision is complete when it is on
// disk (group commit: the sync is the window).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/record.h"
#include "audit/store.h"

namespace sekisho::audit {

struct JournalSettings {
  bool sync = true;                         // false: laboratory only
  std::size_t queue_bytes = 16u << 20;      // bound of what waits, all workers together
  std::uint64_t segment_bytes = 64u << 20;  // a new segment after that
  std::string finding_key;
  std::string gateway;
  std::uint64_t min_free_bytes = 16u << 20;  // below: refuse before the disk is full
  // Unix microseconds for the records that the journal writes about itself; empty = the system's
  // clock.
  std::function<std::int64_t()> clock;
};

class Journal {
 public:
  // Opens or begins the log: recovers a torn tail (record `recovered`), verifies the last segment's
  // chain end, writes `boot`. nullptr and `error` if it cannot be opened for writing.
  static std::unique_ptr<Journal> open(std::unique_ptr<Store> store, JournalSettings settings,
                                       std::int64_t now_us, std::string& error);
  ~Journal();  // writes what waits, `stop`, seals

  // Called by the writer thread exactly once; `seq` 0 = could not be recorded (the caller refuses
  // the request).
  using Done = std::function<void(std::uint64_t seq)>;
  // False = no room in the queue now (ask again after room()), `done` is not taken.
  bool record(const Decision& decision, Done&& done);
  // Never waits for the disk: rides with the next commit, at most 50 ms late. Queued even when the
  // bound is reached (outcomes are few and small).
  void record(const Outcome& outcome);
  void record(const Admin& admin);
  // As above, but committed at once, and `done` hears how the first try went: at 0 the record is
  // kept for the next one all the same.
  void record(const Admin& admin, Done&& done);
  // Called once, from the writer thread, as soon as there is room again.
  void when_room(std::function<void()> call);

  // A failed write or sync poisons the segment: healthy() is false until a new segment was begun
  // with success (retried on the next record and every second). The refusals in between are counted
  // and told by a `gap` record.
  bool healthy() const;
  std::string last_error() const;
  void count_refused();  // a request that was refused since the journal could not write

  // Keeps the text of a loaded policy as policies/<digest>.yaml. False: could not be written.
  bool keep_policy(const std::string& digest, const std::string& text);

  struct Head {
    std::uint64_t size = 0;  // records
    std::string root;        // base64 of the chain value after the last record
  };
  Head head() const;
  std::uint64_t commits() const;
  std::uint64_t records() const;

 private:
  Journal();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
