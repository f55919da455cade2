#include "gateway/origin_pool.h"

#include <algorithm>

#include "gateway/connect_race.h"
#include "gateway/log.h"
#include "gateway/parent_proxy.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kIdlePerDestination = 64;
constexpr std::size_t kIdleInAll = 512;
// Under the 60 s after which common load balancers close: who closes first decides whether a
// request meets a connection that is being closed.
constexpr std::chrono::seconds kIdleTime{50};
// Addresses of one name that the parent proxy is asked for, one after the other.
constexpr std::size_t kMostAsked = 3;
// Addresses of one name that are asked for a TLS handshake.
constexpr std::size_t kMostHandshakes = 3;

std::string pool_key(const policy::Destination& to) {
  return to.scheme + "://" + to.host + ":" + std::to_string(to.port);
}

Lease fault(Lease::Fault kind, std::string detail) {
  Lease l;
  l.fault = kind;
  l.detail = std::move(detail);
  return l;
}

struct Judged {
  std::vector<policy::AddressFacts> allowed;
  Lease refused;  // fault set when nothing may be connected
};

// Every address of the name, before a packet goes to any of them.
Judged judge_all(const Addresses& addresses, std::uint16_t port, const AddressJudge& judge,
                 const policy::AddressGuard& guard) {
  Judged out;
  std::string guarded;
  policy::AddressFacts denied;
  bool any_denied = false;
  for (const auto& ip : addresses.ips) {
    if (std::string why = guard.refuse(ip, port); !why.empty()) {
      guarded = std::move(why);
      continue;
    }
    policy::AddressFacts facts = judge.look_up(ip);
    facts.ip = ip;
    facts.aliases = addresses.aliases;
    if (judge.denied(facts)) {
      any_denied = true;
      denied = std::move(facts);
    } else {
      out.allowed.push_back(std::move(facts));
    }
  }
  if (any_denied && (out.allowed.empty() || !judge.mixed_drops())) {
    out.refused = fault(Lease::Fault::kRegion, "address");
    out.refused.address = std::move(denied);
  } else if (!guarded.empty()) {
    out.refused = fault(Lease::Fault::kAddress, guarded);
  }
  return out;
}

Lease leased(policy::AddressFacts address, std::uint16_t port) {
  Lease made;
  made.ip = *address.ip;
  made.port = port;
  made.address = std::move(address);
  return made;
}

std::string authority_of(const config::IpAddress& ip, std::uint16_t port) {
  const std::string text = ip.to_string();
  return (ip.is_v4() ? text : "[" + text + "]") + ":" + std::to_string(port);
}

// Addresses in networks of `no_proxy` are connected to directly, and then only they. False: there
// are none.
bool leave_left_out(const ParentProxy& proxy, std::vector<policy::AddressFacts>& judged) {
  const auto left_out = [&](const policy::AddressFacts& f) { return proxy.leaves_out(*f.ip); };
  if (std::none_of(judged.begin(), judged.end(), left_out)) return false;
  std::erase_if(judged, [&](const policy::AddressFacts& f) { return !left_out(f); });
  return true;
}

Lease::Fault kind_of(OriginTls::Fault f) {
  switch (f) {
    case OriginTls::Fault::kCertificate:
      return Lease::Fault::kCertificate;
    case OriginTls::Fault::kTimeout:
      return Lease::Fault::kTimeout;
    default:
      return Lease::Fault::kTls;
  }
}

}  // namespace

Lease OriginPool::take_idle(const std::string& key, const AddressJudge& judge) {
  auto it = idle_.find(key);
  if (it == idle_.end()) return {};
  auto& list = it->second;
  while (!list.empty()) {
    const bool late = list.back().until <= Clock::now();
    Lease lease = std::move(list.back().lease);
    list.pop_back();
    --idle_count_;
    if (late || !lease.stream->quiet()) continue;
    std::vector<std::string> aliases = std::move(lease.address.aliases);
    lease.address = lease.unresolved ? unresolved_address() : judge.look_up(lease.ip);
    if (!lease.unresolved) lease.address.ip = lease.ip;
    lease.address.aliases = std::move(aliases);
    if (judge.denied(lease.address)) continue;
    lease.reused = true;
    return lease;
  }
  return {};
}

