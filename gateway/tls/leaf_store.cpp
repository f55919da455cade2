#include "gateway/tls/leaf_store.h"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "gateway/tls/leaf_mint.h"

namespace sekisho::gateway {
namespace {

using Timer = net::basic_waitable_timer<Clock, net::wait_traits<Clock>, Executor>;
using LeafPtr = std::shared_ptr<const Leaf>;

std::int64_t system_now() {
  return std::time(nullptr);
}

// The most recently used leaves, by host.
class LeafCache {
 public:
  explicit LeafCache(std::size_t capacity) : capacity_(capacity) {}

  LeafPtr find(const std::string& host, std::int64_t now) {
    const auto at = index_.find(host);
    if (at == index_.end()) return nullptr;
    // Before its beginning when the clock was ahead and has been set back.
    if (const Leaf& leaf = *at->second->second; leaf.renew_at <= now || now < leaf.not_before) {
      order_.erase(at->second);
      index_.erase(at);
      return nullptr;
    }
    order_.splice(order_.begin(), order_, at->second);
    return at->second->second;
  }

  void put(const std::string& host, LeafPtr leaf) {
    if (const auto at = index_.find(host); at != index_.end()) {
      at->second->second = std::move(leaf);
      return;
    }
    order_.emplace_front(host, std::move(leaf));
    index_[host] = order_.begin();
    if (order_.size() <= capacity_) return;
    index_.erase(order_.back().first);
    order_.pop_back();
  }

  void clear() {
    order_.clear();
    index_.clear();
  }

 private:
  using Order = std::list<std::pair<std::string, LeafPtr>>;
  std::size_t capacity_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> index_;
};

}  // namespace

// One coroutine that waits. The timer never fires; it is cancelled on its own thread. `executor` is
// empty once nobody waits any more, so that nothing is posted to a context that may be gone.
struct LeafStore::Waiter {
  explicit Waiter(Executor on) : executor(on), timer(on, TimePoint::max()) {}
  std::optional<Executor> executor;  // guarded by Impl::mutex
  Timer timer;                       // touched on the waiter's thread only
  LeafPtr leaf;
  bool done = false;
};

struct LeafStore::Impl {
  using WaiterPtr = std::shared_ptr<Waiter>;

  Impl(std::shared_ptr<const Authority> authority, std::string crl_url, std::size_t capacity, Now n)
      : now(n ? std::move(n) : system_now), cache(capacity) {
    mint.authority = std::move(authority);
    mint.crl_url = std::move(crl_url);
    mint.key = {EVP_EC_gen("P-256"), EVP_PKEY_free};
    thread = std::thread([this] { run(); });
  }

  void run() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return stopping || !queue.empty(); });
      if (stopping) return;
      const std::string host = std::move(queue.front());
      queue.pop_front();
      serve(host, lock);
    }
  }

  // Mints again when the CA was replaced meanwhile: nobody gets a leaf of a CA that is gone.
  void serve(const std::string& host, std::unique_lock<std::mutex>& lock) {
    LeafPtr leaf;
    std::uint64_t made_under = 0;
    do {
      made_under = generation;
      const LeafMint with = mint;
      lock.unlock();
      leaf = with.mint(host, now());
      lock.lock();
    } while (made_under != generation);
    if (leaf) {
      ++minted;
      cache.put(host, leaf);
    }
    complete(host, leaf);
  }

  void complete(const std::string& host, const LeafPtr& leaf) {
    const auto at = waiting.find(host);
    if (at == waiting.end()) return;
    for (WaiterPtr& each : at->second) answer(std::move(each), leaf);
    waiting.erase(at);
  }

  static void answer(WaiterPtr waiter, const LeafPtr& leaf) {
    if (!waiter->executor) return;
    const Executor executor = *waiter->executor;
    net::post(executor, [waiter = std::move(waiter), leaf] {
      waiter->leaf = leaf;
      waiter->done = true;
      waiter->timer.cancel();
    });
  }

  // Joins the mint of `host`, or begins one. The cache is looked into again: a mint may have ended
  // since the caller looked.
  void ask(const std::string& host, WaiterPtr waiter) {
    const std::lock_guard lock(mutex);
    if (stopping) return answer(std::move(waiter), nullptr);
    if (LeafPtr found = cache.find(host, now())) return answer(std::move(waiter), found);
    const auto [at, first] = waiting.try_emplace(host);
    at->second.push_back(std::move(waiter));
    if (!first) return;
    queue.push_back(host);
    wake.notify_one();
  }

  void forget(const std::string& host, const WaiterPtr& waiter) {
    const std::lock_guard lock(mutex);
    waiter->executor.reset();
    const auto at = waiting.find(host);
    if (at == waiting.end()) return;
    // The entry itself stays until its mint ends: it says that one is under way.
    std::erase(at->second, waiter);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_one();
    thread.join();
    const std::lock_guard lock(mutex);
    while (!waiting.empty()) complete(std::string(waiting.begin()->first), nullptr);
  }

  const Now now;
  mutable std::mutex mutex;  // guards all below
  std::condition_variable wake;
  LeafMint mint;
  LeafCache cache;
  std::deque<std::string> queue;
  std::unordered_map<std::string, std::vector<WaiterPtr>> waiting;
  std::uint64_t generation = 0, minted = 0;
  bool stopping = false;
  std::thread thread;
};

LeafStore::LeafStore(std::shared_ptr<const Authority> authority, std::string crl_url,
                     std::size_t capacity, Now now)
    : impl_(std::make_shared<Impl>(std::move(authority), std::move(crl_url), capacity,
                                   std::move(now))) {}

LeafStore::~LeafStore() {
  impl_->stop();
}

Awaitable<LeafPtr> LeafStore::get(std::string host, Executor executor) {
  if (LeafPtr found = cached(host)) co_return found;
  // Also when the coroutine is destroyed while it waits.
  struct Forget {
    ~Forget() { impl->forget(host, waiter); }
    std::shared_ptr<Impl> impl;
    const std::string& host;
    std::shared_ptr<Waiter> waiter;
  };
  const auto waiter = std::make_shared<Waiter>(executor);
  const Forget forget{impl_, host, waiter};
  impl_->ask(host, waiter);
  while (!waiter->done) co_await waiter->timer.async_wait(kAsTuple);
  co_return waiter->leaf;
}

LeafPtr LeafStore::cached(const std::string& host) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->cache.find(host, impl_->now());
}

void LeafStore::replace(std::shared_ptr<const Authority> authority, std::string crl_url) {
  const std::lock_guard lock(impl_->mutex);
  impl_->mint.authority = std::move(authority);
  impl_->mint.crl_url = std::move(crl_url);
  impl_->cache.clear();
  ++impl_->generation;
}

std::shared_ptr<const Authority> LeafStore::authority() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->mint.authority;
}

std::uint64_t LeafStore::minted() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->minted;
}

}  // namespace sekisho::gateway
