#pragma once

// What leaves the gateway about one exchange: its decision, with its outcome as soon as there is
// one. Made of the log's lines; docs/sinks.md.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/index/incidents.h"
#include "audit/index/indexed_record.h"

namespace sekisho::audit {

struct ExportedEvent {
  // A decision, with decision.outcome when it is known; an outcome whose decision is not at hand;
  // or a record about the log or its operation.
  IndexedRecord record;
  std::string line;          // of it, as it stands in the log
  std::string outcome_line;  // of a decision; "" = none is known
  std::int64_t outcome_us = 0;
  bool again = false;        // the decision was told before, without its outcome
  bool found_later = false;  // it had to be looked up: what incident it belongs to is not known
};

// Joins decisions with outcomes. A decision waits `hold_us` of the log's own time, and then goes
// alone: its outcome follows as a second event that repeats it.
class Pairing {
 public:
  static constexpr std::int64_t kHoldUs = 10'000'000;
  static constexpr std::size_t kHeld = 4096, kRemembered = 16384;

  Pairing(const Categories& categories, std::int64_t hold_us = kHoldUs)
      : reader_(categories), hold_us_(hold_us) {}

  // Appends what is complete with this line. Lines that are no records are left out.
  void add(std::string_view line, std::vector<ExportedEvent>& out);
  // What still waits: nothing more comes, or nothing came for a while.
  void flush(std::vector<ExportedEvent>& out);
  // The record that a reader must begin at again to lose nothing; nothing = none waits.
  std::optional<std::uint64_t> oldest() const;
  bool waiting() const { return held_ > 0; }
  // What an earlier run counted as incidents.
  Incidents& incidents() { return incidents_; }

 private:
  struct Entry {
    ExportedEvent event;
    bool told = false;
  };
  void add_outcome(IndexedRecord&& record, std::string_view line, std::vector<ExportedEvent>& out);
  void release(std::int64_t before_us, std::size_t most, std::vector<ExportedEvent>& out);
  void forget();

  IndexedRecordReader reader_;
  std::int64_t hold_us_;
  Incidents incidents_;
  IndexedRecord record_;
  std::unordered_map<std::int64_t, Entry> decisions_;  // by seq
  std::deque<std::int64_t> order_;                     // of decisions_, oldest first
  std::size_t held_ = 0, first_held_ = 0;              // first_held_: in order_, or behind
};

}  // namespace sekisho::audit
