// TLS towards the client: ClientTls and parse_client_hello.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "gateway/memory_stream.h"
#include "gateway/tls/client_handshake.h"
#include "tests/gateway/pki.h"
#include "tests/gateway/stream_pairs.h"

namespace sekisho::gateway {
namespace {

// What a test's client does and what it saw.
struct Visit {
  std::string sni{};
  std::string alpn{};  // wire form
  bool trusts = true;
  int max_version = TLS1_3_VERSION;
  SSL_SESSION* session = nullptr;

  long result = 0;
  std::string fault{}, chosen{}, version{};
  bool reused = false;
  std::shared_ptr<X509> leaf{};
  std::shared_ptr<SSL_SESSION> ticket{};
  std::string after{};  // what the server's first read met
  ClientTls::Outcome outcome{};
};

using TlsPtr = std::unique_ptr<TlsStream>;

class ClientTlsTest : public testing::TestWithParam<Transport> {
 protected:
  ClientTlsTest() : context_(SSL_CTX_new(TLS_client_method())) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context_), ca_.certificate.get());
  }
  ~ClientTlsTest() override { SSL_CTX_free(context_); }

  void visit(const std::string& host, Visit& v) {
    io_.restart();
    Ends ends = connected(io_, deadlines_, GetParam());
    auto client =
        std::make_unique<TlsStream>(std::move(ends.first), context_, TlsStream::Role::kClient);
    SSL* ssl = client->ssl();
    if (!v.sni.empty()) SSL_set_tlsext_host_name(ssl, v.sni.c_str());
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(v.alpn.data()),
                        static_cast<unsigned>(v.alpn.size()));
    SSL_set_verify(ssl, v.trusts ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
    if (!v.trusts) SSL_set1_host(ssl, "another.test");
    SSL_set_max_proto_version(ssl, v.max_version);
    if (v.session) SSL_set_session(ssl, v.session);
    start(io_, serve(std::move(ends.second), host, v));
    start(io_, browse(std::move(client), v));
    io_.run();
  }

  Awaitable<void> serve(StreamPtr low, std::string host, Visit& v) {
    v.outcome = co_await tls_.accept(std::move(low), host, leaves_, io_.get_executor(), soon());
    if (!v.outcome.stream) co_return;
    ByteStream& stream = *v.outcome.stream;
    const std::string hello = "from the server";
    co_await write_all(stream, hello.data(), hello.size(), Millis(5000));
    v.after = co_await read_to_end(stream);
    v.outcome.fault = v.outcome.stream->fault();
    stream.shutdown_write();
  }

  Awaitable<void> browse(TlsPtr client, Visit& v) {
    v.result = client->try_handshake();
    while (v.result == ByteStream::kBlock) {
      co_await client->ready(client->want(), soon());
      v.result = client->try_handshake();
    }
    v.fault = client->fault();
    if (v.result <= 0) co_return client->close();
    SSL* ssl = client->ssl();
    char buffer[64];
    co_await read_some(*client, buffer, sizeof buffer, soon());  // tickets come before it
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &chosen, &size);
    v.chosen.assign(reinterpret_cast<const char*>(chosen), size);
    v.version = SSL_get_version(ssl);
    v.reused = SSL_session_reused(ssl) == 1;
    v.leaf = share(SSL_get0_peer_certificate(ssl));
    v.ticket = {SSL_get1_session(ssl), SSL_SESSION_free};
    client->shutdown_write();
    co_await read_to_end(*client);
  }

  net::io_context io_{1};
  Deadlines deadlines_{io_.get_executor()};
  Made ca_ = make_ca("client test");
  LeafStore leaves_{authority_of(ca_), ""};
  ClientTls tls_;
  SSL_CTX* context_;
};

INSTANTIATE_TEST_SUITE_P(Streams, ClientTlsTest,
                         testing::Values(Transport{1}, Transport{7}, Transport{4096},
                                         Transport{0}));

TEST_P(ClientTlsTest, ServesALeafOfTheTunnelsHost) {
  Visit v{.sni = "API.example.test"};
  visit("api.example.test", v);
  ASSERT_EQ(v.result, 1) << v.fault;
  EXPECT_EQ(v.version, "TLSv1.3");
  EXPECT_EQ(v.outcome.hello.sni, "api.example.test");
  EXPECT_EQ(v.after, "");
  EXPECT_EQ(X509_check_host(v.leaf.get(), "api.example.test", 0, 0, nullptr), 1);
  EXPECT_EQ(X509_verify(v.leaf.get(), ca_.key.get()), 1);
}

