#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "gateway/async.h"
#include "gateway/counters.h"
#include "gateway/deadlines.h"
#include "gateway/journal_answers.h"
#include "gateway/origin_pool.h"
#include "policy/snapshot.h"

namespace sekisho::gateway {

struct Services;
class Exchange;
class Listener;
class Sealing;
class Users;

// What a worker ends when it drains, and judges again on reload.
class Session {
 public:
  virtual ~Session() = default;
  // End now if idle, else after the exchange in progress. Called again and again while the worker
  // drains.
  virtual void drain() = 0;
  virtual void abort() = 0;  // end now; an exchange in progress is recorded as cut
  virtual void policy_changed() {}
  // Since when its first request is waited for (silent, a head or a handshake on its way); nullopt
  // from then on.
  virtual std::optional<TimePoint> quiet_since() const = 0;
  virtual const config::IpAddress& peer() const = 0;
  bool ending = false;  // ended to make room
};

// One thread with its own io_context, acceptors and origin pool. All methods but post() and the
// constructor are for its own thread.
class Worker {
 public:
  // `users`: null without Basic authentication; `sealing`: null without sealed copies.
  Worker(int index, Services& services, std::shared_ptr<const policy::Snapshot> snapshot,
         std::shared_ptr<const Users> users, std::shared_ptr<const Sealing> sealing);
  ~Worker();
  Worker(const Worker&) = delete;

  void add_listener(std::unique_ptr<Listener> listener);
  void start();  // the thread
  void join();
  void post(std::function<void()> work);  // from any thread

  // All of one version.
  void use(std::shared_ptr<const policy::Snapshot> snapshot, std::shared_ptr<const Users> users,
           std::shared_ptr<const Sealing> sealing);
  // Stops accepting, drains the sessions; `drained` is called once, on this thread, when none is
  // left.
  void drain(std::function<void()> drained);
  void abort_all();
  void stop();

  Executor executor() { return io_.get_executor(); }
  Services& services() { return services_; }
  Counters& counters() { return counters_; }
  Deadlines& deadlines() { return deadlines_; }
  OriginPool& pool() { return pool_; }
  JournalAnswers& journal_answers() { return journal_answers_; }
  const std::shared_ptr<const policy::Snapshot>& snapshot() const { return snapshot_; }
  const std::shared_ptr<const Users>& users() const { return users_; }
  const std::shared_ptr<const Sealing>& sealing() const { return sealing_; }
  bool draining() const { return draining_; }
  std::size_t sessions() const { return sessions_.size(); }

  void enter(Session& s);
  void leave(Session& s);
  // Ends some connections that never carried a request: the oldest of the address that has most of
  // them, so that nobody who opens many drives out others. False: there is none.
  bool make_room();
  // Exchanges in progress, which abort_all() cuts.
  void enter(Exchange& e) { exchanges_.insert(&e); }
  void leave(Exchange& e) { exchanges_.erase(&e); }

  // A buffer for one step of a pump; never held across a suspension.
  char* scratch() { return scratch_.get(); }
  static constexpr std::size_t kScratch = 64 * 1024;

 private:
  using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
  Awaitable<void> housekeeping();
  Awaitable<void> keep_draining();
  void check_drained();

  Services& services_;
  net::io_context io_{1};
  net::executor_work_guard<Executor> work_;
  Counters counters_;
  JournalAnswers journal_answers_;
  Deadlines deadlines_;
  OriginPool pool_;
  std::shared_ptr<const policy::Snapshot> snapshot_;
  std::shared_ptr<const Users> users_;
  std::shared_ptr<const Sealing> sealing_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  std::unordered_set<Session*> sessions_;
  std::unordered_set<Exchange*> exchanges_;
  bool draining_ = false;
  std::function<void()> drained_;
  std::unique_ptr<char[]> scratch_;
  Timer housekeeping_timer_;
  std::thread thread_;
};

}  // namespace sekisho::gateway
