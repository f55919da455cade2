#pragma once

// How long a commit waits for more records before it begins: each sync has its price, and requests
// that come one by one while the disk is busy would pay one each. Belongs to one thread.

#include <chrono>
#include <cstddef>

namespace sekisho::audit {

class Gathering {
 public:
  using Steady = std::chrono::steady_clock;

  // A commit that `waiting` requests waited for took `took` until `end`; `arrived` more came
  // meanwhile.
  void committed(std::size_t waiting, std::size_t arrived, Steady::duration took,
                 Steady::time_point end);
  // Nothing is known of the disk: the next commit begins at once.
  void forget() { enough_ = 1; }

  // Whether the next commit waits, until until(), with `waiting` requests for it: no longer once
  // all are there that are under way, so that a request that is alone is never kept; as long as a
  // sync takes; and on in spans of two syncs while each brings one more. Where requests come so
  // close together the processor is what they wait for, and a sync spared is time for them: behind
  // the gateway, 16 in flight come sooner by a fifth (docs/performance.md).
  bool goes_on(std::size_t waiting, Steady::time_point now);
  Steady::time_point until() const { return until_; }
  // So many need no time.
  std::size_t enough() const { return enough_; }

 private:
  std::size_t enough_ = 1;
  std::size_t seen_ = 0;  // waited when the present span began
  Steady::duration span_{};
  Steady::time_point until_{}, latest_{};
};

}  // namespace sekisho::audit
