#include "gateway/sinks/transport.h"

#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <openssl/tls1.h>

#include <atomic>
#include <future>

#include "tests/gateway/sinks/loopback_server.h"

namespace sekisho::gateway {
namespace {

struct TransportPki {
  Made ca = make_ca("Receivers");
  Made other = make_ca("Others");
  Made server = make_server(ca, "IP:127.0.0.1");
  Made wrong_name = make_server(ca, "DNS:logs.example.jp");
  Made client = make({"gateway", {{NID_ext_key_usage, "clientAuth"}}, &ca});
  Folder folder;
  std::string ca_file = folder.write("ca.pem", pem(ca.certificate.get()));
  std::string other_file = folder.write("other.pem", pem(other.certificate.get()));
  std::string client_file = folder.write("client.pem", pem(client.certificate.get()));
  std::string client_key = folder.write("client.key", pem(client.key.get()));
};

TransportPki& pki() {
  static TransportPki made;
  return made;
}

PeerSettings trusting(const std::string& ca) {
  PeerSettings peer;
  peer.ca_file = ca;
  peer.connect_timeout = std::chrono::seconds(5);
  peer.total_timeout = std::chrono::seconds(10);
  return peer;
}

HttpRequest post(const std::string& url, std::string_view body = "{}") {
  HttpRequest request;
  request.url = url;
  request.body = body;
  request.headers = {"content-type: application/json"};
  return request;
}

TEST(Transport, SendsTheBodyAndTheHeadersAsGiven) {
  std::string seen;
  LoopbackServer server([&](Wire& wire) {
    seen = wire.read_request();
    wire.write(http_answer(202, "taken"));
  });
  HttpSender sender({}, {"splunk", "p\u00e4ss", ""});
  HttpRequest request = post(server.url("/in?x=1"), "{\"a\":1}\n");
  request.method = "PUT";
  request.headers.push_back("authorization-note: x");
  const HttpAnswer answer = sender.send(request);
  EXPECT_EQ(answer.error, "");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "taken");
  EXPECT_EQ(seen.find("PUT /in?x=1 HTTP/1.1\r\n"), 0u);
  EXPECT_NE(seen.find("content-type: application/json\r\n"), seen.npos);
  EXPECT_NE(seen.find("Authorization: Basic c3BsdW5rOnDDpHNz\r\n"), seen.npos);
  EXPECT_EQ(seen.find("Expect:"), seen.npos);
  EXPECT_EQ(seen.substr(seen.size() - 8), "{\"a\":1}\n");
}

TEST(Transport, KeepsItsConnectionAndMakesAnotherWhenItWasClosed) {
  std::atomic<int> served{0};
  LoopbackServer server([&](Wire& wire) {
    for (int i = 0; i < 2 && !wire.read_request().empty(); ++i) {
      ++served;
      wire.write(http_answer(200, "ok"));
    }
  });
  HttpSender sender{{}};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(sender.send(post(server.url())).status, 200) << i;
  EXPECT_EQ(served, 4);
  EXPECT_EQ(server.connections(), 2);
}

TEST(Transport, FollowsNoRedirect) {
  std::atomic<int> elsewhere{0};
  LoopbackServer target([&](Wire&) { ++elsewhere; });
  LoopbackServer server([&](Wire& wire) {
    wire.read_request();
    wire.write(http_answer(307, "", "Location: " + target.url() + "\r\n"));
  });
  EXPECT_EQ(HttpSender{{}}.send(post(server.url())).status, 307);
  EXPECT_EQ(elsewhere, 0);
}

TEST(Transport, BoundsTheAnswer) {
  LoopbackServer server([](Wire& wire) {
    wire.read_request();
    wire.write(http_answer(200, std::string(5000, 'x')));
  });
  HttpRequest request = post(server.url());
  request.answer_limit = 4096;
  const HttpAnswer answer = HttpSender{{}}.send(request);
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.error, "the answer is longer than 4096 bytes");
}

TEST(Transport, TellsHowLongToWait) {
  LoopbackServer server([](Wire& wire) {
    wire.read_request();
    wire.write(http_answer(429, "", "Retry-After: 7\r\n"));
  });
  const HttpAnswer answer = HttpSender{{}}.send(post(server.url()));
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.retry_after.count(), 7);
}

