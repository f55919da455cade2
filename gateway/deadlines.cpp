#include "gateway/deadlines.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <optional>
#include <set>
#include <utility>

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;

constexpr Millis kStep{50};

// Rounded up, so that many deadlines share a wake-up and none fires early.
TimePoint slot(TimePoint deadline) {
  const auto since = deadline.time_since_epoch();
  const auto floor = std::chrono::floor<Millis>(since) / kStep * kStep;
  return TimePoint(floor < since ? Clock::duration(floor + kStep) : Clock::duration(floor));
}

}  // namespace

struct Deadlines::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(Executor executor) : timer(std::in_place, executor) {}

  void queue(Entry& entry, TimePoint at) {
    if (!timer) return;
    entry.queued_ = at;
    entries.insert({at, &entry});
    schedule();
  }

  void remove(Entry& entry) {
    if (entry.queued_ == TimePoint::max()) return;
    entries.erase({entry.queued_, &entry});
    entry.queued_ = TimePoint::max();
    schedule();
  }

  // An empty queue holds no timer, so that an io_context without streams can end.
  void schedule() {
    if (!timer || advancing) return;
    if (entries.empty()) {
      if (set_for != TimePoint::max()) timer->cancel();
      set_for = TimePoint::max();
      return;
    }
    const TimePoint first = entries.begin()->first;
    if (set_for <= first) return;
    set_for = first;
    timer->expires_at(first);
    timer->async_wait([weak = weak_from_this()](boost::system::error_code ec) {
      const auto self = weak.lock();
      if (!self || ec) return;
      self->set_for = TimePoint::max();
      self->advance(Clock::now());
    });
  }

  void advance(TimePoint now) {
    advancing = true;
    while (!entries.empty() && entries.begin()->first <= now) fire(*entries.begin()->second, now);
    advancing = false;
    schedule();
  }

  void fire(Entry& entry, TimePoint now) {
    entries.erase(entries.begin());
    entry.queued_ = TimePoint::max();
    const TimePoint deadline = entry.deadline_;
    if (deadline == TimePoint::max()) return;
    if (deadline > now) return queue(entry, slot(deadline));
    entry.deadline_ = TimePoint::max();
    entry.expired();
  }

  void stop() {
    for (const auto& [at, entry] : entries) entry->queued_ = TimePoint::max();
    entries.clear();
    timer.reset();
  }

  std::optional<Timer> timer;
  std::set<std::pair<TimePoint, Entry*>> entries;
  TimePoint set_for = TimePoint::max();
  bool advancing = false;
};

Deadlines::Entry::~Entry() {
  owner_->remove(*this);
}

void Deadlines::Entry::arm(TimePoint deadline) {
  deadline_ = deadline;
  if (deadline == TimePoint::max()) return;
  const TimePoint at = slot(deadline);
  if (queued_ <= at) return;
  owner_->remove(*this);
  owner_->queue(*this, at);
}

Deadlines::Deadlines(Executor executor) : impl_(std::make_shared<Impl>(executor)) {}

Deadlines::~Deadlines() {
  impl_->stop();
}

void Deadlines::advance(TimePoint now) {
  impl_->advance(now);
}

void Deadlines::stop() {
  impl_->stop();
}

std::size_t Deadlines::size() const {
  return impl_->entries.size();
}

}  // namespace sekisho::gateway
