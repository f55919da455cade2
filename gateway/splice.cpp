#include "gateway/splice.h"

#include <algorithm>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/exchange.h"
#include "gateway/keys.h"
#include "gateway/log.h"
#include "gateway/origin_limits.h"
#include "gateway/parent_proxy.h"
#include "gateway/services.h"
#include "gateway/tls/client_handshake.h"
#include "policy/expiry.h"

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
constexpr std::size_t kHelloBytes = 64 * 1024;

// Both ends of a pump; shared by its two directions.
struct Pipe {
  Pipe(std::unique_ptr<ByteStream> c, std::unique_ptr<ByteStream> o, Executor executor)
      : client(std::move(c)), origin(std::move(o)), other_done(executor) {}
  std::unique_ptr<ByteStream> client, origin;
  Timer other_done;
  bool finished = false;
  TimePoint last = Clock::now();
  std::uint64_t sent = 0, received = 0;
  std::string_view abort;  // why it ended, if not in order
  void close(std::string_view why) {
    if (abort.empty()) abort = why;
    close();
  }
  void close() {
    client->close();
    origin->close();
  }
};

// One direction until its end; silence counts only when both directions are silent.
Awaitable<void> pump(Worker& worker, Pipe& pipe, bool to_origin) {
  ByteStream& from = to_origin ? *pipe.client : *pipe.origin;
  ByteStream& into = to_origin ? *pipe.origin : *pipe.client;
  std::uint64_t& count = to_origin ? pipe.sent : pipe.received;
  const Millis idle = worker.services().settings.limits.idle;
  const std::string_view from_broke = to_origin ? "client_closed" : "origin_closed";
  std::string_view why = from_broke;
  for (;;) {
    const Wake wake = co_await from.ready(Want::kRead, pipe.last + idle);
    if (wake == Wake::kTimeout && Clock::now() < pipe.last + idle) continue;
    if (wake == Wake::kTimeout) why = "idle";
    if (wake == Wake::kClosed && worker.draining()) why = "drain";
    if (wake != Wake::kReady) break;
    const long n = from.try_read(worker.scratch(), Worker::kScratch);
    if (n == ByteStream::kBlock) continue;
    if (n <= 0) {
      if (n == ByteStream::kEof) {
        co_await finish_write(into, idle);
        co_return;
      }
      break;
    }
    pipe.last = Clock::now();
    count += static_cast<std::uint64_t>(n);
    long done = std::max(0l, into.try_write(worker.scratch(), static_cast<std::size_t>(n)));
    if (done < n) {
      const std::string rest(worker.scratch() + done, static_cast<std::size_t>(n - done));
      const long w = co_await write_all(into, rest.data(), rest.size(), idle);
      if (w < 0) {
        why = to_origin ? "origin_closed" : "client_closed";
        break;
      }
    }
  }
  pipe.close(why);
}

Awaitable<void> pump_back(Worker& worker, std::shared_ptr<Pipe> pipe) {
  co_await pump(worker, *pipe, false);
  pipe->finished = true;
  pipe->other_done.cancel();
}

struct Splice {
  ClientSession& session;
  Worker& worker;
  const policy::Client& client;
  const policy::Destination& to;
  // One policy from the first look to the record; a reload in between is judged when the pumps
  // begin.
  const std::shared_ptr<const policy::Snapshot> snapshot = worker.snapshot();
  std::string id = new_request_id();
  policy::Admission admission{};
  policy::Verdict verdict{};
  Lease lease{};
  std::string word{};
  std::uint64_t ref = 0;

  policy::Admission admit(const policy::AddressFacts* address) const {
    return admit_under(*snapshot, address);
  }
  policy::Admission admit_under(const policy::Snapshot& policy,
                                const policy::AddressFacts* address) const {
    policy::AdmissionQuery query;
    query.client = &client;
    query.to = &to;
    query.address = address;
    query.now = now_seconds();
    return policy.admit(query);
  }
};

struct SpliceJudge final : AddressJudge {
  explicit SpliceJudge(const Splice& s) : splice(s) {}
  bool denied(const policy::AddressFacts& facts) const override {
    return splice.admit(&facts).refused;
  }
  bool mixed_drops() const override { return splice.snapshot->mixed_drops(); }
  policy::AddressFacts look_up(const config::IpAddress& ip) const override {
    return splice.snapshot->geo().look_up(ip, now_seconds());
  }
  const Splice& splice;
};

Awaitable<bool> record(Splice& s) {
  audit::Decision d;
  d.id = s.id;
  d.time_us = now_microseconds();
  d.gateway = s.worker.services().name;
  d.client = &s.client;
  d.destination = &s.to;
  if (s.lease.address.ip) d.origin_ip = s.lease.address.ip->to_string();
  d.tls = s.verdict.action == policy::Action::kBlock ? "terminate" : "splice";
  d.method = "CONNECT";
  d.admission = &s.admission;
  d.verdict = &s.verdict;
  d.ticket = policy::ticket_of(
      *s.snapshot, s.verdict.exception.empty() ? s.admission.exception : s.verdict.exception,
      s.admission.entry);
  d.detail = s.word;
  d.policy_digest = s.snapshot->digest();
  s.ref = co_await record_durably(s.worker, d);
  if (!s.ref) s.worker.services().journal->count_refused();
  Counters& counters = s.worker.counters();
  const bool blocked = s.verdict.action == policy::Action::kBlock;
  const auto reason = blocked ? static_cast<std::size_t>(s.verdict.reason) : 0;
  Counters::add(counters.decisions[static_cast<std::size_t>(s.verdict.action)][reason]);
  co_return s.ref != 0;
}