TEST_P(ClientTlsTest, ServesTls12AndClientsWithoutSniOrAlpn) {
  Visit v{.max_version = TLS1_2_VERSION};
  visit("2001:db8::1", v);
  ASSERT_EQ(v.result, 1) << v.fault;
  EXPECT_EQ(v.version, "TLSv1.2");
  EXPECT_EQ(v.chosen, "");
  EXPECT_EQ(X509_check_ip_asc(v.leaf.get(), "2001:db8::1", 0), 1);
}

TEST_P(ClientTlsTest, RefusesTls11) {
  Visit v{.max_version = TLS1_1_VERSION};
  SSL_CTX_set_security_level(context_, 0);
  SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
  visit("a.test", v);
  EXPECT_EQ(v.fault, "protocol_version");
  EXPECT_FALSE(v.outcome.stream);
}

TEST_P(ClientTlsTest, ChoosesHttp11WhenItIsOffered) {
  Visit v{.alpn = std::string("\x02h2\x08http/1.1", 12)};
  visit("a.test", v);
  ASSERT_EQ(v.result, 1) << v.fault;
  EXPECT_EQ(v.chosen, "http/1.1");
  EXPECT_EQ(v.outcome.hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
}

TEST_P(ClientTlsTest, RefusesAlpnWithoutHttp11BeforeItMints) {
  for (const char* alpn : {"\x02h2", "\x09x-unknown"}) {
    Visit v{.alpn = alpn};
    visit("a.test", v);
    EXPECT_EQ(v.fault, "no_application_protocol");
    EXPECT_TRUE(v.outcome.no_protocol);
    EXPECT_FALSE(v.outcome.stream);
  }
  EXPECT_EQ(leaves_.minted(), 0u);
}

TEST_P(ClientTlsTest, RefusesAnotherNameThanTheTunnels) {
  Visit v{.sni = "evil.test"};
  visit("a.test", v);
  EXPECT_EQ(v.fault, "unrecognized_name");
  EXPECT_TRUE(v.outcome.sni_mismatch);
  EXPECT_EQ(v.outcome.fault, "SNI evil.test is not the tunnel's host a.test");
  EXPECT_EQ(leaves_.minted(), 0u);
}

TEST_P(ClientTlsTest, KnowsTheAlertOfAClientThatDoesNotTrustIt) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Visit v{.trusts = false, .max_version = version};
    visit("a.test", v);
    EXPECT_EQ(v.fault, "hostname mismatch");
    EXPECT_FALSE(v.outcome.stream);
    EXPECT_TRUE(v.outcome.distrusted) << v.outcome.fault;
  }
}

TEST_P(ClientTlsTest, ResumesForTheSameHostOnly) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Visit first{.max_version = version};
    visit("a.test", first);
    ASSERT_EQ(first.result, 1) << first.fault;
    ASSERT_TRUE(SSL_SESSION_has_ticket(first.ticket.get()));
    Visit again{.max_version = version, .session = first.ticket.get()};
    visit("a.test", again);
    EXPECT_EQ(again.result, 1);
    EXPECT_TRUE(again.reused);
    Visit elsewhere{.max_version = version, .session = first.ticket.get()};
    visit("b.test", elsewhere);
    EXPECT_EQ(elsewhere.result, 1) << elsewhere.fault;
    EXPECT_FALSE(elsewhere.reused);
  }
}

TEST_P(ClientTlsTest, GivesUpAtTheDeadline) {
  Ends ends = connected(io_, deadlines_, GetParam());
  ClientTls::Outcome outcome{};
  auto work = [](ClientTls& tls, StreamPtr low, LeafStore& leaves, Executor ex,
                 ClientTls::Outcome& out) -> Awaitable<void> {
    out = co_await tls.accept(std::move(low), "a.test", leaves, ex, Clock::now() + Millis(20));
  };
  start(io_, work(tls_, std::move(ends.second), leaves_, io_.get_executor(), outcome));
  io_.run();
  EXPECT_FALSE(outcome.stream);
  EXPECT_TRUE(outcome.timed_out);
}

TEST_P(ClientTlsTest, RefusesWhenNoLeafCanBeMade) {
  CertSpec spec;
  spec.until = -60;
  spec.extensions = {{NID_basic_constraints, "critical,CA:TRUE"}};
  leaves_.replace(authority_of(make(spec)), "");
  Visit v;
  visit("a.test", v);
  EXPECT_EQ(v.fault, "internal_error");
  EXPECT_EQ(v.outcome.fault, "no certificate could be made");
}

// The bytes of OpenSSL's own hello.
std::string hello_bytes(const char* sni, const std::string& alpn) {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* ssl = SSL_new(context);
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl, BIO_new(BIO_s_mem()), out);
  if (sni) SSL_set_tlsext_host_name(ssl, sni);
  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpn.data()),
                      static_cast<unsigned>(alpn.size()));
  SSL_set_connect_state(ssl);
  SSL_do_handshake(ssl);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out, &data);
  const std::string bytes(data, static_cast<std::size_t>(size));
  SSL_free(ssl);
  SSL_CTX_free(context);
  return bytes;
}

