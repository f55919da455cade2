#pragma once

// An SDK that is refused tries again, two or three times: one incident, several attempts.

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "audit/index/indexed_record.h"

namespace sekisho::audit {

class Incidents {
 public:
  // The same user, host, path, model, verdict and values, again so soon, is the same incident; with
  // a retry count of the client's also when nothing was found.
  static constexpr std::int64_t kWindowUs = 60'000'000;
  static std::int64_t fingerprint(const IndexedDecision& d);

  // Sets fingerprint, incident and opens.
  void place(IndexedRecord& record);
  // What an earlier run saw.
  void remember(std::int64_t fingerprint, std::int64_t incident, std::int64_t time_us);
  // What is held: at most about twice what came within the window.
  std::size_t size() const { return last_.size(); }

 private:
  static constexpr std::size_t kFew = 1000;
  struct Last {
    std::int64_t incident = 0, time_us = 0;
  };
  void forget_before(std::int64_t time_us);
  std::unordered_map<std::int64_t, Last> last_;
  std::size_t many_ = kFew;  // at so many the old ones are dropped
};

}  // namespace sekisho::audit