TEST(Transport, TrustsOnlyTheCertificatesNamed) {
  const LoopbackServer::Tls tls{pki().server};
  LoopbackServer server(
      [](Wire& wire) {
        wire.read_request();
        wire.write(http_answer(200, "ok"));
      },
      &tls);
  EXPECT_EQ(HttpSender{trusting(pki().ca_file)}.send(post(server.url())).status, 200);
  for (const std::string& ca : {pki().other_file, std::string()}) {
    const HttpAnswer refused = HttpSender{trusting(ca)}.send(post(server.url()));
    EXPECT_EQ(refused.status, 0);
    EXPECT_NE(refused.error.find("certificate"), std::string::npos) << refused.error;
    EXPECT_TRUE(refused.untouched);
  }
}

TEST(Transport, RefusesACertificateOfAnotherName) {
  const LoopbackServer::Tls tls{pki().wrong_name};
  LoopbackServer server([](Wire&) {}, &tls);
  const HttpAnswer answer = HttpSender{trusting(pki().ca_file)}.send(post(server.url()));
  EXPECT_EQ(answer.status, 0);
  EXPECT_TRUE(answer.untouched);
}

TEST(Transport, RefusesOldTls) {
  const LoopbackServer::Tls tls{pki().server, nullptr, TLS1_1_VERSION};
  LoopbackServer server([](Wire&) {}, &tls);
  const HttpAnswer answer = HttpSender{trusting(pki().ca_file)}.send(post(server.url()));
  EXPECT_EQ(answer.status, 0);
  EXPECT_TRUE(answer.untouched);
}

TEST(Transport, ShowsItsOwnCertificate) {
  const LoopbackServer::Tls tls{pki().server, &pki().ca};
  LoopbackServer server(
      [](Wire& wire) {
        if (!wire.read_request().empty()) wire.write(http_answer(200, "ok"));
      },
      &tls);
  PeerSettings peer = trusting(pki().ca_file);
  EXPECT_EQ(HttpSender{peer}.send(post(server.url())).status, 0);
  peer.client_certificate = pki().client_file;
  peer.client_key = pki().client_key;
  EXPECT_EQ(HttpSender{peer}.send(post(server.url())).status, 200);
}

TEST(Transport, GivesUpWhenTheTimeIsOver) {
  LoopbackServer server([](Wire& wire) {
    while (!wire.read_some().empty()) {
    }
  });
  PeerSettings peer;
  peer.total_timeout = std::chrono::milliseconds(200);
  const HttpAnswer answer = HttpSender{peer}.send(post(server.url()));
  EXPECT_EQ(answer.status, 0);
  EXPECT_FALSE(answer.cancelled);
  EXPECT_FALSE(answer.untouched);
}

TEST(Transport, EndsAtOnceWhenCancelled) {
  std::promise<void> asked;
  LoopbackServer server([&](Wire& wire) {
    wire.read_request();
    asked.set_value();
    wire.read_some();
  });
  HttpSender sender{{}};  // its own time-out is longer than the test may take
  auto answer = std::async(std::launch::async, [&] { return sender.send(post(server.url())); });
  asked.get_future().wait();
  sender.cancel();
  EXPECT_TRUE(answer.get().cancelled);
  EXPECT_TRUE(sender.send(post(server.url())).cancelled);
  EXPECT_EQ(server.connections(), 1);
}

std::string mac(const std::string& key, const std::string& text) {
  unsigned char out[32];
  unsigned int size = sizeof out;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &size);
  return {reinterpret_cast<char*>(out), size};
}

std::string hex(const std::string& bytes) {
  std::string out;
  for (const unsigned char c : bytes) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", c);
    out += two;
  }
  return out;
}

std::string sha(const std::string& text) {
  unsigned char out[32];
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out);
  return hex({reinterpret_cast<char*>(out), sizeof out});
}

std::string between(const std::string& text, const std::string& before, const std::string& after) {
  const auto at = text.find(before);
  if (at == text.npos) return {};
  const auto begin = at + before.size();
  return text.substr(begin, text.find(after, begin) - begin);
}

