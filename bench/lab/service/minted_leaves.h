#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "bench/lab/net/leaf_minter.h"

namespace sekisho::lab {

// A leaf for each name a client asks for, so that a proxy that mints sees a new certificate for
// every new name. Shared by the threads.
class MintedLeaves {
 public:
  explicit MintedLeaves(LeafMinter minter);

  // Lets `context` take its leaves from here; `localhost` keeps the certificate of the context.
  void serve(SSL_CTX* context);

 private:
  static int choose(SSL* ssl, int* alert, void* self);
  X509* leaf_for(const std::string& name);

  const LeafMinter minter_;
  std::mutex mutex_;
  std::unordered_map<std::string, X509Ptr> leaves_;
};

}  // namespace sekisho::lab
