#include "bench/lab/service/service_loop.h"

#include <algorithm>

#include "bench/lab/net/clock.h"
#include "bench/lab/net/loopback.h"

namespace sekisho::lab {
namespace {

constexpr std::size_t kScratch = 256 * 1024;
constexpr std::uint64_t kIdleTurn = 200'000'000;
constexpr int kAcceptsATurn = 64;

}  // namespace

ServiceLoop::ServiceLoop(int listener, SSL_CTX* tls, const ServiceOptions& options)
    : listener_(listener), tls_(tls), options_(options), scratch_(kScratch) {
  poller_.add(listener_, nullptr);
}

void ServiceLoop::run() {
  for (;;) {
    for (const epoll_event& event : poller_.wait(until_next_due())) {
      void* const tag = event.data.ptr;  // the event is packed: nothing may refer into it
      if (!tag) {
        accept_some();
        continue;
      }
      const std::uint64_t number = numbers_.at(tag);
      if (static_cast<ServiceConnection*>(tag)->on_event(event.events))
        note_due(number);
      else
        drop(number);
    }
    fire_due();
  }
}

void ServiceLoop::accept_some() {
  for (int i = 0; i < kAcceptsATurn; ++i) {
    const int fd = accept_from(listener_);
    if (fd < 0) return;
    auto connection =
        std::make_unique<ServiceConnection>(fd, SslPtr(SSL_new(tls_)), poller_, options_, scratch_);
    numbers_[connection.get()] = ++next_number_;
    connections_[next_number_] = std::move(connection);
  }
}

void ServiceLoop::drop(std::uint64_t number) {
  const auto found = connections_.find(number);
  numbers_.erase(found->second.get());
  connections_.erase(found);
}

void ServiceLoop::note_due(std::uint64_t number) {
  if (const auto due = connections_.at(number)->take_due()) dues_.push({*due, number});
}

std::uint64_t ServiceLoop::until_next_due() const {
  if (dues_.empty()) return kIdleTurn;
  const std::uint64_t now = now_ns();
  return dues_.top().at > now ? std::min(dues_.top().at - now, kIdleTurn) : 0;
}

void ServiceLoop::fire_due() {
  while (!dues_.empty() && dues_.top().at <= now_ns()) {
    const std::uint64_t number = dues_.top().connection;
    dues_.pop();
    const auto found = connections_.find(number);
    if (found == connections_.end()) continue;
    if (found->second->on_due())
      note_due(number);
    else
      drop(number);
  }
}

}  // namespace sekisho::lab
