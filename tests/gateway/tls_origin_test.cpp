// Origins are verified as a browser would: a table of certificates, right ones and wrong ones.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

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

const Made& constrained() {
  static const Made made = [] {
    CertSpec spec;
    spec.name = "constrained";
    spec.issuer = &root();
    spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"},
                       {NID_key_usage, "critical,keyCertSign"},
                       {NID_name_constraints, "critical,permitted;DNS:inside.test"}};
    return make(spec);
  }();
  return made;
}

const Made& no_ca() {
  static const Made made = [] {
    CertSpec spec;
    spec.name = "not a CA";
    spec.issuer = &root();
    spec.extensions = {{NID_basic_constraints, "critical,CA:FALSE"}};
    return make(spec);
  }();
  return made;
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
  explicit Origin(const Made& served, const Made* intermediate = nullptr)
      : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_use_certificate(context_, served.certificate.get());
    SSL_CTX_use_PrivateKey(context_, served.key.get());
    if (intermediate) SSL_CTX_add1_chain_cert(context_, intermediate->certificate.get());
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

 private:
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
  std::string sni_;
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
  std::string check;  // "" = accepted
  std::string host = "api.test";
  const Made* intermediate = nullptr;
};

std::vector<Row> table() {
  using Ext = std::vector<std::pair<int, std::string>>;
  const Ext no_eku = {{NID_subject_alt_name, "DNS:api.test"}};
  return {
      {"plain", good(), ""},
      {"no EKU at all", but([&](CertSpec& s) { s.extensions = no_eku; }), ""},
      {"P-384", but([](CertSpec& s) { s.key = "P-384"; }), ""},
      {"RSA 2048", but([](CertSpec& s) { s.key = "RSA-2048"; }), ""},
      {"upper case and trailing dot", good("DNS:API.test"), "", "api.test."},
      {"wildcard", good("DNS:*.api.test"), "", "eu.api.test"},
      {"wildcard, two labels", good("DNS:*.api.test"), "name", "a.eu.api.test"},
      {"wildcard, no label", good("DNS:*.api.test"), "name"},
      {"wildcard of a top-level name", good("DNS:*.test"), "name"},
      {"wildcard of everything", good("DNS:*"), "name"},
      {"part of a label as wildcard", good("DNS:a*.eu.test"), "name", "api.eu.test"},
      {"IPv4", good("IP:192.0.2.1"), "", "192.0.2.1"},
      {"IPv6", good("IP:2001:db8::1"), "", "2001:db8::1"},
      {"another address", good("IP:192.0.2.1"), "name", "192.0.2.2"},
      {"address as DNS name", good("DNS:192.0.2.1"), "name", "192.0.2.1"},
      {"another name", good("DNS:other.test"), "name"},
      {"name in CN only", but([](CertSpec& s) {
         s.name = "api.test";
         s.extensions = {{NID_ext_key_usage, "serverAuth"}};
       }),
       "name"},
      {"expired", but([](CertSpec& s) { s.from = -9 * kDay, s.until = -60; }), "expired"},
      {"not yet valid", but([](CertSpec& s) { s.from = kDay; }), "not_yet_valid"},
      {"self-signed", but([](CertSpec& s) { s.issuer = nullptr; }), "self_signed"},
      {"unknown CA", but([](CertSpec& s) { s.issuer = &unknown_root(); }), "chain"},
      {"unknown CA in the chain", but([](CertSpec& s) { s.issuer = &unknown_root(); }), "chain",
       "api.test", &unknown_root()},
      {"issued by no CA", but([](CertSpec& s) { s.issuer = &no_ca(); }), "chain", "api.test",
       &no_ca()},
      {"RSA 1024", but([](CertSpec& s) { s.key = "RSA-1024"; }), "key_strength"},
      {"P-224", but([](CertSpec& s) { s.key = "P-224"; }), "any"},
      {"SHA-1", but([](CertSpec& s) { s.digest = EVP_sha1(); }), "signature_strength"},
      {"client certificate", but([](CertSpec& s) {
         s.extensions = {{NID_subject_alt_name, "DNS:api.test"}, {NID_ext_key_usage, "clientAuth"}};
       }),
       "usage"},
      {"CA certificate", but([](CertSpec& s) {
         s.extensions = {{NID_subject_alt_name, "DNS:api.test"},
                         {NID_basic_constraints, "critical,CA:TRUE"}};
       }),
       "usage"},
      {"version 1", but([](CertSpec& s) { s.version = X509_VERSION_1; }), "any"},
      {"within name constraints",
       but([](CertSpec& s) { s.issuer = &constrained(); }, good("DNS:inside.test")), "",
       "inside.test", &constrained()},
      {"outside name constraints", but([](CertSpec& s) { s.issuer = &constrained(); }),
       "constraints", "api.test", &constrained()},
      {"unknown critical extension", but([](CertSpec& s) {
         s.extensions.push_back({NID_pbe_WithSHA1And40BitRC4, "critical,DER:0500"});
       }),
       "chain"},
  };
}

TEST(OriginTls, JudgesCertificatesAsABrowserDoes) {
  const auto tls = trusting(root());
  for (const Row& row : table()) {
    SCOPED_TRACE(row.what);
    Origin origin(make(row.spec), row.intermediate);
    const OriginTls::Outcome out = origin.connect(*tls, row.host);
    EXPECT_EQ(out.stream != nullptr, row.check.empty()) << out.check << ": " << out.detail;
    if (row.check == "any") continue;
    EXPECT_EQ(out.check, row.check) << out.detail;
    EXPECT_EQ(out.fault, row.check.empty() ? Fault::kNone : Fault::kCertificate);
    EXPECT_EQ(out.detail.empty(), row.check.empty());
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
