#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gateway/tls/leaf_store.h"

namespace sekisho::gateway {

struct LeafWish {
  std::string host;     // DNS name or address literal
  std::string crl_url;  // "" = none is named
  std::int64_t now = 0;
};

// nullptr: the CA is not valid at that time, or OpenSSL refused.
std::shared_ptr<x509_st> make_leaf(const Authority& authority, evp_pkey_st* key,
                                   const LeafWish& wish);

// Makes leaves; knows neither threads nor caches.
struct LeafMint {
  std::shared_ptr<const Authority> authority;
  std::string crl_url;
  std::shared_ptr<evp_pkey_st> key;

  // nullptr: the CA is not valid at `now` (unix seconds), or OpenSSL refused.
  std::shared_ptr<const Leaf> mint(const std::string& host, std::int64_t now) const;
};

}  // namespace sekisho::gateway