Awaitable<Lease> OriginPool::lease(policy::Destination to, const AddressJudge& judge,
                                   Millis patience, Take take) {
  Lease pooled;
  if (take == Take::kIdleOrFresh) pooled = take_idle(pool_key(to), judge);
  if (pooled.stream) {
    Counters::add(worker_.counters().origin_reused);
    co_return pooled;
  }
  const TimePoint deadline = Clock::now() + patience;
  std::unique_ptr<ByteStream> stream;
  Ways ways;
  Lease made = co_await open(to, judge, deadline, ways, stream);
  if (!stream) co_return made;
  if (to.scheme == "https") {
    made = co_await secure(to, std::move(made), deadline, ways, stream);
    if (!stream) co_return made;
  }
  HeadLimits limits;
  limits.bytes = worker_.services().settings.limits.request_head;
  limits.time = worker_.services().settings.limits.head_timeout;
  made.stream = make_h1_origin_stream(std::move(stream), limits);
  if (to.scheme == "http" && worker_.services().parent_proxy && !made.stream->quiet()) {
    // Bytes ahead of the request would be taken for its answer.
    made.stream.reset();
    made.fault = Lease::Fault::kProxy;
    made.detail = proxy_fault_word(ProxyTunnel::Fault::kFraming);
  }
  co_return made;
}

// No byte of the request is sent before TLS stands, so a handshake that breaks off is as good as no
// connection: the next judged address is tried. A certificate that is not the name's is none of
// these: whoever shows it must be told of, not passed by.
Awaitable<Lease> OriginPool::secure(const policy::Destination& to, Lease made, TimePoint deadline,
                                    Ways& ways, std::unique_ptr<ByteStream>& stream) {
  for (std::size_t turn = 1;; ++turn) {
    const bool more = !ways.judged.empty() && turn < kMostHandshakes;
    const TimePoint now = Clock::now();
    const TimePoint until = more ? now + (deadline - now) / 2 : deadline;
    OriginTls::Outcome tls =
        co_await worker_.services().origin_tls->connect(std::move(stream), to.host, to.port, until);
    if (tls.stream) {
      stream = std::move(tls.stream);
      co_return made;
    }
    Counters::add(worker_.counters().origin_failed);
    const bool certificate = tls.fault == OriginTls::Fault::kCertificate;
    if (certificate)
      Log::warn("origin_certificate",
                {{"host", to.host}, {"check", tls.check}, {"detail", tls.detail}});
    made.fault = kind_of(tls.fault);
    made.detail = certificate ? tls.check : tls.detail;
    stream.reset();
    if (certificate || !more || Clock::now() >= deadline) co_return made;
    Lease next = co_await open_next(ways, deadline, stream);
    // Nobody else answers: what the one said that did tells more.
    if (!stream) co_return made;
    made = std::move(next);
  }
}

Awaitable<Lease> OriginPool::connect_raw(policy::Destination to, const AddressJudge& judge,
                                         Millis patience, std::unique_ptr<ByteStream>& stream) {
  const TimePoint deadline = Clock::now() + patience;
  Ways ways;
  Lease made = co_await open(to, judge, deadline, ways, stream);
  co_return made;
}

