#pragma once

// A log whose durable part has changed is not written to until two persons accept the damage. The
// gateway leaves what it found in keeping/damage.jsonl; `sekisho audit accept-damage` puts names
// beside it; the next start compares, goes on, and records both.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "audit/control_records.h"
#include "audit/store.h"

namespace sekisho::audit {

struct AcceptedBy {
  std::string name, reason, time;  // time: RFC 3339
};

struct FoundDamage {
  Damage damage;
  std::string digest;                // hex of SHA-256 of the segment as it is now
  std::vector<AcceptedBy> accepted;  // by two persons, before the log goes on
};
// The record `damage`, with who accepted it.
std::string accepted_damage_tail(const ControlFrame& frame, const FoundDamage& found);

class DamageAcceptance {
 public:
  // What was accepted so far; a file that cannot be read accepts nothing.
  explicit DamageAcceptance(Store& store);

  // Names the two persons in `found`. False: nobody, or only one, has accepted this.
  bool covers(FoundDamage& found) const;

  // Leaves what was found for the two to look at. Returns the sentence that says what to do.
  static std::string refuse(Store& store, const std::vector<FoundDamage>& found);
  // The record is written: what was accepted goes to torn/.
  static void close(Store& store, std::uint64_t seq);

 private:
  struct Line {
    std::string segment, digest;
    AcceptedBy by;
  };
  std::vector<Line> lines_;
};

enum class AcceptStep { kFirst, kSecond, kSamePerson, kNothingFound, kFailed };
// One person accepts everything that the last start found.
AcceptStep accept_damage(const std::string& directory, const AcceptedBy& by,
                         std::vector<FoundDamage>& found, std::string& error);

// Of bytes that were read.
std::string sha256_hex(std::string_view bytes);

}  // namespace sekisho::audit