std::string in_records_of(const std::string& record, std::size_t size) {
  std::string out;
  const std::string body = record.substr(5);
  for (std::size_t at = 0; at < body.size(); at += size) {
    const std::string piece = body.substr(at, size);
    out += record.substr(0, 3);
    out += static_cast<char>(piece.size() >> 8);
    out += static_cast<char>(piece.size());
    out += piece;
  }
  return out;
}

TEST(ParseClientHello, ReadsNameAndProtocols) {
  ClientHello hello;
  const std::string bytes = hello_bytes("Api.Example.test", std::string("\x02h2\x08http/1.1", 12));
  ASSERT_EQ(parse_client_hello(bytes, hello), HelloStatus::kWhole);
  EXPECT_EQ(hello.sni, "api.example.test");
  EXPECT_EQ(hello.alpn, (std::vector<std::string>{"h2", "http/1.1"}));
}

TEST(ParseClientHello, AllowsNeither) {
  ClientHello hello;
  ASSERT_EQ(parse_client_hello(hello_bytes(nullptr, ""), hello), HelloStatus::kWhole);
  EXPECT_EQ(hello.sni, "");
  EXPECT_TRUE(hello.alpn.empty());
}

TEST(ParseClientHello, WantsMoreAtEveryCut) {
  ClientHello hello;
  const std::string bytes = hello_bytes("a.test", "");
  for (std::size_t cut = 0; cut < bytes.size(); ++cut)
    ASSERT_EQ(parse_client_hello(bytes.substr(0, cut), hello), HelloStatus::kMore) << cut;
  EXPECT_EQ(parse_client_hello(bytes + "more", hello), HelloStatus::kWhole);
}

TEST(ParseClientHello, JoinsRecordsOfAnySize) {
  const std::string bytes = hello_bytes("a.test", "");
  for (const std::size_t size : {1, 2, 3, 5, 50, 200}) {
    ClientHello hello;
    const std::string cut = in_records_of(bytes, size);
    ASSERT_EQ(parse_client_hello(cut, hello), HelloStatus::kWhole) << size;
    EXPECT_EQ(hello.sni, "a.test");
    ASSERT_EQ(parse_client_hello(cut.substr(0, cut.size() - 1), hello), HelloStatus::kMore);
  }
}

TEST(ParseClientHello, TellsOtherProtocolsFromDamage) {
  ClientHello hello;
  EXPECT_EQ(parse_client_hello("GET / HTTP/1.1\r\n", hello), HelloStatus::kNotTls);
  EXPECT_EQ(parse_client_hello("SSH-2.0", hello), HelloStatus::kNotTls);
  EXPECT_EQ(parse_client_hello(std::string("\x16\x03\x01\x00\x00", 5), hello),
            HelloStatus::kMalformed);
  EXPECT_EQ(parse_client_hello(std::string("\x16\x03\x01\x00\x04\x02\x00\x00\x00", 9), hello),
            HelloStatus::kMalformed);  // not a ClientHello
  EXPECT_EQ(parse_client_hello(std::string("\x16\x03\x01\x00\x04\x01\xff\xff\xff", 9), hello),
            HelloStatus::kMalformed);  // 16 MiB
}

TEST(ParseClientHello, NeverCrashesOnDamage) {
  const std::string bytes = hello_bytes("a.test", std::string("\x08http/1.1", 9));
  int refused = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at)
    for (const int change : {1, 0x80, 0xff}) {
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      ClientHello hello;
      refused += parse_client_hello(damaged, hello) != HelloStatus::kWhole;
    }
  EXPECT_GT(refused, 30);
}

TEST(ParseServerName, RefusesListsAndControls) {
  std::string sni{};
  EXPECT_FALSE(parse_server_name("", sni));
  EXPECT_FALSE(parse_server_name(std::string("\0\x04\0\0\x01\0", 6), sni));  // NUL
  EXPECT_FALSE(parse_server_name(std::string("\0\x03\0\0\0", 5), sni));      // empty
  EXPECT_FALSE(parse_server_name(std::string("\0\x08\0\0\x01"
                                             "a\0\0\x01"
                                             "b",
                                             10),
                                 sni));  // two
  EXPECT_TRUE(parse_server_name(std::string("\0\x05\0\0\x02"
                                            "A.",
                                            7),
                                sni));
  EXPECT_EQ(sni, "a");
}

}  // namespace
}  // namespace sekisho::gateway
