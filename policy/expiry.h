#pragma once

// What ends in a policy: approvals of destinations, exceptions, reviews of terms. Told 14 days
// ahead by `check`, the log, /readyz and /metrics.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::policy {

class Snapshot;

struct Expiry {
  enum class Kind { kDestination, kException, kReview };
  Kind kind = Kind::kDestination;
  std::string id;     // of the entry or exception; of a review the service
  std::string entry;  // of a review: the entry that requires it
  std::string ticket;
  std::optional<std::int64_t> end;  // unix second; nothing = a review that nobody has made
};
std::string_view to_word(Expiry::Kind kind);  // destination | exception | review

std::vector<Expiry> expiries(const Snapshot& snapshot);
// Of the approval of an exception or, where it has none, of an entry; "" = there is none.
std::string ticket_of(const Snapshot& snapshot, std::string_view exception, std::string_view entry);

// "the destination 'x' (SEC-4501) ends in 5 days / …"; "" while it is further off than 14 days.
std::string expiry_warning(const Expiry& expiry, std::int64_t now);

struct ExpiryCount {
  Expiry::Kind kind = Expiry::Kind::kDestination;
  std::int64_t next = 0;           // the next end; 0 = none lies ahead
  std::size_t soon = 0, over = 0;  // end within 14 days; have ended or never began
};
std::vector<ExpiryCount> count_expiries(const Snapshot& snapshot, std::int64_t now);  // every kind

}  // namespace sekisho::policy