// As the signature's description has it, computed a second time here.
TEST(Transport, SignsForObjectStorage) {
  std::string seen;
  LoopbackServer server([&](Wire& wire) {
    seen = wire.read_request();
    wire.write(http_answer(200, ""));
  });
  HttpSender sender({}, {"AKIDEXAMPLE", "secret", "aws:amz:ap-northeast-1:s3"});
  HttpRequest request = post(server.url("/bucket/checkpoint-42"), "note");
  request.method = "PUT";
  ASSERT_EQ(sender.send(request).status, 200);
  const std::string date = between(seen, "X-Amz-Date: ", "\r\n");
  const std::string names = between(seen, "SignedHeaders=", ",");
  std::string signed_headers;
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.substr(at, names.find(';', at) - at);
    at += name.size() + 1;
    std::string value = between(seen,
                                name == "host"         ? "Host: "
                                : name == "x-amz-date" ? "X-Amz-Date: "
                                                       : name + ": ",
                                "\r\n");
    signed_headers += name + ":" + value + "\n";
  }
  EXPECT_NE(names.find("x-amz-content-sha256"), names.npos);
  const std::string canonical =
      "PUT\n/bucket/checkpoint-42\n\n" + signed_headers + "\n" + names + "\n" + sha("note");
  const std::string day = date.substr(0, 8), scope = day + "/ap-northeast-1/s3/aws4_request";
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" + sha(canonical);
  const std::string key =
      mac(mac(mac(mac("AWS4secret", day), "ap-northeast-1"), "s3"), "aws4_request");
  EXPECT_EQ(between(seen, "Signature=", "\r\n"), hex(mac(key, to_sign))) << seen;
}

TEST(TlsTransport, NoticesAPeerThatWentAndConnectsAgain) {
  std::string first_seen;
  std::promise<void> leave, over;
  auto left = leave.get_future(), ended = over.get_future();
  const LoopbackServer::Tls tls{pki().server};
  LoopbackServer server(
      [&, first = true](Wire& wire) mutable {
        const std::string seen = wire.read_some();
        if (!std::exchange(first, false)) return ended.wait();
        first_seen = seen;
        left.wait();
      },
      &tls);
  TlsSender sender("127.0.0.1:" + std::to_string(server.port()), trusting(pki().ca_file));
  EXPECT_EQ(sender.send("one\n"), "");
  EXPECT_EQ(server.connections(), 1);
  leave.set_value();
  // Sooner or later a call says that the receiver has gone, or finds it out first.
  while (server.connections() < 2) (void)sender.send("again\n");
  EXPECT_EQ(sender.send("end\n"), "");
  over.set_value();
  EXPECT_EQ(first_seen, "one\n");
}

TEST(TlsTransport, VerifiesThePeer) {
  const LoopbackServer::Tls tls{pki().server};
  LoopbackServer server([](Wire&) {}, &tls);
  TlsSender sender("127.0.0.1:" + std::to_string(server.port()), trusting(pki().other_file));
  EXPECT_NE(sender.send("secret"), "");
}

TEST(TlsTransport, AReceiverThatTakesNothingIsLeftInTime) {
  std::promise<void> over;
  auto ended = over.get_future().share();
  const LoopbackServer::Tls tls{pki().server};
  LoopbackServer server([&](Wire&) { ended.wait(); }, &tls);
  PeerSettings peer = trusting(pki().ca_file);
  peer.total_timeout = std::chrono::milliseconds(300);
  TlsSender sender("127.0.0.1:" + std::to_string(server.port()), peer);
  EXPECT_NE(sender.send(std::string(32u << 20, 'x')), "");
  over.set_value();
}

TEST(TlsTransport, EndsAtOnceWhenCancelled) {
  std::promise<void> over, connected;
  auto ended = over.get_future().share();
  const LoopbackServer::Tls tls{pki().server};
  LoopbackServer server(
      [&](Wire&) {
        connected.set_value();
        ended.wait();
      },
      &tls);
  TlsSender sender("127.0.0.1:" + std::to_string(server.port()), trusting(pki().ca_file));
  const std::string much(32u << 20, 'x');
  auto sent = std::async(std::launch::async, [&] { return sender.send(much); });
  connected.get_future().wait();
  sender.cancel();
  EXPECT_EQ(sent.get(), "cancelled");
  EXPECT_EQ(sender.send("x"), "cancelled");
  over.set_value();
}

TEST(Transport, SaysWhatIsWrongWithAnAddress) {
  EXPECT_EQ(url_fault("https://logs.example.jp/in", false), "");
  EXPECT_EQ(url_fault("http://127.0.0.1:8123/", false), "");
  EXPECT_EQ(url_fault("http://[::1]:8123/", false), "");
  EXPECT_EQ(url_fault("http://logs.example.jp/in", true), "");
  for (const char* wrong : {"http://logs.example.jp/in", "ftp://x/", "https://",
                            "https://u:p@logs.example.jp/", "https://a b/", "logs.example.jp:6514",
                            "http://127.0.0.1@logs.example.jp/", "http://127.0.0.1.example.jp/"})
    EXPECT_NE(url_fault(wrong, false), "") << wrong;
}

}  // namespace
}  // namespace sekisho::gateway
