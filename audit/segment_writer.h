#pragma once

// Appends records to the open segment and knows what is durable. Belongs to one thread at a time.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/chain.h"
#include "audit/control_records.h"
#include "audit/journal.h"
#include "audit/proof/checkpoint.h"
#include "audit/store.h"

namespace sekisho::audit {

struct Recovery;

class SegmentWriter {
 public:
  SegmentWriter(Store& store, const JournalSettings& settings)
      : store_(store), settings_(settings), keys_(settings.checkpoints.keys) {}

  // Recovers, begins a segment, writes `boot`. False: see error().
  bool begin(std::int64_t now_us);

  // Writes and syncs all of `tails` in one go; the seq of the first, 0 = failed: then nothing may
  // be said to be durable, and only resume() leads back.
  // A `checkpoint` record goes first when one is due.
  std::uint64_t commit(const std::vector<std::string_view>& tails, std::int64_t now_us);

  // From now on the next commit holds a `checkpoint` record, if there is anything to say.
  void want_checkpoint() { checkpoint_wanted_ = true; }
  bool checkpoint_wanted() const { return checkpoint_wanted_; }
  // Records since the last checkpoint, the one that tells of it left out.
  bool grown() const { return next_seq_ > checkpoint_size_ + 1; }
  // What the `checkpoint` record of the last commit spoke of: durable, to be signed.
  std::optional<TreeState> take_checkpoint();
  TreeState state() const { return {tree_, link_}; }
  void told(std::vector<Journal::Told> answers);
  // Publishes them with the next commit.
  void set_keys(LogKeys keys);

  bool healthy() const { return trouble_ == Trouble::kNone; }
  const std::string& error() const { return error_; }
  // Writes the `gap` record, in a new segment if the last one cannot be trusted any more.
  bool resume(std::uint64_t refused, std::uint64_t lost, std::int64_t now_us);

  // While the disk is nearly full: what must be told all the same, in the room that was reserved.
  // False: it could not be written.
  bool write_last_words(const std::vector<std::string_view>& tails);
  bool lacks_space() const { return trouble_ == Trouble::kNoSpace; }

  void end(std::int64_t now_us);  // `stop`, sealed

  std::uint64_t size() const { return next_seq_; }
  const Link& link() const { return link_; }
  const LeafRange& tree() const { return tree_; }

 private:
  enum class Trouble {
    kNone,
    kNoSpace,   // the segment is good, the disk is nearly full
    kNoSegment  // the next record needs a new segment
  };
  ControlFrame frame(std::int64_t now_us) const { return {now_us, settings_.gateway}; }
  bool fail(Trouble trouble, const std::string& what, int code);
  bool has_space();
  void hold_reserve();
  bool draw_on_reserve(std::uint64_t needed);
  bool is_accepted(Recovery& found);
  bool create_segment();
  void add_line(std::string_view tail);
  bool write_lines();
  void poison(std::size_t written);
  void begin_lines();
  bool begin_with(const std::vector<std::string>& tails, std::int64_t now_us);
  bool checkpoint_due() const;
  void add_checkpoint(std::int64_t now_us);
  void add_key(std::int64_t now_us);

  Store& store_;
  const JournalSettings& settings_;
  ChainHash hash_;

  // What is durable.
  std::uint64_t next_seq_ = 0;
  Link link_{};
  LeafRange tree_;
  std::string segment_;  // the open one, "" = none
  std::uint64_t segment_bytes_ = 0;

  // What is being written.
  std::string lines_;
  std::uint64_t line_seq_ = 0;
  Link line_link_{};
  LeafRange line_tree_;
  std::optional<TreeState> line_checkpoint_;

  std::optional<TreeState> checkpoint_;  // durable, not taken yet
  std::uint64_t checkpoint_size_ = 0;
  bool checkpoint_wanted_ = false;
  std::vector<Journal::Told> told_;
  LogKeys keys_;
  bool key_unsaid_ = false;

  Trouble trouble_ = Trouble::kNone;
  std::uint64_t reserve_left_ = 0;
  bool reserve_spent_ = false;  // some of it was let go, and is not held again yet
  std::string error_;
  Gap gap_;                // what the next `gap` record will say
  std::string put_aside_;  // a file whose name the next segment needs
};

}  // namespace sekisho::audit
