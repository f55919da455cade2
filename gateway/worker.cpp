#include "gateway/worker.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <map>

#include "gateway/exchange.h"
#include "gateway/listener.h"
#include "gateway/log.h"
#include "gateway/services.h"
#include "gateway/users.h"

namespace sekisho::gateway {
namespace {
constexpr std::chrono::seconds kHousekeeping{1};
constexpr Millis kDrainRound{200};
// Younger connections are about to ask something.
constexpr std::chrono::seconds kQuietAtLeast{1};
}  // namespace

Worker::Worker(int, Services& services, std::shared_ptr<const policy::Snapshot> snapshot,
               std::shared_ptr<const Users> users, std::shared_ptr<const Sealing> sealing)
    : services_(services),
      work_(io_.get_executor()),
      journal_answers_(io_.get_executor()),
      deadlines_(io_.get_executor()),
      pool_(*this),
      snapshot_(std::move(snapshot)),
      users_(std::move(users)),
      sealing_(std::move(sealing)),
      scratch_(std::make_unique<char[]>(kScratch)),
      housekeeping_timer_(io_) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::add_listener(std::unique_ptr<Listener> listener) {
  listeners_.push_back(std::move(listener));
}

void Worker::start() {
  for (auto& l : listeners_) l->start(*this);
  Awaitable<void> keeper = housekeeping();
  net::co_spawn(io_.get_executor(), std::move(keeper), net::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void()> work) {
  net::post(io_.get_executor(), std::move(work));
}

void Worker::use(std::shared_ptr<const policy::Snapshot> snapshot,
                 std::shared_ptr<const Users> users, std::shared_ptr<const Sealing> sealing) {
  snapshot_ = std::move(snapshot);
  users_ = std::move(users);
  sealing_ = std::move(sealing);
  pool_.close_denied([this](const config::IpAddress& ip) {
    policy::AddressFacts facts = snapshot_->geo().look_up(ip, now_seconds());
    facts.ip = ip;
    return snapshot_->address_denied(facts);
  });
  const std::vector<Session*> now(sessions_.begin(), sessions_.end());
  for (Session* s : now)
    if (sessions_.contains(s)) s->policy_changed();
}

void Worker::drain(std::function<void()> drained) {
  draining_ = true;
  drained_ = std::move(drained);
  for (auto& l : listeners_) l->stop();
  Awaitable<void> rounds = keep_draining();
  net::co_spawn(io_.get_executor(), std::move(rounds), net::detached);
}

// A connection that has just been made gets a moment for its first request; hence rounds.
Awaitable<void> Worker::keep_draining() {
  while (drained_) {
    const std::vector<Session*> now(sessions_.begin(), sessions_.end());
    for (Session* s : now)
      if (sessions_.contains(s)) s->drain();
    check_drained();
    Timer timer(io_);
    timer.expires_after(kDrainRound);
    auto [ec] = co_await timer.async_wait(kAsTuple);
    if (ec) co_return;
  }
}

void Worker::abort_all() {
  const std::vector<Exchange*> under_way(exchanges_.begin(), exchanges_.end());
  for (Exchange* e : under_way)
    if (exchanges_.contains(e)) e->cut();
  const std::vector<Session*> now(sessions_.begin(), sessions_.end());
  for (Session* s : now)
    if (sessions_.contains(s)) s->abort();
}

void Worker::check_drained() {
  if (draining_ && drained_ && sessions_.empty()) std::exchange(drained_, nullptr)();
}

void Worker::stop() {
  work_.reset();
  io_.stop();
}

void Worker::enter(Session& s) {
  sessions_.insert(&s);
  services_.room.entered();
  Counters::add(counters_.connections_open);
}

void Worker::leave(Session& s) {
  sessions_.erase(&s);
  services_.room.left(s.ending);
  Counters::subtract(counters_.connections_open);
  check_drained();
}

bool Worker::make_room() {
  const TimePoint before = Clock::now() - kQuietAtLeast;
  std::map<config::IpAddress, std::vector<std::pair<TimePoint, Session*>>> quiet;
  for (Session* s : sessions_) {
    const auto since = s->quiet_since();
    if (since && *since <= before && !s->ending) quiet[s->peer()].emplace_back(*since, s);
  }
  if (quiet.empty()) return false;
  auto& most = std::max_element(quiet.begin(), quiet.end(), [](const auto& a, const auto& b) {
                 return a.second.size() < b.second.size();
               })->second;
  // Several at a time, so that a storm does not count all connections for each of its own.
  const std::size_t n = std::clamp<std::size_t>(most.size() / 16, 1, 32);
  std::partial_sort(most.begin(), most.begin() + static_cast<std::ptrdiff_t>(n), most.end());
  for (std::size_t i = 0; i < n; ++i) {
    most[i].second->ending = true;
    services_.room.ending();
    Counters::add(counters_.connections_ended);
    most[i].second->abort();
  }
  return true;
}

Awaitable<void> Worker::housekeeping() {
  for (;;) {
    housekeeping_timer_.expires_after(kHousekeeping);
    auto [ec] = co_await housekeeping_timer_.async_wait(kAsTuple);
    if (ec) co_return;
    pool_.close_idle(TimePoint::min());
  }
}

}  // namespace sekisho::gateway
