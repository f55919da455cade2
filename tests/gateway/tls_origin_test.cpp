// Origins are verified as a browser would: a table of certificates, right ones and wrong ones.

#include <gtest/gtest.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include <set>

#include "gateway/tls/origin_certificate.h"
#include "gateway/tls/origin_handshake.h"
#include "tests/gateway/pki.h"
#include "tests/gateway/stream_pairs.h"

namespace sekisho::gateway {
namespace {

using Fault = OriginTls::Fault;
constexpr long kDay = 86400;

const Made& root() {
  static const Made made = make_ca("test root");
  return made;
}

const Made& unknown_root() {
  static const Made made = make_ca("unknown root");
  return made;
}

using Extensions = std::vector<std::pair<int, std::string>>;
const std::pair<int, std::string> kIsCa = {NID_basic_constraints, "critical,CA:TRUE"};
const std::pair<int, std::string> kSigns = {NID_key_usage, "critical,keyCertSign"};
const std::pair<int, std::string> kForServers = {NID_ext_key_usage, "serverAuth"};

// An intermediate of the test root, with a name of its own.
template <class Change>
Made intermediate(const char* name, Extensions extensions, Change change) {
  CertSpec spec;
  spec.name = name;
  spec.issuer = &root();
  spec.extensions = std::move(extensions);
  change(spec);
  return make(spec);
}

Made intermediate(const char* name, Extensions extensions) {
  return intermediate(name, std::move(extensions), [](CertSpec&) {});
}

CertSpec good(const std::string& san = "DNS:api.test") {
  CertSpec spec;
  spec.issuer = &root();
  spec.extensions = {{NID_subject_alt_name, san},
                     {NID_ext_key_usage, "serverAuth"},
                     {NID_key_usage, "digitalSignature"}};
  return spec;
}

template <class Change>
CertSpec but(Change change, CertSpec spec = good()) {
  change(spec);
  return spec;
}

// An origin that serves one certificate, and what connecting to it came to.
class Origin {
 public:
  using Chain = std::vector<Made>;
  explicit Origin(const Made& served, const Chain& chain = {})
      : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_mode(context_, SSL_MODE_NO_AUTO_CHAIN);
    SSL_CTX_use_certificate(context_, served.certificate.get());
    SSL_CTX_use_PrivateKey(context_, served.key.get());
    for (const Made& each : chain) SSL_CTX_add1_chain_cert(context_, each.certificate.get());
    const unsigned char id[] = "origin";
    SSL_CTX_set_session_id_context(context_, id, sizeof id);
  }
  ~Origin() { SSL_CTX_free(context_); }
  SSL_CTX* context() { return context_; }

  OriginTls::Outcome connect(OriginTls& tls, const std::string& host, std::uint16_t port = 443,
                             Transport transport = {}) {
    io_.restart();
    Ends ends = connected(io_, deadlines_, transport);
    OriginTls::Outcome out;
    start(io_, serve(std::move(ends.second)));
    start(io_, reach(tls, std::move(ends.first), host, port, out));
    io_.run();
    return out;
  }
  const std::string& sni() const { return sni_; }
  void staple(std::string response) {
    staple_ = std::move(response);
    SSL_CTX_set_tlsext_status_cb(context_, send_staple);
    SSL_CTX_set_tlsext_status_arg(context_, this);
  }

 private:
  static int send_staple(SSL* ssl, void* origin) {
    const std::string& bytes = static_cast<Origin*>(origin)->staple_;
    SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup(bytes.data(), bytes.size()), bytes.size());
    return SSL_TLSEXT_ERR_OK;
  }

  Awaitable<void> serve(StreamPtr low) {
    TlsStream stream(std::move(low), context_, TlsStream::Role::kServer);
    long step = stream.try_handshake();
    while (step == ByteStream::kBlock) {
      const Wake wake = co_await stream.ready(stream.want(), soon());
      if (wake != Wake::kReady) co_return;
      step = stream.try_handshake();
    }
    const char* sni = SSL_get_servername(stream.ssl(), TLSEXT_NAMETYPE_host_name);
    sni_ = sni ? sni : "";
    if (step <= 0) co_return;
    co_await write_all(stream, "x", 1, Millis(5000));
    co_await read_to_end(stream);
  }

