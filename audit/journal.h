#pragma once

// The append-only, hash-chained audit log. One writer thread; a decision is complete when it is on
// disk (group commit: the sync is the window).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "audit/proof/key_rotation.h"
#include "audit/record.h"
#include "audit/store.h"

namespace sekisho::audit {

struct CheckpointSettings {
  LogKeys keys;  // none: no checkpoints
  // A checkpoint is due after so many records, and after so long if there is a new record at all.
  std::chrono::milliseconds every{10'000};
  std::uint64_t records = 4096;
  // Called with each signed note that was written, from a thread of the journal; must return soon.
  std::function<void(std::uint64_t size, const std::string& note)> written;
};

struct JournalSettings {
  bool sync = true;                         // false: laboratory only
  std::size_t queue_bytes = 16u << 20;      // bound of what waits, all workers together
  std::uint64_t segment_bytes = 64u << 20;  // a new segment after that
  std::string finding_key;
  // The key for a record of that time (unix microseconds), in the place of `finding_key`; any
  // thread.
  std::function<FindingKey(std::int64_t time_us)> finding_key_at;
  std::string gateway;
  std::uint64_t min_free_bytes = 16u << 20;  // below: refuse before the disk is full
  // Held on the disk for the last records when it is nearly full; 0 = none.
  std::uint64_t reserve_bytes = 0;
  // Unix microseconds for the records that the journal writes about itself; empty = the system's
  // clock.
  std::function<std::int64_t()> clock;
  CheckpointSettings checkpoints;
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
  // Takes what the `done`s of a commit put down to the thread that it is for, which is woken once
  // for all of them. Called by the writer thread behind the last of them.
  class Courier {
   public:
    virtual ~Courier() = default;
    virtual void carry() = 0;
  };
  // False = no room in the queue now (ask again after room()), `done` is not taken. `courier`, null
  // = none, lives until `done` was called.
  bool record(const Decision& decision, Done&& done, Courier* courier = nullptr);
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
    std::string root;        // base64 of the tree's root
    // prev of the record behind it; "" = not known. A head without it is of a version that had no
    // tree: `root` then is the link.
    std::string link;
  };
  Head head() const;

  // The newest checkpoint that was signed and written.
  struct Checkpointed {
    std::uint64_t size = 0;    // 0 = none since the start
    std::int64_t time_us = 0;  // when, unix time
    std::string error;         // why the last one could not be written, "" = it could
  };
  Checkpointed checkpoint() const;
  // A place outside heard of a checkpoint, or did not. Told by the next `checkpoint` record.
  struct Told {
    std::string witness;
    std::uint64_t size = 0;
    std::string answer;  // "ok", or what went wrong
  };
  void told(Told answer);
  // Signs with these from the next commit on, after a record that says so.
  void set_keys(LogKeys keys);
  std::uint64_t commits() const;
  std::uint64_t records() const;

 private:
  Journal();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sekisho::audit
