#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/async.h"

namespace sekisho::gateway {

// Whether there is room for another client: limits.connections, and the descriptors of the process,
// of which a client may need two (its own connection and the origin's). All workers together;
// thread-safe.
class ConnectionRoom {
 public:
  enum class Verdict { kRoom, kNoDescriptors, kNoConnections };

  // `in_use`: descriptors that are open already. False: the rest does not suffice for
  // `connections`; allowed() is what it suffices for.
  bool set_up(std::size_t connections, std::size_t in_use);
  std::size_t allowed() const { return allowed_; }

  Verdict look() const;
  void entered() { ++open_; }
  void ending() { ++ending_; }  // told to end, not gone yet: counts no more
  void left(bool was_ending);
  std::size_t open() const { return open_; }

  // One line in the log an episode, however often they are called.
  void note_paused(std::string_view why);
  void note_refused();
  // Sentences for /readyz: what happened within the last ten seconds.
  std::vector<std::string> warnings() const;

 private:
  struct Episode {
    std::atomic<Clock::rep> last{0};  // 0 = never
    bool begins();                    // nothing of the kind for a minute
    bool recent() const;
  };
  std::size_t connections_ = 0, allowed_ = 0;
  std::atomic<std::size_t> open_{0}, ending_{0};
  Episode paused_, refused_;
};

// Descriptors open in this process now.
std::size_t open_descriptors();

}  // namespace sekisho::gateway
