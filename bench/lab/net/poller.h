#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

namespace sekisho::lab {

// epoll, level-triggered; the tag comes back in `data.ptr` of an event. Closing a descriptor
// removes it.
class Poller {
 public:
  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  void add(int fd, void* tag, bool write = false);
  void want_write(int fd, void* tag, bool write);
  std::span<const epoll_event> wait(std::uint64_t most_ns);

 private:
  int epoll_;
  std::array<epoll_event, 256> events_;
};

}  // namespace sekisho::lab
