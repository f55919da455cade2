#include "gateway/tls/session_cache.h"

#include <utility>

namespace sekisho::gateway {
namespace {

// A server sends two tickets a handshake; more than a few connections open at once are rare.
constexpr std::size_t kSessionsEach = 8;

}  // namespace

void SessionCache::put(const std::string& key, SessionPtr session) {
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = index_.try_emplace(key);
  if (fresh) {
    order_.emplace_front();
    order_.front().key = key;
    at->second = order_.begin();
  } else {
    order_.splice(order_.begin(), order_, at->second);
  }
  auto& sessions = at->second->sessions;
  if (sessions.size() == kSessionsEach) sessions.erase(sessions.begin());
  sessions.push_back(std::move(session));
  if (order_.size() <= capacity_) return;
  index_.erase(order_.back().key);
  order_.pop_back();
}

SessionPtr SessionCache::take(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto at = index_.find(key);
  if (at == index_.end()) return nullptr;
  order_.splice(order_.begin(), order_, at->second);
  auto& sessions = at->second->sessions;
  SessionPtr out = std::move(sessions.back());
  sessions.pop_back();
  if (sessions.empty()) {
    order_.erase(at->second);
    index_.erase(at);
  }
  return out;
}

}  // namespace sekisho::gateway