  static Awaitable<void> reach(OriginTls& tls, StreamPtr low, std::string host, std::uint16_t port,
                               OriginTls::Outcome& out) {
    out = co_await tls.connect(std::move(low), host, port, soon());
    if (!out.stream) co_return;
    char buffer[8];
    co_await read_some(*out.stream, buffer, sizeof buffer, soon());  // tickets come before it
    out.stream->shutdown_write();
  }

  SSL_CTX* context_;
  net::io_context io_{1};
  Deadlines deadlines_{io_.get_executor()};
  std::string sni_, staple_;
};

std::shared_ptr<OriginTls> trusting(const Made& anchor) {
  const Folder folder;
  std::string error;
  auto out = OriginTls::create({folder.write("extra.pem", pem(anchor.certificate.get()))}, error);
  EXPECT_TRUE(out) << error;
  return out;
}

struct Row {
  const char* what;
  CertSpec spec;
  std::string check;  // "" = accepted, "any" = refused, in the handshake or after it
  std::string host = "api.test";
  std::vector<Made> chain{};
};

void judge(const std::vector<Row>& table) {
  const auto tls = trusting(root());
  for (const Row& row : table) {
    SCOPED_TRACE(row.what);
    CertSpec spec = row.spec;
    if (!row.chain.empty() && spec.issuer == &root()) spec.issuer = &row.chain.front();
    Origin origin(make(spec), row.chain);
    const OriginTls::Outcome out = origin.connect(*tls, row.host);
    EXPECT_EQ(out.stream != nullptr, row.check.empty()) << out.check << ": " << out.detail;
    if (row.check == "any") continue;
    EXPECT_EQ(out.check, row.check) << out.detail;
    EXPECT_EQ(out.fault, row.check.empty() ? Fault::kNone : Fault::kCertificate);
    EXPECT_EQ(out.detail.empty(), row.check.empty());
  }
}

Row with_san(const char* what, const std::string& san, const char* check, const char* host) {
  return {what, good(san), check, host};
}

// The name `api.test` followed by NUL and `.evil.test`, as one DNS name.
constexpr const char* kNulName =
    "DER:30:15:82:13:61:70:69:2e:74:65:73:74:00:2e:65:76:69:6c:2e:74:65:73:74";

TEST(OriginTls, JudgesNamesAsABrowserDoes) {
  judge({
      with_san("plain", "DNS:api.test", "", "api.test"),
      with_san("one of many", "DNS:a.test,DNS:b.test,DNS:api.test", "", "api.test"),
      with_san("upper case and trailing dot", "DNS:API.test", "", "api.test."),
      with_san("the certificate's trailing dot", "DNS:api.test.", "name", "api.test"),
      with_san("another name", "DNS:other.test", "name", "api.test"),
      with_san("a longer name", "DNS:api.test.evil.test", "name", "api.test"),
      with_san("NUL in the name", kNulName, "name", "api.test"),
      with_san("wildcard", "DNS:*.api.test", "", "eu.api.test"),
      with_san("wildcard, two labels", "DNS:*.api.test", "name", "a.eu.api.test"),
      with_san("wildcard, no label", "DNS:*.api.test", "name", "api.test"),
      with_san("wildcard of a top-level name", "DNS:*.test", "name", "api.test"),
      with_san("wildcard of everything", "DNS:*", "name", "api.test"),
      with_san("wildcard of a public suffix", "DNS:*.co.jp", "name", "example.co.jp"),
      with_san("that and the name itself", "DNS:*.co.jp,DNS:example.co.jp", "", "example.co.jp"),
      with_san("wildcard below a company's own suffix", "DNS:*.github.io", "", "a.github.io"),
      with_san("wildcard that is not left-most", "DNS:api.*.test", "name", "api.eu.test"),
      with_san("part of a label as wildcard", "DNS:a*.eu.test", "name", "api.eu.test"),
      with_san("wildcard over an IDN label", "DNS:*.api.test", "", "xn--r8jz45g.api.test"),
      with_san("IDN in its ASCII form", "DNS:xn--r8jz45g.test", "", "xn--r8jz45g.test"),
      with_san("IPv4", "IP:192.0.2.1", "", "192.0.2.1"),
      with_san("IPv6", "IP:2001:db8::1", "", "2001:db8::1"),
      with_san("another address", "IP:192.0.2.1", "name", "192.0.2.2"),
      with_san("address as DNS name", "DNS:192.0.2.1", "name", "192.0.2.1"),
      with_san("wildcard over an address", "DNS:*.0.2.1", "name", "192.0.2.1"),
      {"name in CN only", but([](CertSpec& s) {
         s.name = "api.test";
         s.extensions = {kForServers};
       }),
       "name"},
      {"name in CN beside another SAN",
       but([](CertSpec& s) { s.name = "api.test"; }, good("DNS:other.test")), "name"},
      {"address in CN only", but([](CertSpec& s) {
         s.name = "192.0.2.1";
         s.extensions = {kForServers};
       }),
       "name", "192.0.2.1"},
  });
}

