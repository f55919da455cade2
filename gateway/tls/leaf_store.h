#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gateway/async.h"
#include "gateway/tls/authority.h"

namespace sekisho::gateway {

// A certificate for one host, with the key all leaves of this process share.
struct Leaf {
  std::shared_ptr<x509_st> certificate;
  std::shared_ptr<evp_pkey_st> key;
  std::int64_t not_before = 0, not_after = 0;   // unix seconds
  std::int64_t renew_at = 0;                    // from then on it is minted anew; unix seconds
  std::vector<std::shared_ptr<x509_st>> chain;  // sent after it
};

// Leaves of all workers: minted once a host however many ask at once, off the workers, in a bounded
// cache; minted anew before they end. Thread-safe. Must be destroyed before the io_contexts of
// those who ask.
class LeafStore {
 public:
  using Now = std::function<std::int64_t()>;  // unix seconds; null = the system's clock
  // `crl_url` is named in leaves when not empty.
  LeafStore(std::shared_ptr<const Authority> authority, std::string crl_url,
            std::size_t capacity = 4096, Now now = nullptr);
  ~LeafStore();
  LeafStore(const LeafStore&) = delete;
  LeafStore& operator=(const LeafStore&) = delete;

  // `host`: DNS name (lower case, no trailing dot) or address literal without brackets. Resumes on
  // `executor`. nullptr: could not be minted.
  Awaitable<std::shared_ptr<const Leaf>> get(std::string host, Executor executor);
  // From the cache only.
  std::shared_ptr<const Leaf> cached(const std::string& host) const;
  // A new CA: cached leaves are dropped.
  void replace(std::shared_ptr<const Authority> authority, std::string crl_url);
  std::shared_ptr<const Authority> authority() const;
  std::uint64_t minted() const;

 private:
  struct Impl;
  struct Waiter;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sekisho::gateway
