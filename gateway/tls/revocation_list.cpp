#include "gateway/tls/revocation_list.h"

#include <algorithm>

#include "gateway/tls/openssl_ptr.h"
#include "gateway/tls/x509_write.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;
// Clients keep a list until its end, also while the gateway is down; a week outlasts holidays.
constexpr std::int64_t kLifetime = 7 * kDay;
constexpr std::int64_t kRenewal = kDay;
// For clients whose clocks are behind.
constexpr std::int64_t kBackdated = 3600;

using CrlPtr = std::unique_ptr<X509_CRL, OpensslFree<X509_CRL_free>>;
using TimePtr = std::unique_ptr<ASN1_TIME, OpensslFree<ASN1_TIME_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, OpensslFree<ASN1_INTEGER_free>>;

bool set_dates(X509_CRL* crl, const RevocationListDates& dates) {
  const TimePtr from(ASN1_TIME_set(nullptr, dates.this_update));
  const TimePtr until(ASN1_TIME_set(nullptr, dates.next_update));
  return from && until && X509_CRL_set1_lastUpdate(crl, from.get()) == 1 &&
         X509_CRL_set1_nextUpdate(crl, until.get()) == 1;
}

bool add_number(X509_CRL* crl, std::int64_t number) {
  const IntegerPtr value(ASN1_INTEGER_new());
  return value && ASN1_INTEGER_set_int64(value.get(), number) == 1 &&
         X509_CRL_add1_ext_i2d(crl, NID_crl_number, value.get(), 0, X509V3_ADD_APPEND) == 1;
}

}  // namespace

std::string make_revocation_list(const Authority& authority, const RevocationListDates& dates,
                                 std::string& error) {
  const CrlPtr made(X509_CRL_new());
  X509_CRL* crl = made.get();
  X509* ca = authority.certificate();
  const bool whole = crl && X509_CRL_set_version(crl, X509_CRL_VERSION_2) == 1 &&
                     X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca)) == 1 &&
                     set_dates(crl, dates) && add_authority_key_identifier(crl, ca) &&
                     add_number(crl, dates.number) &&
                     X509_CRL_sign(crl, authority.key(), digest_for(authority.key())) > 0;
  unsigned char* bytes = nullptr;
  const int size = whole ? i2d_X509_CRL(crl, &bytes) : 0;
  if (size <= 0) {
    error = openssl_error();
    return {};
  }
  std::string der(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

bool RevocationList::fresh(const Authority& authority, std::int64_t now) const {
  return !der_.empty() && authority_.get() == &authority && now < dates_.this_update + kRenewal &&
         now >= dates_.this_update;
}

std::string RevocationList::der(const std::shared_ptr<const Authority>& authority,
                                std::int64_t now) {
  const std::lock_guard lock(mutex_);
  if (fresh(*authority, now)) return der_;
  RevocationListDates dates;
  dates.this_update = std::max(now - kBackdated, std::min(now, authority->not_before()));
  dates.next_update = now + kLifetime;
  dates.number = std::max(now, dates_.number + 1);
  std::string error;
  std::string made = make_revocation_list(*authority, dates, error);
  if (made.empty()) return {};
  authority_ = authority;
  dates_ = dates;
  der_ = std::move(made);
  return der_;
}

}  // namespace sekisho::gateway
