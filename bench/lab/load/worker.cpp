#include "bench/lab/load/worker.h"

#include "bench/lab/net/clock.h"

namespace sekisho::lab {
namespace {

constexpr std::size_t kScratch = 256 * 1024;
constexpr std::uint64_t kTurn = 50'000'000;
constexpr char kRefused[] = "connect: refused";

std::uint64_t deadline_of(const Plan& plan) {
  return now_ns() + static_cast<std::uint64_t>(plan.options.deadline * 1e9);
}

}  // namespace

Worker::Worker(const Plan& plan, int connections, std::uint64_t requests)
    : plan_(plan), requests_(requests), scratch_(kScratch) {
  for (int i = 0; i < connections; ++i)
    connections_.push_back(std::make_unique<Connection>(plan_, poller_, scratch_));
}

void Worker::warm_up() {
  if (!plan_.options.warm_up) return;
  warming_ = true;
  for (const auto& connection : connections_) unopened_.push_back(connection.get());
  const std::uint64_t deadline = deadline_of(plan_);
  while (warm_ended_ < connections_.size() && now_ns() < deadline) {
    open_some();
    take_events(kTurn);
  }
  warming_ = false;
  unopened_.clear();
}

void Worker::open_some() {
  while (!unopened_.empty() && opening_ < plan_.options.opening) {
    Connection& connection = *unopened_.back();
    unopened_.pop_back();
    ++opening_;
    if (!connection.open()) end_warm_up_of(kRefused);
  }
}

void Worker::end_warm_up_of(const std::string& failure) {
  if (!failure.empty()) ++tally_.errors[failure];
  ++warm_ended_;
  --opening_;
}

void Worker::run() {
  if (plan_.mode != Mode::kIdle) tally_ = Tally();
  notice_dropped();
  if (plan_.mode == Mode::kIdle) return;
  const std::uint64_t deadline = deadline_of(plan_);
  for (const auto& connection : connections_) start_next(*connection);
  while (started_ > ended_ && now_ns() < deadline) take_events(kTurn);
}

void Worker::notice_dropped() {
  std::uint64_t before = 0;
  do {
    before = held();
    take_events(0);
  } while (held() != before);
}

void Worker::take_events(std::uint64_t most_ns) {
  for (const epoll_event& event : poller_.wait(most_ns)) {
    auto& connection = *static_cast<Connection*>(event.data.ptr);
    if (connection.is_open()) after(connection, connection.on_event(event.events, tally_));
  }
}

void Worker::after(Connection& connection, Outcome outcome) {
  if (outcome == Outcome::kReady) outcome = connection.send_request(warming_);
  switch (outcome) {
    case Outcome::kAnswered:
      return after_answer(connection);
    case Outcome::kFailed:
      return after_failure(connection);
    case Outcome::kDropped:
      if (plan_.mode == Mode::kIdle) ++tally_.errors[connection.failure()];
      return;
    default:
      return;
  }
}

void Worker::after_failure(Connection& connection) {
  if (warming_) return end_warm_up_of(connection.failure());
  end_exchange(connection, connection.failure());
}

void Worker::after_answer(Connection& connection) {
  if (connection.must_close() || plan_.mode == Mode::kNewConnection) connection.close();
  if (warming_) return end_warm_up_of("");
  if (connection.status() != 200)
    return end_exchange(connection, "status " + std::to_string(connection.status()));
  const bool whole = plan_.mode == Mode::kNewConnection;
  tally_.latency.add(now_ns() - (whole ? connection.opened_at() : connection.requested_at()));
  end_exchange(connection, "");
}

void Worker::end_exchange(Connection& connection, const std::string& failure) {
  ++ended_;
  if (failure.empty())
    ++tally_.ok;
  else
    ++tally_.errors[failure];
  start_next(connection);
}

// A connection that is refused at once is left alone: the proxy is gone, and the run ends when
// nothing is under way.
void Worker::start_next(Connection& connection) {
  if (started_ >= requests_) return;
  ++started_;
  if (connection.is_open()) return after(connection, connection.send_request(false));
  if (connection.open()) return;
  ++tally_.errors[kRefused];
  ++ended_;
}

std::uint64_t Worker::held() const {
  std::uint64_t count = 0;
  for (const auto& connection : connections_) count += connection->is_open();
  return count;
}

}  // namespace sekisho::lab
