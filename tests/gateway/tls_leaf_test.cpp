// Leaves and the store that shares them.

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <set>
#include <thread>

#include "gateway/tls/leaf_mint.h"
#include "gateway/tls/leaf_store.h"
#include "gateway/tls/x509_write.h"
#include "tests/gateway/pki.h"
#include "tests/gateway/stream_pairs.h"

namespace sekisho::gateway {
namespace {

constexpr std::int64_t kDay = 86400;

class Leaves : public testing::Test {
 protected:
  LeafMint mint() const { return {authority_, "", make_key("P-256")}; }
  Made ca_ = make_ca("leaf test");
  std::shared_ptr<const Authority> authority_ = authority_of(ca_);
  std::int64_t now_ = std::time(nullptr);
};

TEST_F(Leaves, HoldWhatClientsLookFor) {
  const auto leaf = mint().mint("api.example.test", now_);
  ASSERT_TRUE(leaf);
  X509* x = leaf->certificate.get();
  EXPECT_EQ(X509_get_version(x), X509_VERSION_3);
  EXPECT_EQ(X509_NAME_entry_count(X509_get_subject_name(x)), 0);
  EXPECT_EQ(extension_text(x, NID_subject_alt_name), "critical: DNS:api.example.test");
  EXPECT_EQ(extension_text(x, NID_ext_key_usage), "TLS Web Server Authentication");
  EXPECT_EQ(extension_text(x, NID_key_usage), "critical: Digital Signature");
  EXPECT_EQ(extension_text(x, NID_crl_distribution_points), "absent");
  EXPECT_NE(extension_text(x, NID_subject_key_identifier), "absent");
  EXPECT_EQ(ASN1_STRING_cmp(X509_get0_authority_key_id(x),
                            X509_get0_subject_key_id(ca_.certificate.get())),
            0);
  EXPECT_EQ(X509_check_issued(ca_.certificate.get(), x), X509_V_OK);
  EXPECT_EQ(X509_verify(x, ca_.key.get()), 1);
  EXPECT_TRUE(leaf->chain.empty());
}

TEST_F(Leaves, AreAcceptedByStrictVerification) {
  const auto leaf = mint().mint("api.example.test", now_);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, ca_.certificate.get());
  X509_STORE_CTX* context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf->certificate.get(), nullptr);
  X509_STORE_CTX_set_flags(context, X509_V_FLAG_X509_STRICT);
  X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
  EXPECT_EQ(X509_verify_cert(context), 1)
      << X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
}

TEST_F(Leaves, NameAddressesAsAddresses) {
  const auto six = mint().mint("2001:db8::1", now_);
  EXPECT_EQ(extension_text(six->certificate.get(), NID_subject_alt_name),
            "critical: IP Address:2001:DB8:0:0:0:0:0:1");
  const auto four = mint().mint("192.0.2.7", now_);
  EXPECT_EQ(extension_text(four->certificate.get(), NID_subject_alt_name),
            "critical: IP Address:192.0.2.7");
}

TEST_F(Leaves, TakeNamesLongerThanACommonName) {
  const std::string host = std::string(60, 'a') + "." + std::string(60, 'b') + ".example.test";
  const auto leaf = mint().mint(host, now_);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(X509_check_host(leaf->certificate.get(), host.data(), host.size(), 0, nullptr), 1);
}

TEST_F(Leaves, AreBackdatedAnHourAndLastAtMost397Days) {
  CertSpec spec;
  spec.from = -30 * kDay;
  spec.until = 3650 * kDay;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
  authority_ = authority_of(make(spec));
  const auto leaf = mint().mint("a.test", now_);
  const std::int64_t from = unix_seconds(X509_get0_notBefore(leaf->certificate.get()));
  EXPECT_EQ(from, now_ - 3600);
  EXPECT_LE(leaf->not_after - from, 397 * kDay);
  EXPECT_EQ(unix_seconds(X509_get0_notAfter(leaf->certificate.get())), leaf->not_after);
  EXPECT_LT(leaf->renew_at, leaf->not_after);
}

TEST_F(Leaves, StayWithinTheDatesOfTheirCa) {
  CertSpec spec;
  spec.from = -600;
  spec.until = 20 * kDay;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
  authority_ = authority_of(make(spec));
  const auto leaf = mint().mint("a.test", now_);
  EXPECT_EQ(leaf->not_after, authority_->not_after());
  EXPECT_EQ(unix_seconds(X509_get0_notBefore(leaf->certificate.get())), authority_->not_before());
  EXPECT_FALSE(mint().mint("a.test", now_ + 21 * kDay));
  EXPECT_FALSE(mint().mint("a.test", now_ - kDay));
}

TEST_F(Leaves, EndBeforeTheIssuerOfTheirCaDoes) {
  const Made root = make_ca("root that ends in 30 days");
  CertSpec spec;
  spec.issuer = &root;
  spec.until = 900 * kDay;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
  authority_ = authority_of(make(spec), {root});
  EXPECT_EQ(mint().mint("a.test", now_)->not_after,
            unix_seconds(X509_get0_notAfter(root.certificate.get())));
}