Awaitable<Lease> OriginPool::open(const policy::Destination& to, const AddressJudge& judge,
                                  TimePoint deadline, Ways& ways,
                                  std::unique_ptr<ByteStream>& stream) {
  Services& services = worker_.services();
  const ParentProxy* proxy = services.parent_proxy.get();
  const bool through = proxy && proxy->serves(to.host);
  if (through && !proxy->settings().resolve_here && !to.literal &&
      !services.resolver->is_stated(to.host)) {
    Lease made = co_await open_unresolved(to, judge, deadline, stream);
    co_return made;
  }
  Addresses addresses = co_await services.resolver->resolve(to.host, worker_.executor(), deadline);
  if (addresses.ips.empty())
    co_return fault(addresses.error == "timeout" ? Lease::Fault::kTimeout : Lease::Fault::kName,
                    "name look-up (DNS): " + addresses.error);
  const std::uint16_t port = addresses.port.value_or(to.port);
  Judged judged = judge_all(addresses, port, judge, *services.guard);
  if (judged.refused.fault != Lease::Fault::kNone) co_return std::move(judged.refused);
  ways.port = port;
  ways.through = through && !leave_left_out(*proxy, judged.allowed);
  ways.judged = std::move(judged.allowed);
  Lease made = co_await open_next(ways, deadline, stream);
  co_return made;
}

Awaitable<Lease> OriginPool::open_next(Ways& ways, TimePoint deadline,
                                       std::unique_ptr<ByteStream>& stream) {
  if (ways.through) {
    Lease made = co_await open_through(ways, deadline, stream);
    co_return made;
  }
  Lease made = co_await open_directly(ways, deadline, stream);
  co_return made;
}

Awaitable<Lease> OriginPool::open_directly(Ways& ways, TimePoint deadline,
                                           std::unique_ptr<ByteStream>& stream) {
  Services& services = worker_.services();
  const std::uint16_t port = ways.port;
  std::vector<config::IpAddress> allowed;
  for (const auto& facts : ways.judged) allowed.push_back(*facts.ip);
  std::vector<config::IpAddress> once = allowed;
  Connected connected = co_await connect_first(worker_.executor(), worker_.deadlines(),
                                               std::move(once), port, deadline);
  if (!connected.stream && connected.error == kOutOfDescriptors) {
    services.room.note_paused(kOutOfDescriptors);
    if (idle_count_ == 0) co_return fault(Lease::Fault::kBusy, kOutOfDescriptors);
    close_idle(Clock::now());
    connected = co_await connect_first(worker_.executor(), worker_.deadlines(), std::move(allowed),
                                       port, deadline);
  }
  Counters::add(worker_.counters().origin_connects, connected.tried);
  if (connected.stream) {
    stream = std::move(connected.stream);
    policy::AddressFacts facts = std::move(ways.judged[connected.index]);
    ways.judged.erase(ways.judged.begin() + static_cast<std::ptrdiff_t>(connected.index));
    co_return leased(std::move(facts), port);
  }
  Counters::add(worker_.counters().origin_failed);
  co_return fault(Clock::now() >= deadline ? Lease::Fault::kTimeout : Lease::Fault::kUnreachable,
                  "connect: " + connected.error);
}

// The proxy is told an address, the very one that was judged: what the name means to the proxy has
// no part in it. Others are asked for only while the proxy cannot reach the one before.
Awaitable<Lease> OriginPool::open_through(Ways& ways, TimePoint deadline,
                                          std::unique_ptr<ByteStream>& stream) {
  const std::uint16_t port = ways.port;
  const std::size_t most = std::min(ways.judged.size(), kMostAsked);
  Lease made;
  for (std::size_t i = 0; i < most; ++i) {
    std::vector<config::IpAddress> addresses;
    for (const auto& facts : ways.judged) addresses.push_back(*facts.ip);
    const std::size_t first = connect_order(addresses).front();
    policy::AddressFacts facts = std::move(ways.judged[first]);
    ways.judged.erase(ways.judged.begin() + static_cast<std::ptrdiff_t>(first));
    const TimePoint now = Clock::now();
    const TimePoint until = i + 1 < most ? now + (deadline - now) / 2 : deadline;
    made = co_await ask_proxy(authority_of(*facts.ip, port), until, stream);
    if (stream) co_return leased(std::move(facts), port);
    const bool next =
        made.fault == Lease::Fault::kUnreachable || made.fault == Lease::Fault::kTimeout;
    if (!next || Clock::now() >= deadline) break;
  }
  co_return made;
}

