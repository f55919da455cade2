#include "audit/gathering.h"

#include <algorithm>

namespace sekisho::audit {
namespace {

// On a slow disk: what a request may lose to the others.
constexpr std::chrono::milliseconds kLongest{1};

}  // namespace

// Under way are those that were answered and may ask again, and those that came meanwhile. Who
// comes right behind a commit waits for two syncs then, as whoever has just missed one does.
void Gathering::committed(std::size_t waiting, std::size_t arrived, Steady::duration took,
                          Steady::time_point end) {
  enough_ = std::max<std::size_t>(waiting + arrived, 1);
  until_ = end + std::min<Steady::duration>(took, kLongest);
}

}  // namespace sekisho::audit