TEST(OriginTls, JudgesServersCertificatesAsABrowserDoes) {
  const Extensions no_eku = {{NID_subject_alt_name, "DNS:api.test"}};
  const auto add = [](int nid, const char* value) {
    return but([&](CertSpec& s) { s.extensions.push_back({nid, value}); });
  };
  const auto usage = [](const char* ku, const char* key) {
    return but([&](CertSpec& s) { s.extensions[2].second = ku, s.key = key; });
  };
  const auto eku = [](const char* value) {
    return but([&](CertSpec& s) { s.extensions[1].second = value; });
  };
  Made impostor = make_ca("test root");
  judge({
      {"no EKU at all", but([&](CertSpec& s) { s.extensions = no_eku; }), ""},
      {"P-384", but([](CertSpec& s) { s.key = "P-384"; }), ""},
      {"RSA 2048", but([](CertSpec& s) { s.key = "RSA-2048"; }), ""},
      {"Ed25519, from a private CA", but([](CertSpec& s) { s.key = "ED25519"; }), ""},
      {"ten years, from a private CA", but([](CertSpec& s) { s.until = 3650 * kDay; }), ""},
      {"expired", but([](CertSpec& s) { s.from = -9 * kDay, s.until = -60; }), "expired"},
      {"not yet valid", but([](CertSpec& s) { s.from = kDay; }), "not_yet_valid"},
      {"self-signed", but([](CertSpec& s) { s.issuer = nullptr; }), "self_signed"},
      {"unknown CA", but([](CertSpec& s) { s.issuer = &unknown_root(); }), "incomplete_chain"},
      {"another CA under the same name", but([&](CertSpec& s) { s.issuer = &impostor; }),
       "signature"},
      {"RSA 1024", but([](CertSpec& s) { s.key = "RSA-1024"; }), "key_strength"},
      {"P-224", but([](CertSpec& s) { s.key = "P-224"; }), "any"},
      {"secp256k1", but([](CertSpec& s) { s.key = "secp256k1"; }), "any"},
      {"SHA-1", but([](CertSpec& s) { s.digest = EVP_sha1(); }), "signature_strength"},
      {"client certificate", eku("clientAuth"), "usage"},
      {"any extended usage", eku("anyExtendedKeyUsage"), "usage"},
      {"both usages", eku("serverAuth,clientAuth"), ""},
      {"EC key that may not sign", usage("keyAgreement", "P-256"), "usage"},
      {"RSA key that may not sign", usage("keyEncipherment", "RSA-2048"), "usage"},
      {"CA certificate", add(NID_basic_constraints, "critical,CA:TRUE"), "usage"},
      {"version 1", but([](CertSpec& s) { s.version = X509_VERSION_1; }), "version"},
      {"unknown critical extension", add(NID_pbe_WithSHA1And40BitRC4, "critical,DER:0500"),
       "critical_extension"},
      {"unknown other extension", add(NID_pbe_WithSHA1And40BitRC4, "DER:0500"), ""},
      {"two extended usages", add(NID_ext_key_usage, "clientAuth"), "malformed"},
      {"two lists of names", add(NID_subject_alt_name, "DNS:other.test"), "any"},
      {"two unknown extensions", but([](CertSpec& s) {
         s.extensions.push_back({NID_pbe_WithSHA1And40BitRC4, "DER:0500"});
         s.extensions.push_back({NID_pbe_WithSHA1And40BitRC4, "DER:0500"});
       }),
       "malformed"},
  });
}

