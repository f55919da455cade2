// The CRL that the gateway serves.

#include <gtest/gtest.h>

#include <ctime>
#include <set>

#include "gateway/tls/revocation_list.h"
#include "gateway/tls/x509_write.h"
#include "tests/gateway/pki.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;
using CrlPtr = std::unique_ptr<X509_CRL, OpensslFree<X509_CRL_free>>;

CrlPtr parsed(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = at + der.size();
  CrlPtr out(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  EXPECT_TRUE(out);
  EXPECT_EQ(at, end);
  return out;
}

std::int64_t number_of(X509_CRL* crl) {
  auto* number =
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(crl, NID_crl_number, nullptr, nullptr));
  std::int64_t out = -1;
  if (number) ASN1_INTEGER_get_int64(&out, number);
  ASN1_INTEGER_free(number);
  return out;
}

class RevocationLists : public testing::Test {
 protected:
  Made ca_ = make_ca("crl test");
  std::shared_ptr<const Authority> authority_ = authority_of(ca_);
  std::int64_t now_ = std::time(nullptr);
  RevocationList list_;
};

TEST_F(RevocationLists, HoldWhatWindowsLooksFor) {
  const CrlPtr crl = parsed(list_.der(authority_, now_));
  X509_CRL* c = crl.get();
  EXPECT_EQ(X509_CRL_get_version(c), X509_CRL_VERSION_2);
  EXPECT_EQ(X509_CRL_verify(c, ca_.key.get()), 1);
  EXPECT_EQ(X509_NAME_cmp(X509_CRL_get_issuer(c), X509_get_subject_name(ca_.certificate.get())), 0);
  EXPECT_EQ(unix_seconds(X509_CRL_get0_lastUpdate(c)), now_ - 3600);
  EXPECT_EQ(unix_seconds(X509_CRL_get0_nextUpdate(c)), now_ + 7 * kDay);
  EXPECT_LE(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(c)), 0);
  EXPECT_GE(X509_CRL_get_ext_by_NID(c, NID_authority_key_identifier, -1), 0);
  EXPECT_EQ(number_of(c), now_);
}

TEST_F(RevocationLists, SatisfyAVerifierThatInsistsOnOne) {
  CertSpec spec;
  spec.issuer = &ca_;
  const Made leaf = make(spec);
  const CrlPtr crl = parsed(list_.der(authority_, now_));
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca_.certificate.get());
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  for (const bool listed : {false, true}) {
    if (listed) X509_STORE_add_crl(store, crl.get());
    X509_STORE_CTX* context = X509_STORE_CTX_new();
    X509_STORE_CTX_init(context, store, leaf.certificate.get(), nullptr);
    EXPECT_EQ(X509_verify_cert(context) == 1, listed);
    const int error = X509_STORE_CTX_get_error(context);
    EXPECT_EQ(error, listed ? X509_V_OK : X509_V_ERR_UNABLE_TO_GET_CRL)
        << X509_verify_cert_error_string(error);
    X509_STORE_CTX_free(context);
  }
  X509_STORE_free(store);
}

TEST_F(RevocationLists, AreKeptForADayAndSignedAnewLongBeforeTheyEnd) {
  const std::string first = list_.der(authority_, now_);
  EXPECT_EQ(list_.der(authority_, now_ + kDay - 3601), first);
  const CrlPtr second = parsed(list_.der(authority_, now_ + kDay));
  EXPECT_EQ(unix_seconds(X509_CRL_get0_nextUpdate(second.get())), now_ + 8 * kDay);
  EXPECT_EQ(number_of(second.get()), now_ + kDay);
}

TEST_F(RevocationLists, CountUpwardsAlsoWhenTheClockStepsBackOrTheGatewayStartsAnew) {
  const auto first = number_of(parsed(list_.der(authority_, now_)).get());
  const CrlPtr back = parsed(list_.der(authority_, now_ - 30 * kDay));
  EXPECT_GT(number_of(back.get()), first);
  EXPECT_LE(unix_seconds(X509_CRL_get0_lastUpdate(back.get())), now_ - 30 * kDay);
  RevocationList restarted;
  EXPECT_GT(number_of(parsed(restarted.der(authority_, now_ + 60)).get()), first);
}

TEST_F(RevocationLists, AreOfTheCaInForce) {
  const std::string first = list_.der(authority_, now_);
  const Made next = make_ca("next");
  const auto its = authority_of(next);
  const CrlPtr crl = parsed(list_.der(its, now_));
  EXPECT_EQ(X509_CRL_verify(crl.get(), next.key.get()), 1);
  EXPECT_NE(number_of(crl.get()), number_of(parsed(first).get()));
}

TEST_F(RevocationLists, AreSignedByKeysOfEveryKind) {
  for (const char* kind : {"RSA-2048", "P-384", "P-521", "ED25519"}) {
    CertSpec spec;
    spec.key = kind;
    spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};  // without SKI
    const Made ca = make(spec);
    const CrlPtr crl = parsed(list_.der(authority_of(ca), now_));
    ASSERT_TRUE(crl) << kind;
    EXPECT_EQ(X509_CRL_verify(crl.get(), ca.key.get()), 1) << kind;
  }
}

}  // namespace
}  // namespace sekisho::gateway
