#pragma once

// Legal holds: what must stay whatever its age, until two persons let it go. keeping/holds.jsonl
// tells every step, in order, and never loses a line.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/record_view.h"

namespace sekisho::audit {

// What is held; an empty member asks for nothing.
struct HoldScope {
  std::string user, id;                        // of an exchange
  std::optional<std::int64_t> from_us, to_us;  // half-open
};

struct Hold {
  std::string name;  // of the case
  HoldScope scope;
  std::string by, reason;
  std::int64_t since_us = 0;
  // Who asked for the release, and why; "" = nobody. It is over when a second person agrees.
  std::string release_by, release_reason;
  bool over = false;
};

class Holds {
 public:
  // `error` when the file cannot be read, a line of it is none, or one is missing: then nothing
  // may be removed.
  static std::optional<Holds> read(const std::string& directory, std::string& error);

  const std::vector<Hold>& all() const { return holds_; }
  bool any() const;  // in force
  // The first hold in force that asks for this exchange; nullptr = none.
  const Hold* holding(const DecisionRow& decision) const;
  const Hold* holding_id(std::string_view id) const;
  // The first that asks for all of a time, whoever it was, and of which some lies in [from, to].
  const Hold* holding_time(std::int64_t from_us, std::int64_t to_us) const;

  enum class Step { kDone, kAsked, kSamePerson, kNoSuchCase, kFailed };
  // The file first, so that a hold is in force even if its record cannot be written.
  bool add(const Hold& hold, std::string& error);
  // The first person asks, the second lets go: kAsked, then kDone.
  Step release(const std::string& name, const std::string& by, const std::string& reason,
               std::int64_t now_us, std::string& error);

 private:
  bool take(std::string_view line);
  bool append(const std::string& line, std::string& error);
  std::string directory_;
  std::vector<Hold> holds_;
  std::uint64_t lines_ = 0;
};

// "user hanako@example.co.jp, from 2026-07-01T…Z": for records and lists.
std::string scope_text(const HoldScope& scope);

}  // namespace sekisho::audit