TEST(OriginTls, JudgesIssuersAsABrowserDoes) {
  const auto by = [](Made ca) { return std::vector<Made>{std::move(ca)}; };
  const auto limited = [&](const char* constraint) {
    return by(intermediate("constrained", {kIsCa, kSigns, {NID_name_constraints, constraint}}));
  };
  const Made short_one = intermediate(
      "no CA below it", {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"}, kSigns});
  CertSpec below;
  below.name = "CA below it";
  below.issuer = &short_one;
  below.extensions = {kIsCa, kSigns};
  const Made too_deep = make(below);
  judge({
      {"with its intermediate", good(), "", "api.test", by(intermediate("plain", {kIsCa, kSigns}))},
      {"unknown root in the chain", but([](CertSpec& s) { s.issuer = &unknown_root(); }),
       "untrusted_root", "api.test", by(unknown_root())},
      {"CA:FALSE", good(), "issuer", "api.test",
       by(intermediate("not a CA", {{NID_basic_constraints, "critical,CA:FALSE"}}))},
      {"no basic constraints", good(), "issuer", "api.test", by(intermediate("a server", {}))},
      {"keyCertSign without basic constraints", good(), "issuer", "api.test",
       by(intermediate("half a CA", {kSigns}))},
      {"no keyCertSign", good(), "issuer", "api.test",
       by(intermediate("CRL signer", {kIsCa, {NID_key_usage, "critical,cRLSign"}}))},
      {"for clients", good(), "usage", "api.test",
       by(intermediate("client CA", {kIsCa, kSigns, {NID_ext_key_usage, "clientAuth"}}))},
      {"expired", good(), "expired", "api.test",
       by(intermediate("old", {kIsCa, kSigns}, [](CertSpec& s) { s.until = -60; }))},
      {"not yet valid", good(), "not_yet_valid", "api.test",
       by(intermediate("early", {kIsCa, kSigns}, [](CertSpec& s) { s.from = kDay; }))},
      {"RSA 1024", good(), "key_strength", "api.test",
       by(intermediate("weak", {kIsCa, kSigns}, [](CertSpec& s) { s.key = "RSA-1024"; }))},
      {"P-224", good(), "key_strength", "api.test",
       by(intermediate("small", {kIsCa, kSigns}, [](CertSpec& s) { s.key = "P-224"; }))},
      {"a curve browsers do not know", good(), "key_strength", "api.test",
       by(intermediate("curve", {kIsCa, kSigns}, [](CertSpec& s) { s.key = "brainpoolP256r1"; }))},
      {"SHA-1", good(), "signature_strength", "api.test",
       by(intermediate("sha1", {kIsCa, kSigns}, [](CertSpec& s) { s.digest = EVP_sha1(); }))},
      {"MD5 by its issuer", but([](CertSpec& s) { s.digest = EVP_md5(); }), "signature_strength",
       "api.test",
       by(intermediate("rsa", {kIsCa, kSigns}, [](CertSpec& s) { s.key = "RSA-2048"; }))},
      {"deeper than a path length allows",
       good(),
       "constraints",
       "api.test",
       {too_deep, short_one}},
      {"within name constraints", good("DNS:a.inside.test"), "", "a.inside.test",
       limited("critical,permitted;DNS:inside.test")},
      {"outside name constraints", good(), "constraints", "api.test",
       limited("critical,permitted;DNS:inside.test")},
      {"within excluded names", good(), "constraints", "api.test",
       limited("critical,excluded;DNS:test")},
      {"one of its names outside", good("DNS:api.test,DNS:b.inside.test"), "constraints",
       "b.inside.test", limited("critical,permitted;DNS:inside.test")},
      {"address outside", good("IP:192.0.2.1"), "constraints", "192.0.2.1",
       limited("critical,permitted;IP:198.51.100.0/255.255.255.0")},
      {"twice the same extension", good(), "malformed", "api.test",
       by(intermediate("twice", {kIsCa, kSigns, kForServers, kForServers}))},
  });
}

// `length` intermediates, the one nearest the leaf first.
std::vector<Made> chain_of(int length) {
  std::vector<Made> out;
  for (int i = 0; i < length; ++i)
    out.insert(out.begin(),
               make_ca("link " + std::to_string(i), out.empty() ? &root() : &out.front()));
  return out;
}

TEST(OriginTls, FollowsChainsOfReasonableLength) {
  judge({{"five", good(), "", "api.test", chain_of(5)},
         {"ten", good(), "", "api.test", chain_of(10)},
         {"eleven", good(), "chain_length", "api.test", chain_of(11)},
         {"sixty", good(), "chain_length", "api.test", chain_of(60)}});
}

TEST(OriginTls, WantsTheIntermediateToBeSent) {
  const Made unsent = intermediate("unsent", {kIsCa, kSigns});
  judge({{"missing", but([&](CertSpec& s) { s.issuer = &unsent; }), "incomplete_chain"}});
}

TEST(OriginTls, FindsTheTrustedOneOfCrossSignedChains) {
  const Made new_root = make_ca("new root");  // not trusted here
  const Made crossed =
      intermediate("new root", {kIsCa, kSigns}, [&](CertSpec& s) { s.same_key_as = &new_root; });
  const Made issuing = make_ca("issuing", &new_root);
  judge({{"both ways", good(), "", "api.test", {issuing, new_root, crossed}},
         {"the trusted one only", good(), "", "api.test", {issuing, crossed}},
         {"the other only", good(), "untrusted_root", "api.test", {issuing, new_root}}});
}

TEST(OriginTls, HoldsOnToARefusalWhenTheOriginOffersToResume) {
  const auto tls = trusting(root());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Origin origin(make(but([](CertSpec& s) { s.extensions.push_back(kIsCa); })));
    SSL_CTX_set_max_proto_version(origin.context(), version);
    for (int i = 0; i < 3; ++i) {
      const auto out = origin.connect(*tls, "api.test", static_cast<std::uint16_t>(version));
      EXPECT_EQ(out.check, "usage") << i << " " << out.detail;
      EXPECT_FALSE(out.stream);
    }
  }
}

struct StapleRow {
  const char* what;
  std::string response;
  std::string check;  // of a certificate that demands nothing
  std::string when_demanded;
};

TEST(OriginTls, JudgesStapledStatusesAsFirefoxDoes) {
  const auto tls = trusting(root());
  const Made issuing =
      intermediate("issuing", {kIsCa, kSigns, {NID_subject_key_identifier, "hash"}});
  const Made plain = make(but([&](CertSpec& s) { s.issuer = &issuing; }));
  const Made demanding = make(but([&](CertSpec& s) {
    s.issuer = &issuing;
    s.extensions.push_back({NID_tlsfeature, "status_request"});
  }));
  CertSpec delegate;
  delegate.name = "responder";
  delegate.issuer = &issuing;
  delegate.extensions = {{NID_ext_key_usage, "OCSPSigning"}};
  const Made responder = make(delegate);
  delegate.extensions = {kForServers};
  const Made no_responder = make(delegate);
  for (const bool demanded : {false, true}) {
    const Made& leaf = demanded ? demanding : plain;
    const Made& other = demanded ? plain : demanding;
    const StapleSpec good_one{&leaf, &issuing};
    const auto changed = [&](auto change) {
      StapleSpec spec = good_one;
      change(spec);
      return staple(spec);
    };
    std::string cut = staple(good_one);
    cut.resize(cut.size() - 20);
    const std::vector<StapleRow> table = {
        {"none", "", "", "must_staple"},
        {"good", staple(good_one), "", ""},
        {"good, by a delegate", changed([&](StapleSpec& s) { s.signer = &responder; }), "", ""},
        {"revoked", changed([](StapleSpec& s) { s.status = V_OCSP_CERTSTATUS_REVOKED; }), "revoked",
         "revoked"},
        {"revoked, and old", changed([](StapleSpec& s) {
           s.status = V_OCSP_CERTSTATUS_REVOKED;
           s.from = -9 * kDay, s.until = -kDay;
         }),
         "revoked", "revoked"},
        {"unknown", changed([](StapleSpec& s) { s.status = V_OCSP_CERTSTATUS_UNKNOWN; }), "staple",
         "staple"},
        {"old", changed([](StapleSpec& s) { s.from = -9 * kDay, s.until = -kDay; }), "",
         "must_staple"},
        {"of the future", changed([](StapleSpec& s) { s.from = kDay; }), "", "must_staple"},
        {"about another certificate", changed([&](StapleSpec& s) { s.about = &other; }), "staple",
         "staple"},
        {"signed by a stranger", changed([](StapleSpec& s) { s.signer = &unknown_root(); }),
         "staple", "staple"},
        {"signed by a server", changed([&](StapleSpec& s) { s.signer = &no_responder; }), "staple",
         "staple"},
        {"cut off", cut, "staple", "staple"},
        {"not a response", "hello", "staple", "staple"},
        {"the responder is busy", std::string("\x30\x03\x0a\x01\x03", 5), "", "must_staple"},
    };
    for (const StapleRow& row : table) {
      SCOPED_TRACE(std::string(row.what) + (demanded ? ", demanded" : ""));
      for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        Origin origin(leaf, {issuing});
        SSL_CTX_set_max_proto_version(origin.context(), version);
        if (!row.response.empty()) origin.staple(row.response);
        const auto out = origin.connect(*tls, "api.test");
        EXPECT_EQ(out.check, demanded ? row.when_demanded : row.check) << out.detail;
        EXPECT_EQ(out.stream != nullptr, out.check.empty());
      }
    }
  }
}

