#include "bench/lab/service/minted_leaves.h"

#include <utility>

namespace sekisho::lab {

MintedLeaves::MintedLeaves(LeafMinter minter) : minter_(std::move(minter)) {}

void MintedLeaves::serve(SSL_CTX* context) {
  SSL_CTX_set_tlsext_servername_callback(context, choose);
  SSL_CTX_set_tlsext_servername_arg(context, this);
}

int MintedLeaves::choose(SSL* ssl, int*, void* self) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (!name || std::string_view(name) == "localhost") return SSL_TLSEXT_ERR_OK;
  auto* leaves = static_cast<MintedLeaves*>(self);
  SSL_use_certificate(ssl, leaves->leaf_for(name));
  SSL_use_PrivateKey(ssl, leaves->minter_.leaf_key());
  return SSL_TLSEXT_ERR_OK;
}

X509* MintedLeaves::leaf_for(const std::string& name) {
  const std::lock_guard lock(mutex_);
  X509Ptr& leaf = leaves_[name];
  if (!leaf) leaf = minter_.mint(name);
  return leaf.get();
}

}  // namespace sekisho::lab
