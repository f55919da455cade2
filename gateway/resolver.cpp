#include "gateway/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <mutex>

#include "gateway/offload.h"

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
using Family = Resolver::Family;
constexpr std::chrono::seconds kKeep{60};
constexpr std::chrono::seconds kKeepFailure{1};
constexpr std::size_t kCacheSize = 4096;

// One who waits; touched on its own executor only.
struct Waiter {
  explicit Waiter(Executor where) : executor(where), timer(where) {}
  Executor executor;
  Timer timer;
  std::optional<Addresses> answer;
};
using WaiterPtr = std::shared_ptr<Waiter>;

void tell(const WaiterPtr& waiter, const Addresses& answer) {
  net::post(waiter->executor, [waiter, answer] {
    waiter->answer = answer;
    waiter->timer.cancel();
  });
}

Addresses of_literal(const config::IpAddress& ip) {
  Addresses a;
  a.ips.push_back(ip);
  return a;
}

Addresses failed(std::string why) {
  Addresses a;
  a.error = std::move(why);
  return a;
}

template <class T>
void add_once(const T& one, std::vector<T>& to) {
  if (std::find(to.begin(), to.end(), one) == to.end()) to.push_back(one);
}

void join(const Addresses& more, Addresses& into) {
  for (const auto& ip : more.ips) add_once(ip, into.ips);
  for (const auto& name : more.aliases) add_once(name, into.aliases);
}

// getaddrinfo tells the end of the aliases only; the older call tells each of them. The name
// servers have just answered for this kind of address. What cannot be told is left out.
void add_hops(const std::string& host, int family, Addresses& out) {
  constexpr std::size_t kMostHops = 32, kMostRoom = 64 << 10;
  std::vector<char> room(4 << 10);
  hostent storage{};
  hostent* answer = nullptr;
  int error = 0;
  while (gethostbyname2_r(host.c_str(), family, &storage, room.data(), room.size(), &answer,
                          &error) == ERANGE &&
         room.size() < kMostRoom)
    room.resize(room.size() * 2);
  if (answer == nullptr) return;
  for (char** hop = answer->h_aliases; hop && *hop && out.aliases.size() < kMostHops; ++hop)
    if (host != *hop) add_once(std::string(*hop), out.aliases);
  if (host != answer->h_name) add_once(std::string(answer->h_name), out.aliases);
}

struct Entry {
  Addresses answer;
  TimePoint until{};    // the answer is used till then
  int running = 0;      // look-ups in flight
  bool whole = false;   // the look-up of both kinds gave the answer
  bool halves = false;  // each kind is asked for alone
  std::vector<WaiterPtr> waiters;

  bool found() const { return !answer.ips.empty(); }
};

}  // namespace

struct Resolver::State {
  std::mutex mutex;
  std::map<std::string, Entry> entries;
  LookUp look_up;
  // Two sets: look-ups of both kinds that hang must not keep the single ones waiting. Last, so that
  // they are ended first.
  Offload whole_threads{4};
  Offload half_threads{4};

  void ask(const std::string& host, Family family) {
    auto work = [this, host, family] { ended(host, family, look_up(host, family)); };
    Offload& threads = family == Family::kBoth ? whole_threads : half_threads;
    if (!threads.post(std::move(work)))
      ended(host, family, failed("too many look-ups are waiting"));
  }

  void ask_halves(const std::string& host) {
    {
      std::lock_guard lock(mutex);
      Entry& e = entries[host];
      if (e.halves || e.running == 0) return;
      e.halves = true;
      e.running += 2;
    }
    ask(host, Family::kIpv4);
    ask(host, Family::kIpv6);
  }

  void ended(const std::string& host, Family family, Addresses result) {
    const bool ask_more = take(host, family, std::move(result));
    if (ask_more) ask_halves(host);
    std::lock_guard lock(mutex);
    Entry& e = entries[host];
    --e.running;
    if (e.found()) e.until = Clock::now() + kKeep;
    if (!e.found() && e.running == 0) e.until = Clock::now() + kKeepFailure;
    if (!e.found() && e.running > 0) return;
    for (const WaiterPtr& w : e.waiters) tell(w, e.answer);
    e.waiters.clear();
  }

