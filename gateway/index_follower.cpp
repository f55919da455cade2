#include "gateway/index_follower.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <utility>

#include "audit/index/categories.h"
#include "audit/index/indexer.h"
#include "gateway/log.h"

namespace sekisho::gateway {
namespace {

constexpr std::chrono::seconds kBetween{2}, kAfterError{30};
constexpr int kNice = 15;

}  // namespace

IndexFollower::IndexFollower(std::string log, std::function<std::uint64_t()> head)
    : log_(std::move(log)), head_(std::move(head)), thread_([this] { run(); }) {}

IndexFollower::~IndexFollower() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

IndexFollower::State IndexFollower::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

// False: it is to end.
bool IndexFollower::wait() {
  std::unique_lock lock(mutex_);
  const std::chrono::seconds pause = state_.error.empty() ? kBetween : kAfterError;
  return !wake_.wait_for(lock, pause, [this] { return stop_.load(); });
}

void IndexFollower::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);  // signals are the control thread's
  setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kNice);
  if (!wait()) return;  // the start is busy enough
  audit::IndexSettings settings;
  settings.log = log_;
  settings.find_categories = [this] { return audit::read_categories(log_); };
  settings.thorough = true;
  settings.stop = &stop_;
  audit::Indexer indexer(settings);
  std::string said;
  do {
    const auto report = indexer.catch_up(head_());
    if (report.rebuilt && !report.why_rebuilt.empty())
      Log::warn("audit_index_rebuilt", {{"why", report.why_rebuilt}});
    if (report.busy) continue;  // a command is at it, with the same records
    if (report.error != said && !report.error.empty() && !stop_)
      Log::warn("audit_index", {{"error", report.error},
                                {"meaning", "records are complete; answers may lag behind"}});
    said = report.error;
    const std::lock_guard lock(mutex_);
    if (report.error.empty()) state_.size = report.size;
    state_.error = report.error;
  } while (wait());
}

}  // namespace sekisho::gateway
