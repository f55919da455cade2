#pragma once

// Which reviews of terms are due.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "policy/snapshot.h"

namespace sekisho::gateway {

struct DueReview {
  std::string provider, entry;  // entry "" = the catalogue alone
  std::string within;           // "180d"
  std::optional<config::Date> reviewed_at;
  std::string by;                         // "overlay", "catalogue", "policy"; "" = nobody
  std::string state;                      // missing | overdue | soon | ok
  std::optional<std::int64_t> days_left;  // negative = days overdue
  bool required = false;                  // the entry refuses without it
};

// Of every service that a destination entry names; an entry that asks for no review is held against
// `within`. Worst first.
std::vector<DueReview> due_reviews(const policy::Snapshot& snapshot, const std::string& within,
                                   std::int64_t now);
std::string due_text(const std::vector<DueReview>& reviews, bool japanese);
std::string due_json(const std::vector<DueReview>& reviews);

}  // namespace sekisho::gateway
