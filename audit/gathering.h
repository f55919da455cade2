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

  // The next commit begins as soon as so many wait for it, at the latest then. A request that is
  // alone under way is never kept.
  std::size_t enough() const { return enough_; }
  Steady::time_point until() const { return until_; }

 private:
  std::size_t enough_ = 1;
  Steady::time_point until_{};
};

}  // namespace sekisho::audit