TEST(CertificateWords, SayEveryFaultInBothLanguages) {
  std::set<std::string> seen;
  for (const char* check :
       {"chain",       "untrusted_root", "incomplete_chain", "chain_length",
        "self_signed", "signature",      "issuer",           "name",
        "expired",     "not_yet_valid",  "key_strength",     "signature_strength",
        "usage",       "revoked",        "staple",           "must_staple",
        "constraints", "version",        "malformed",        "critical_extension"}) {
    const config::Localized words = certificate_words(check);
    EXPECT_FALSE(words.ja.empty()) << check;
    EXPECT_LE(words.en.size(), 89u) << check;  // what a refusal has room for
    EXPECT_TRUE(seen.insert(words.en).second) << check;
    EXPECT_TRUE(seen.insert(words.ja).second) << check;
  }
}

TEST(OriginTls, WorksInPiecesAndOverSockets) {
  const auto tls = trusting(root());
  Origin origin(make(good()));
  for (const Transport& t : {Transport{1}, Transport{7}, Transport{4096}, Transport{0}})
    EXPECT_TRUE(origin.connect(*tls, "api.test", 443, t).stream);
}

TEST(OriginTls, TrustsACertificateThatIsItselfAnExtraCa) {
  CertSpec spec = good();
  spec.issuer = nullptr;
  spec.extensions.push_back({NID_basic_constraints, "critical,CA:TRUE"});
  const Made appliance = make(spec);
  const auto tls = trusting(appliance);
  Origin origin(appliance);
  const auto out = origin.connect(*tls, "api.test");
  EXPECT_TRUE(out.stream) << out.detail;
}