Awaitable<void> refuse(Splice& s, policy::Reason reason, std::string word) {
  s.verdict = {};
  s.verdict.action = policy::Action::kBlock;
  s.verdict.reason = reason;
  s.word = std::move(word);
  co_await record(s);
}

// The whole hello, or nullopt when there is none that may pass.
Awaitable<std::optional<std::string>> read_hello(Splice& s, ByteStream& stream) {
  const TimePoint deadline = Clock::now() + s.worker.services().settings.limits.head_timeout;
  std::string bytes;
  ClientHello hello;
  while (bytes.size() < kHelloBytes) {
    char piece[1024];
    const long n = co_await read_some(stream, piece, sizeof piece, deadline);
    if (n <= 0) co_return std::nullopt;
    bytes.append(piece, static_cast<std::size_t>(n));
    const HelloStatus status = parse_client_hello(bytes, hello);
    if (status == HelloStatus::kMore) continue;
    if (status == HelloStatus::kWhole && (hello.sni.empty() || hello.sni == s.to.host))
      co_return bytes;
    const bool mismatch = status == HelloStatus::kWhole;
    const auto reason = mismatch ? policy::Reason::kHostMismatch : policy::Reason::kFraming;
    std::string word = mismatch ? "sni_mismatch" : "not_tls";
    co_await refuse(s, reason, std::move(word));
    co_return std::nullopt;
  }
  co_return std::nullopt;
}

void record_outcome(Splice& s, const Pipe& pipe, TimePoint begun) {
  audit::Outcome o;
  o.id = s.id;
  o.time_us = now_microseconds();
  o.gateway = s.worker.services().name;
  o.ref = s.ref;
  o.sent = pipe.sent;
  o.received = pipe.received;
  o.abort = s.session.aborted() ? "gateway_stopped" : pipe.abort;
  o.total_ms = std::chrono::duration<double, std::milli>(Clock::now() - begun).count();
  s.worker.services().journal->record(o);
}

Awaitable<void> run_pumps(Splice& s, std::shared_ptr<Pipe> pipe) {
  auto judge_again = [&s, pipe] {
    const policy::Snapshot& current = *s.worker.snapshot();
    policy::AddressFacts address = unresolved_address();
    if (!s.lease.unresolved) {
      address = current.geo().look_up(s.lease.ip, now_seconds());
      address.ip = s.lease.ip;
    }
    const policy::Admission now = s.admit_under(current, &address);
    if (now.refused || !now.splice) pipe->close("policy");
  };
  s.session.on_policy_change(judge_again);
  if (s.worker.snapshot() != s.snapshot) judge_again();
  Awaitable<void> back = pump_back(s.worker, pipe);
  net::co_spawn(s.worker.executor(), std::move(back), net::detached);
  co_await pump(s.worker, *pipe, true);
  while (!pipe->finished) {
    pipe->other_done.expires_at(TimePoint::max());
    auto [ec] = co_await pipe->other_done.async_wait(kAsTuple);
    (void)ec;
  }
  s.session.on_policy_change(nullptr);
}

// What a service answers in a tunnel is not seen: connections are all that tells.
void note_lease(const Lease& lease, OriginTrial& trial) {
  const bool failed = lease.fault == Lease::Fault::kTimeout ||
                      lease.fault == Lease::Fault::kUnreachable ||
                      lease.fault == Lease::Fault::kName;
  if (failed) trial.failed(OriginFailure::kConnect);
  if (lease.fault == Lease::Fault::kNone) trial.answered(200);
}

}  // namespace

Awaitable<void> splice_tunnel(ClientSession& session, const policy::Client& client,
                              const policy::Destination& to, std::unique_ptr<ByteStream> stream) {
  const TimePoint begun = Clock::now();
  Splice s{session, session.worker(), client, to};
  s.admission = s.admit(nullptr);
  std::optional<std::string> hello = co_await read_hello(s, *stream);
  if (!hello) co_return;
  Services& services = s.worker.services();
  OriginTrial trial = services.origin_health->ask(to, s.admission.provider);
  if (trial.refused()) {
    std::string down = "origin_down";
    co_await refuse(s, policy::Reason::kOrigin, std::move(down));
    stream->close();
    co_return;
  }
  SpliceJudge judge(s);
  std::unique_ptr<ByteStream> origin;
  const Millis patience = origin_limits(services.settings, s.admission).connect;
  s.lease = co_await s.worker.pool().connect_raw(to, judge, patience, origin);
  note_lease(s.lease, trial);
  if (!origin) {
    const bool region = s.lease.fault == Lease::Fault::kRegion;
    if (region) s.admission = s.admit(&s.lease.address);
    const policy::Reason reason = region ? s.admission.reason
                                  : s.lease.fault == Lease::Fault::kAddress
                                      ? policy::Reason::kAddress
                                      : policy::Reason::kOrigin;
    std::string word = s.lease.detail;
    co_await refuse(s, reason, std::move(word));
    stream->close();
    co_return;
  }
  s.admission = s.admit(&s.lease.address);
  policy::InspectionResult unread;
  unread.coverage = policy::Coverage::kSpliced;
  s.verdict = s.snapshot->decide(client, s.admission, unread, now_seconds());
  s.verdict.coverage = policy::Coverage::kSpliced;
  const bool written = co_await record(s);
  if (!written || s.verdict.action == policy::Action::kBlock) co_return;
  auto pipe = std::make_shared<Pipe>(std::move(stream), std::move(origin), s.worker.executor());
  const long n = co_await write_all(*pipe->origin, hello->data(), hello->size(),
                                    s.worker.services().settings.limits.connect);
  pipe->sent += hello->size();
  if (n > 0) co_await run_pumps(s, pipe);
  if (n <= 0) pipe->abort = "origin_closed";
  pipe->close();
  record_outcome(s, *pipe, begun);
}

}  // namespace sekisho::gateway
