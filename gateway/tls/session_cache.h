#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/tls/openssl_ptr.h"

namespace sekisho::gateway {

using SessionPtr = std::unique_ptr<SSL_SESSION, OpensslFree<SSL_SESSION_free>>;

// Sessions of origins for resumption, bounded; the least recently used origin is forgotten first.
// A session is handed out once, as TLS 1.3 tickets want it. Thread-safe.
class SessionCache {
 public:
  explicit SessionCache(std::size_t origins = 1024) : capacity_(origins) {}
  void put(const std::string& key, SessionPtr session);
  SessionPtr take(const std::string& key);  // null: none

 private:
  struct Origin {
    std::string key;
    std::vector<SessionPtr> sessions;  // newest last
  };
  std::mutex mutex_;
  std::size_t capacity_;
  std::list<Origin> order_;
  std::unordered_map<std::string, std::list<Origin>::iterator> index_;
};

}  // namespace sekisho::gateway
