#include "audit/gathering.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

// What a request may lose to the others.
constexpr std::chrono::milliseconds kLongest{1};

}  // namespace

// Under way are those that were answered and may ask again, and those that came meanwhile. Who
// comes right behind a commit waits for two syncs then, as whoever has just missed one does.
void Gathering::committed(std::size_t waiting, std::size_t arrived, Steady::duration took,
                          Steady::time_point end) {
  enough_ = std::max<std::size_t>(waiting + arrived, 1);
  seen_ = arrived;
  span_ = took;
  latest_ = end + kLongest;
  until_ = std::min(end + span_, latest_);
}

bool Gathering::goes_on(std::size_t waiting, Steady::time_point now) {
  if (waiting >= enough_) return false;
  if (now < until_) return true;
  if (waiting <= seen_ || now >= latest_) return false;
  seen_ = waiting;
  until_ = std::min(until_ + 2 * span_, latest_);
  return now < until_;
}

}  // namespace sekisho::audit
