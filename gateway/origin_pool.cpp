#include "gateway/origin_pool.h"

#include <algorithm>

#include "gateway/connect_race.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/worker.h"

namespace sekisho::gateway {
namespace {

constexpr std::size_t kIdlePerDestination = 64;
constexpr std::size_t kIdleInAll = 512;
// Under the 60 s after which common load balancers close: who closes first decides whether a
// request meets a connection that is being closed.
constexpr std::chrono::seconds kIdleTime{50};

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
    lease.address = judge.look_up(lease.ip);
    lease.address.ip = lease.ip;
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
  Lease made = co_await open(to, judge, deadline, stream);
  if (!stream) co_return made;
  if (to.scheme == "https") {
    OriginTls::Outcome tls = co_await worker_.services().origin_tls->connect(
        std::move(stream), to.host, to.port, deadline);
    if (!tls.stream) {
      Counters::add(worker_.counters().origin_failed);
      made.fault = kind_of(tls.fault);
      const bool certificate = tls.fault == OriginTls::Fault::kCertificate;
      if (certificate)
        Log::warn("origin_certificate",
                  {{"host", to.host}, {"check", tls.check}, {"detail", tls.detail}});
      made.detail = certificate ? tls.check : tls.detail;
      co_return made;
    }
    stream = std::move(tls.stream);
  }
  HeadLimits limits;
  limits.bytes = worker_.services().settings.limits.request_head;
  limits.time = worker_.services().settings.limits.head_timeout;
  made.stream = make_h1_origin_stream(std::move(stream), limits);
  co_return made;
}

Awaitable<Lease> OriginPool::connect_raw(policy::Destination to, const AddressJudge& judge,
                                         Millis patience, std::unique_ptr<ByteStream>& stream) {
  const TimePoint deadline = Clock::now() + patience;
  Lease made = co_await open(to, judge, deadline, stream);
  co_return made;
}

Awaitable<Lease> OriginPool::open(const policy::Destination& to, const AddressJudge& judge,
                                  TimePoint deadline, std::unique_ptr<ByteStream>& stream) {
  Services& services = worker_.services();
  Addresses addresses = co_await services.resolver->resolve(to.host, worker_.executor(), deadline);
  if (addresses.ips.empty())
    co_return fault(addresses.error == "timeout" ? Lease::Fault::kTimeout : Lease::Fault::kName,
                    "name look-up (DNS): " + addresses.error);
  const std::uint16_t port = addresses.port.value_or(to.port);
  Judged judged = judge_all(addresses, port, judge, *services.guard);
  if (judged.refused.fault != Lease::Fault::kNone) co_return std::move(judged.refused);
  std::vector<config::IpAddress> allowed;
  for (const auto& facts : judged.allowed) allowed.push_back(*facts.ip);
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
    Lease made;
    made.address = std::move(judged.allowed[connected.index]);
    made.ip = *made.address.ip;
    made.port = port;
    stream = std::move(connected.stream);
    co_return made;
  }
  Counters::add(worker_.counters().origin_failed);
  co_return fault(Clock::now() >= deadline ? Lease::Fault::kTimeout : Lease::Fault::kUnreachable,
                  "connect: " + connected.error);
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
