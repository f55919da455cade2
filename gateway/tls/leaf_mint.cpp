#include "gateway/tls/leaf_mint.h"

#include <algorithm>

#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

// Some clients refuse more than 398 days of any CA. The key lives as long as the process, so a
// quarter of that is plenty.
constexpr std::int64_t kLifetime = 90 * 86400;
// For clients whose clocks are behind.
constexpr std::int64_t kBackdated = 3600;

struct Validity {
  std::int64_t from, until;
};

Validity within(const Authority& authority, std::int64_t now) {
  return {std::max(now - kBackdated, authority.not_before()),
          std::min(now + kLifetime, authority.not_after())};
}

}  // namespace

std::shared_ptr<const Leaf> LeafMint::mint(const std::string& host, std::int64_t now) const {
  const Validity valid = within(*authority, now);
  if (valid.until <= now || valid.from > now) return nullptr;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  X509* x = made.get();
  X509* ca = authority->certificate();
  const bool whole = X509_set_version(x, X509_VERSION_3) && set_random_serial(x) &&
                     set_validity(x, valid.from, valid.until) &&
                     X509_set_issuer_name(x, X509_get_subject_name(ca)) &&
                     X509_set_pubkey(x, key.get()) && add_subject_alt_name(x, host) &&
                     add_key_usage(x, KU_DIGITAL_SIGNATURE) && add_server_auth(x) &&
                     add_subject_key_identifier(x) && add_authority_key_identifier(x, ca) &&
                     (crl_url.empty() || add_crl_url(x, crl_url)) && sign(x, authority->key());
  if (!whole) {
    openssl_error();
    return nullptr;
  }
  auto leaf = std::make_shared<Leaf>();
  leaf->certificate = std::move(made);
  leaf->key = key;
  leaf->not_after = valid.until;
  leaf->renew_at = now + std::max<std::int64_t>((valid.until - now) * 2 / 3, 1);
  leaf->chain = authority->chain();
  return leaf;
}

}  // namespace sekisho::gateway