TEST(OriginTls, SendsNamesButNotAddressesAsSni) {
  const auto tls = trusting(root());
  Origin named(make(good()));
  named.connect(*tls, "api.test");
  EXPECT_EQ(named.sni(), "api.test");
  Origin address(make(good("IP:192.0.2.1")));
  address.connect(*tls, "192.0.2.1");
  EXPECT_EQ(address.sni(), "");
}

TEST(OriginTls, RefusesTls11) {
  const auto tls = trusting(root());
  Origin origin(make(good()));
  SSL_CTX_set_min_proto_version(origin.context(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(origin.context(), TLS1_1_VERSION);
  const auto out = origin.connect(*tls, "api.test");
  EXPECT_FALSE(out.stream);
  EXPECT_EQ(out.fault, Fault::kProtocol);
  EXPECT_EQ(out.check, "");
}

TEST(OriginTls, RefusesCiphersWithoutStrength) {
  const auto tls = trusting(root());
  for (const char* weak : {"ADH-AES128-SHA256", "ECDHE-ECDSA-NULL-SHA", "AECDH-AES128-SHA"}) {
    Origin origin(make(good()));
    SSL_CTX_set_max_proto_version(origin.context(), TLS1_2_VERSION);
    ASSERT_EQ(SSL_CTX_set_cipher_list(origin.context(), weak), 1) << weak;
    const auto out = origin.connect(*tls, "api.test");
    EXPECT_FALSE(out.stream) << weak;
    EXPECT_EQ(out.fault, Fault::kProtocol) << weak;
    EXPECT_FALSE(out.detail.empty()) << weak;
  }
}

TEST(OriginTls, ResumesWithTheSameHostAndPortOnly) {
  const auto tls = trusting(root());
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Origin origin(make(good("DNS:api.test,DNS:other.test")));
    SSL_CTX_set_max_proto_version(origin.context(), version);
    const std::uint16_t port = static_cast<std::uint16_t>(version);
    EXPECT_FALSE(origin.connect(*tls, "api.test", port).resumed);
    EXPECT_TRUE(origin.connect(*tls, "api.test", port).resumed);
    EXPECT_FALSE(origin.connect(*tls, "other.test", port).resumed);
    EXPECT_FALSE(origin.connect(*tls, "api.test", 1).resumed);
  }
}

Awaitable<void> reach(OriginTls& tls, StreamPtr low, TimePoint deadline, OriginTls::Outcome& out) {
  out = co_await tls.connect(std::move(low), "api.test", 443, deadline);
}

TEST(OriginTls, TellsSilenceFromAnEnd) {
  const auto tls = trusting(root());
  net::io_context io(1);
  Deadlines deadlines(io.get_executor());
  OriginTls::Outcome silent, ended, other;
  Ends one = connected(io, deadlines, {}), two = connected(io, deadlines, {}),
       three = connected(io, deadlines, {});
  two.second->close();
  three.second->try_write("HTTP/1.1 400 no\r\n", 17);
  start(io, reach(*tls, std::move(one.first), Clock::now() + Millis(20), silent));
  start(io, reach(*tls, std::move(two.first), soon(), ended));
  start(io, reach(*tls, std::move(three.first), soon(), other));
  io.run();
  EXPECT_EQ(silent.fault, Fault::kTimeout);
  EXPECT_EQ(ended.fault, Fault::kClosed);
  EXPECT_EQ(other.fault, Fault::kProtocol);
}

TEST(OriginTls, SaysWhichExtraCaCannotBeRead) {
  const Folder folder;
  std::string error;
  EXPECT_FALSE(OriginTls::create({folder.path("absent.pem")}, error));
  EXPECT_NE(error.find("absent.pem"), std::string::npos);
  EXPECT_FALSE(OriginTls::create({folder.write("no.pem", "hello")}, error));
  EXPECT_NE(error.find("no.pem"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::gateway