  // True: each kind has to be asked for alone.
  bool take(const std::string& host, Family family, Addresses result) {
    std::lock_guard lock(mutex);
    Entry& e = entries[host];
    if (result.ips.empty()) {
      // The words of the whole look-up; a half says only "no address of this kind".
      if (!e.found() && (family == Family::kBoth || e.answer.error.empty())) e.answer = result;
      return family == Family::kBoth && result.temporary && !e.found();
    }
    if (family == Family::kBoth) {
      e.answer = std::move(result);
      e.whole = true;
    } else if (!e.found()) {
      e.answer = std::move(result);
    } else if (!e.whole) {
      join(result, e.answer);
    }
    return false;
  }

  // Registers `waiter`, or gives the answer that is still good. `first`: nobody asks yet.
  std::optional<Addresses> wait(const std::string& host, const WaiterPtr& waiter, bool& first) {
    std::lock_guard lock(mutex);
    const TimePoint now = Clock::now();
    if (!entries.contains(host)) make_room(now);
    Entry& e = entries[host];
    if (e.until > now) return e.answer;
    first = e.running == 0;
    if (first) {
      e.answer = {};
      e.whole = e.halves = false;
      e.running = 1;
    }
    e.waiters.push_back(waiter);
    return std::nullopt;
  }

  void leave(const std::string& host, const WaiterPtr& waiter) {
    std::lock_guard lock(mutex);
    if (const auto it = entries.find(host); it != entries.end())
      std::erase(it->second.waiters, waiter);
  }

  // Bounded: what is old goes first, then anything that nobody waits for.
  void make_room(TimePoint now) {
    if (entries.size() < kCacheSize) return;
    std::erase_if(entries,
                  [&](const auto& e) { return e.second.running == 0 && e.second.until <= now; });
    for (auto it = entries.begin(); entries.size() >= kCacheSize && it != entries.end();)
      it = it->second.running > 0 ? std::next(it) : entries.erase(it);
  }
};

Resolver::Resolver(std::map<std::string, config::HostOverride> overrides, LookUp look_up)
    : state_(std::make_unique<State>()), overrides_(std::move(overrides)) {
  state_->look_up = std::move(look_up);
}

Resolver::~Resolver() = default;

Awaitable<Addresses> Resolver::resolve(std::string host, Executor executor, TimePoint deadline) {
  if (auto it = overrides_.find(host); it != overrides_.end()) {
    Addresses a = of_literal(it->second.ip);
    a.port = it->second.port;
    co_return a;
  }
  if (auto ip = config::IpAddress::parse(host)) co_return of_literal(*ip);
  auto waiter = std::make_shared<Waiter>(executor);
  bool first = false;
  std::optional<Addresses> known = state_->wait(host, waiter, first);
  if (known) co_return *std::move(known);
  if (first) state_->ask(host, Family::kBoth);
  waiter->timer.expires_at(std::min(deadline, Clock::now() + kWholePatience));
  co_await waiter->timer.async_wait(kAsTuple);
  if (!waiter->answer && Clock::now() < deadline) {
    state_->ask_halves(host);
    waiter->timer.expires_at(deadline);
    co_await waiter->timer.async_wait(kAsTuple);
  }
  if (waiter->answer) co_return *std::move(waiter->answer);
  state_->leave(host, waiter);
  co_return failed("timeout");
}

Addresses Resolver::system_look_up(const std::string& host, Family family) {
  Addresses out;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG | AI_CANONNAME;
  if (family == Family::kIpv4) hints.ai_family = AF_INET;
  if (family == Family::kIpv6) hints.ai_family = AF_INET6;
  addrinfo* list = nullptr;
  const int rc = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (rc != 0) {
    out.error = gai_strerror(rc);
    out.temporary = rc == EAI_AGAIN || rc == EAI_FAIL || rc == EAI_SYSTEM;
    return out;
  }
  const std::string end = list && list->ai_canonname ? list->ai_canonname : host;
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
  const auto found = [&](bool v4) {
    return std::any_of(out.ips.begin(), out.ips.end(),
                       [v4](const auto& ip) { return ip.is_v4() == v4; });
  };
  if (end == host) return out;
  if (found(true)) add_hops(host, AF_INET, out);
  if (found(false)) add_hops(host, AF_INET6, out);
  add_once(end, out.aliases);
  return out;
}

}  // namespace sekisho::gateway
