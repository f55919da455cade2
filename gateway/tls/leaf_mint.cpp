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

std::shared_ptr<X509> make_leaf(const Authority& authority, EVP_PKEY* key, const LeafWish& wish) {
  const Validity valid = within(authority, wish.now);
  if (valid.until <= wish.now || valid.from > wish.now) return nullptr;
  std::shared_ptr<X509> made(X509_new(), X509_free);
  X509* x = made.get();
  X509* ca = authority.certificate();
  const bool whole =
      X509_set_version(x, X509_VERSION_3) && set_random_serial(x) &&
      set_validity(x, valid.from, valid.until) &&
      X509_set_issuer_name(x, X509_get_subject_name(ca)) && X509_set_pubkey(x, key) &&
      add_subject_alt_name(x, wish.host) && add_key_usage(x, KU_DIGITAL_SIGNATURE) &&
      add_server_auth(x) && add_subject_key_identifier(x) && add_authority_key_identifier(x, ca) &&
      (wish.crl_url.empty() || add_crl_url(x, wish.crl_url)) && sign(x, authority.key());
  if (whole) return made;
  openssl_error();
  return nullptr;
}

std::shared_ptr<const Leaf> LeafMint::mint(const std::string& host, std::int64_t now) const {
  const LeafWish wish{host, crl_url, now};
  std::shared_ptr<X509> made = make_leaf(*authority, key.get(), wish);
  if (!made) return nullptr;
  auto leaf = std::make_shared<Leaf>();
  leaf->not_before = unix_seconds(X509_get0_notBefore(made.get()));
  leaf->not_after = unix_seconds(X509_get0_notAfter(made.get()));
  leaf->renew_at = now + std::max<std::int64_t>((leaf->not_after - now) * 2 / 3, 1);
  leaf->certificate = std::move(made);
  leaf->key = key;
  leaf->chain = authority->chain();
  return leaf;
}

}  // namespace sekisho::gateway
