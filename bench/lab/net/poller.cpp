#include "bench/lab/net/poller.h"

#include <unistd.h>

#include <ctime>

namespace sekisho::lab {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

epoll_event event_for(void* tag, bool write) {
  epoll_event event{};
  event.events = EPOLLIN | (write ? static_cast<std::uint32_t>(EPOLLOUT) : 0u);
  event.data.ptr = tag;
  return event;
}

}  // namespace

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Poller::~Poller() {
  close(epoll_);
}

void Poller::add(int fd, void* tag, bool write) {
  epoll_event event = event_for(tag, write);
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Poller::want_write(int fd, void* tag, bool write) {
  epoll_event event = event_for(tag, write);
  epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

std::span<const epoll_event> Poller::wait(std::uint64_t most_ns) {
  const timespec most{static_cast<time_t>(most_ns / kSecond), static_cast<long>(most_ns % kSecond)};
  const int count =
      epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &most, nullptr);
  return {events_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

}  // namespace sekisho::lab
