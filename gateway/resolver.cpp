#include "gateway/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr std::chrono::seconds kKeep{60};
constexpr std::chrono::seconds kKeepFailure{1};
constexpr std::size_t kCacheSize = 4096;

// One who waits: woken through its own timer, on its own executor.
struct Waiter {
  std::shared_ptr<Timer> timer;
  Executor executor;
};

void wake(const Waiter& waiter) {
  net::post(waiter.executor, [timer = waiter.timer] { timer->cancel(); });
}

Addresses of_literal(const config::IpAddress& ip) {
  Addresses a;
  a.ips.push_back(ip);
  return a;
}

}  // namespace

struct Resolver::State {
  struct Entry {
    Addresses answer;
    TimePoint until{};
    bool in_flight = false;
    std::vector<Waiter> waiters;
  };
  std::mutex mutex;
  std::map<std::string, Entry> entries;
  LookUp look_up;

  void answered(const std::string& host, Addresses answer) {
    std::vector<Waiter> waiters;
    {
      std::lock_guard lock(mutex);
      Entry& e = entries[host];
      e.until = Clock::now() + (answer.ips.empty() ? kKeepFailure : kKeep);
      e.answer = std::move(answer);
      e.in_flight = false;
      waiters.swap(e.waiters);
    }
    for (const Waiter& w : waiters) wake(w);
  }

  // Bounded: what is old goes first, then anything that nobody waits for.
  void make_room(TimePoint now) {
    if (entries.size() < kCacheSize) return;
    std::erase_if(entries,
                  [&](const auto& e) { return !e.second.in_flight && e.second.until <= now; });
    for (auto it = entries.begin(); entries.size() >= kCacheSize && it != entries.end();)
      it = it->second.in_flight ? std::next(it) : entries.erase(it);
  }
};

Resolver::Resolver(std::map<std::string, config::HostOverride> overrides, LookUp look_up)
    : state_(std::make_shared<State>()), overrides_(std::move(overrides)), threads_(4) {
  state_->look_up = std::move(look_up);
}

Awaitable<Addresses> Resolver::resolve(std::string host, Executor executor, TimePoint deadline) {
  if (auto it = overrides_.find(host); it != overrides_.end()) {
    Addresses a = of_literal(it->second.ip);
    a.port = it->second.port;
    co_return a;
  }
  if (auto ip = config::IpAddress::parse(host)) co_return of_literal(*ip);
  auto timer = std::make_shared<Timer>(executor);
  timer->expires_at(deadline);
  bool ask = false;
  {
    std::lock_guard lock(state_->mutex);
    const TimePoint now = Clock::now();
    auto it = state_->entries.find(host);
    if (it != state_->entries.end() && !it->second.in_flight && it->second.until > now)
      co_return it->second.answer;
    if (it == state_->entries.end()) state_->make_room(now);
    State::Entry& e = state_->entries[host];
    ask = !e.in_flight;
    e.in_flight = true;
    e.waiters.push_back(Waiter{timer, executor});
  }
  if (ask) {
    auto work = [state = state_, host] { state->answered(host, state->look_up(host)); };
    Addresses busy;
    busy.error = "too many look-ups are waiting";
    if (!threads_.post(std::move(work))) state_->answered(host, std::move(busy));
  }
  auto [ec] = co_await timer->async_wait(kAsTuple);
  std::lock_guard lock(state_->mutex);
  State::Entry& e = state_->entries[host];
  if (ec && !e.in_flight) co_return e.answer;
  std::erase_if(e.waiters, [&](const Waiter& w) { return w.timer == timer; });
  Addresses late;
  late.error = "timeout";
  co_return late;
}

Addresses Resolver::system_look_up(const std::string& host) {
  Addresses out;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int rc = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (rc != 0) {
    out.error = gai_strerror(rc);
    return out;
  }
  for (const addrinfo* a = list; a; a = a->ai_next) {
    if (a->ai_family == AF_INET) {
      const auto* in = reinterpret_cast<const sockaddr_in*>(a->ai_addr);
      out.ips.push_back(
          config::IpAddress::from_bytes(reinterpret_cast<const unsigned char*>(&in->sin_addr), 4));
    } else if (a->ai_family == AF_INET6) {
      const auto* in6 = reinterpret_cast<const sockaddr_in6*>(a->ai_addr);
      out.ips.push_back(config::IpAddress::from_bytes(in6->sin6_addr.s6_addr, 16));
    }
  }
  freeaddrinfo(list);
  if (out.ips.empty()) out.error = "no address";
  return out;
}

}  // namespace sekisho::gateway