TEST_F(Leaves, HaveSerialsOfTheirOwn) {
  std::set<std::string> seen;
  const LeafMint with = mint();
  for (int i = 0; i < 50; ++i) {
    const auto leaf = with.mint("a.test", now_);
    const ASN1_INTEGER* serial = X509_get0_serialNumber(leaf->certificate.get());
    EXPECT_EQ(ASN1_STRING_length(serial), 20);
    EXPECT_EQ(ASN1_STRING_type(serial), V_ASN1_INTEGER);  // not V_ASN1_NEG_INTEGER
    EXPECT_LT(ASN1_STRING_get0_data(serial)[0], 0x80);
    seen.emplace(reinterpret_cast<const char*>(ASN1_STRING_get0_data(serial)), 20);
  }
  EXPECT_EQ(seen.size(), 50u);
}

TEST_F(Leaves, NameTheCrlWhenThereIsOne) {
  LeafMint with = mint();
  with.crl_url = "http://proxy.example.test:8080/ca.crl";
  const auto leaf = with.mint("a.test", now_);
  EXPECT_NE(extension_text(leaf->certificate.get(), NID_crl_distribution_points)
                .find("URI:http://proxy.example.test:8080/ca.crl"),
            std::string::npos);
}

TEST_F(Leaves, AreSignedByRsaAuthoritiesAndBringTheIntermediate) {
  CertSpec spec;
  spec.name = "company issuing CA";
  spec.issuer = &ca_;
  spec.key = "RSA-2048";
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};  // without SKI
  const Made issuing = make(spec);
  authority_ = authority_of(issuing);
  const auto leaf = mint().mint("a.test", now_);
  ASSERT_TRUE(leaf);
  EXPECT_EQ(X509_verify(leaf->certificate.get(), issuing.key.get()), 1);
  ASSERT_EQ(leaf->chain.size(), 1u);
  EXPECT_EQ(X509_cmp(leaf->chain[0].get(), issuing.certificate.get()), 0);
}

using LeafPtr = std::shared_ptr<const Leaf>;

Awaitable<void> ask(LeafStore& store, std::string host, Executor executor, LeafPtr& out) {
  out = co_await store.get(std::move(host), executor);
}

LeafPtr get(LeafStore& store, const std::string& host) {
  net::io_context io(1);
  LeafPtr out;
  start(io, ask(store, host, io.get_executor(), out));
  io.run();
  return out;
}

TEST_F(Leaves, AreMintedOnceHoweverManyAsk) {
  LeafStore store(authority_, "");
  net::io_context one(1), other(1);
  std::vector<LeafPtr> got(200);
  for (std::size_t i = 0; i < got.size(); ++i) {
    net::io_context& io = i % 2 ? one : other;
    start(io, ask(store, "a.test", io.get_executor(), got[i]));
  }
  std::thread thread([&] { one.run(); });
  other.run();
  thread.join();
  for (const LeafPtr& each : got) EXPECT_EQ(each, got[0]);
  EXPECT_TRUE(got[0]);
  EXPECT_EQ(store.minted(), 1u);
  EXPECT_EQ(store.cached("a.test"), got[0]);
}

TEST_F(Leaves, AreForgottenLeastRecentlyUsedFirst) {
  LeafStore store(authority_, "", 2);
  get(store, "a.test");
  get(store, "b.test");
  EXPECT_TRUE(store.cached("a.test"));
  get(store, "c.test");
  EXPECT_TRUE(store.cached("a.test"));
  EXPECT_FALSE(store.cached("b.test"));
}

TEST_F(Leaves, AreMintedAnewBeforeTheyEnd) {
  std::atomic<std::int64_t> now = now_;
  LeafStore store(authority_, "", 10, [&] { return now.load(); });
  const LeafPtr first = get(store, "a.test");
  now = first->renew_at - 1;
  EXPECT_EQ(get(store, "a.test"), first);
  now = first->renew_at;
  const LeafPtr second = get(store, "a.test");
  EXPECT_NE(second, first);
  EXPECT_LT(now, first->not_after);
  now = authority_->not_after() + 1;
  EXPECT_FALSE(get(store, "a.test"));
}

TEST_F(Leaves, AreMintedAnewWhenTheClockWasAheadAndIsSetBack) {
  CertSpec spec;
  spec.from = -30 * kDay;
  spec.until = 3650 * kDay;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
  std::atomic<std::int64_t> now = now_ + 10 * kDay;
  LeafStore store(authority_of(make(spec)), "", 10, [&] { return now.load(); });
  const LeafPtr ahead = get(store, "a.test");
  ASSERT_GT(ahead->not_before, now_);
  now = now_;
  const LeafPtr right = get(store, "a.test");
  EXPECT_NE(right, ahead);
  EXPECT_LE(right->not_before, now_);
}

TEST_F(Leaves, OfAnOldCaAreDropped) {
  LeafStore store(authority_, "");
  get(store, "a.test");
  const Made next = make_ca("next");
  store.replace(authority_of(next), "");
  EXPECT_FALSE(store.cached("a.test"));
  const LeafPtr leaf = get(store, "a.test");
  EXPECT_EQ(X509_verify(leaf->certificate.get(), next.key.get()), 1);
  EXPECT_EQ(store.authority()->subject(), "CN=next");
}

TEST_F(Leaves, MayBeAskedForByCoroutinesThatAreDestroyed) {
  LeafStore store(authority_, "");
  for (int i = 0; i < 50; ++i) {
    net::io_context io(1);
    LeafPtr out;
    abandon(io, ask(store, "host" + std::to_string(i) + ".test", io.get_executor(), out));
    io.poll();
  }
  EXPECT_TRUE(get(store, "last.test"));
}

}  // namespace
}  // namespace sekisho::gateway