// The proxy looks the name up: where it leads is not known, and evidence of it is unknown.
Awaitable<Lease> OriginPool::open_unresolved(const policy::Destination& to,
                                             const AddressJudge& judge, TimePoint deadline,
                                             std::unique_ptr<ByteStream>& stream) {
  policy::AddressFacts facts = unresolved_address();
  if (judge.denied(facts)) {
    Lease refused = fault(Lease::Fault::kRegion, "address");
    refused.address = std::move(facts);
    refused.unresolved = true;
    co_return refused;
  }
  Lease made = co_await ask_proxy(to.host + ":" + std::to_string(to.port), deadline, stream);
  made.address = std::move(facts);
  made.unresolved = true;
  made.port = to.port;
  co_return made;
}

Awaitable<Lease> OriginPool::ask_proxy(std::string authority, TimePoint deadline,
                                       std::unique_ptr<ByteStream>& stream) {
  Services& services = worker_.services();
  ProxyTunnel tunnel =
      co_await connect_through(*services.parent_proxy, services, worker_.executor(),
                               worker_.deadlines(), std::move(authority), deadline);
  Counters::add(worker_.counters().origin_connects, tunnel.tried);
  if (tunnel.stream) {
    stream = std::move(tunnel.stream);
    co_return Lease();
  }
  Counters::add(worker_.counters().origin_failed);
  Counters::add(worker_.counters().proxy_faults[static_cast<std::size_t>(tunnel.fault)]);
  const std::string word(proxy_fault_word(tunnel.fault));
  if (tunnel.fault == ProxyTunnel::Fault::kBusy) {
    services.room.note_paused(kOutOfDescriptors);
    co_return fault(Lease::Fault::kBusy, kOutOfDescriptors);
  }
  Log::warn("origin_proxy", {{"fault", word}, {"status", std::to_string(tunnel.status)}});
  // These two are of the service, as far as one can know.
  if (tunnel.fault == ProxyTunnel::Fault::kFailed)
    co_return fault(Lease::Fault::kUnreachable,
                    "parent proxy: status " + std::to_string(tunnel.status));
  if (tunnel.fault == ProxyTunnel::Fault::kSilent)
    co_return fault(Lease::Fault::kTimeout, "parent proxy: no answer to CONNECT");
  co_return fault(Lease::Fault::kProxy, word);
}

void OriginPool::give_back(const policy::Destination& to, Lease lease) {
  if (!lease.stream || !lease.stream->reusable()) return;
  const TimePoint now = Clock::now();
  const std::chrono::seconds said = lease.stream->kept_for();
  const bool shorter = said.count() > 0 && said <= kIdleTime;
  const TimePoint until = now + (shorter ? said - std::chrono::seconds(1) : kIdleTime);
  if (until <= now) return;
  auto& list = idle_[pool_key(to)];
  if (list.size() >= kIdlePerDestination) {
    list.erase(list.begin());
    --idle_count_;
  }
  list.push_back(Idle{std::move(lease), now, until});
  if (++idle_count_ > kIdleInAll) drop_oldest();
}

void OriginPool::drop_oldest() {
  auto oldest = idle_.end();
  for (auto it = idle_.begin(); it != idle_.end(); ++it) {
    if (it->second.empty()) continue;
    if (oldest == idle_.end() || it->second.front().since < oldest->second.front().since)
      oldest = it;
  }
  if (oldest == idle_.end()) return;
  oldest->second.erase(oldest->second.begin());
  --idle_count_;
}

void OriginPool::close_idle(TimePoint older_than) {
  const TimePoint now = Clock::now();
  for (auto& [key, list] : idle_)
    idle_count_ -=
        std::erase_if(list, [&](const Idle& i) { return i.since <= older_than || i.until <= now; });
  std::erase_if(idle_, [](const auto& e) { return e.second.empty(); });
}

void OriginPool::close_denied(const std::function<bool(const config::IpAddress&)>& denied) {
  for (auto& [key, list] : idle_)
    idle_count_ -= std::erase_if(list, [&](const Idle& i) { return denied(i.lease.ip); });
}

}  // namespace sekisho::gateway
