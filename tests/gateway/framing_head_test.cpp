#include <gtest/gtest.h>

#include "gateway/http/framing.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

Framed<RequestHead> request(const std::string& lines, RequestPlace place = RequestPlace::kTunnel,
                            HeadLimits limits = {}) {
  return parse_request_head(lines + "\r\n", place, limits);
}

RequestHead passed(const std::string& lines, RequestPlace place = RequestPlace::kTunnel) {
  Framed<RequestHead> head = request(lines, place);
  EXPECT_TRUE(head) << (head ? "" : head.error().detail);
  return head ? *head : RequestHead();
}

ResponseHead answer(const std::string& lines, std::string_view method = "GET") {
  Framed<ResponseHead> head = parse_response_head(lines + "\r\n", method, HeadLimits());
  EXPECT_TRUE(head) << (head ? "" : head.error().detail);
  return head ? *head : ResponseHead();
}

FramingError refused(const std::string& lines, RequestPlace place = RequestPlace::kTunnel,
                     HeadLimits limits = {}) {
  Framed<RequestHead> head = request(lines, place, limits);
  EXPECT_FALSE(head);
  return head ? FramingError() : head.error();
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a.example\r\n";

TEST(RequestHead, SaysHowItsBodyEnds) {
  EXPECT_EQ(passed(kGet).body.kind, Kind::kNone);
  EXPECT_FALSE(passed(kGet).body.length_stated);
  const RequestHead zero = passed(kGet + "Content-Length: 0\r\n");
  EXPECT_EQ(zero.body.kind, Kind::kNone);
  EXPECT_TRUE(zero.body.length_stated);
  const RequestHead some = passed(kGet + "content-length: 9999999999999999999\r\n");
  EXPECT_EQ(some.body.kind, Kind::kLength);
  EXPECT_EQ(some.body.length, 9999999999999999999u);
  EXPECT_EQ(passed(kGet + "Transfer-Encoding: Chunked\r\n").body.kind, Kind::kChunked);
}

TEST(RequestHead, SaysWhetherTheConnectionStays) {
  EXPECT_TRUE(passed(kGet).keep_alive);
  EXPECT_FALSE(passed(kGet + "Connection: foo, CLOSE\r\n").keep_alive);
  EXPECT_FALSE(passed(kGet + "Proxy-Connection: close\r\n").keep_alive);
  EXPECT_FALSE(passed("GET / HTTP/1.0\r\n").keep_alive);
  EXPECT_TRUE(passed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n").keep_alive);
  EXPECT_FALSE(
      passed("GET http://a.example/ HTTP/1.0\r\nConnection: keep-alive\r\n", RequestPlace::kProxy)
          .keep_alive);
}

TEST(RequestHead, WaitsForContinueOnlyWithABody) {
  EXPECT_FALSE(passed(kGet + "Expect: 100-continue\r\n").expect_continue);
  EXPECT_TRUE(passed(kGet + "Expect: 100-continue\r\nContent-Length: 1\r\n").expect_continue);
  EXPECT_FALSE(
      passed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n").expect_continue);
}

TEST(RequestHead, KnowsAnUpgradeByBothFields) {
  EXPECT_TRUE(passed(kGet + "Upgrade: websocket\r\nConnection: Upgrade\r\n").upgrade);
  EXPECT_FALSE(passed(kGet + "Upgrade: websocket\r\n").upgrade);
  EXPECT_FALSE(passed(kGet + "Connection: Upgrade\r\n").upgrade);
}

TEST(RequestHead, NamesBothHostsThatDiffer) {
  const FramingError error =
      refused("GET http://a.example:81/ HTTP/1.1\r\nHost: b.example\r\n", RequestPlace::kProxy);
  EXPECT_NE(error.detail.find("a.example:81"), std::string::npos);
  EXPECT_NE(error.detail.find("b.example"), std::string::npos);
}

TEST(RequestHead, NamesTheLimitAndItsKey) {
  const FramingError head = refused(kGet + "Cookie: " + std::string(70 * 1024, 'c') + "\r\n");
  EXPECT_EQ(head.status, 431);
  EXPECT_NE(head.detail.find("65536 bytes (limits.request_head)"), std::string::npos);
  const FramingError target =
      refused("GET /" + std::string(70 * 1024, 'u') + " HTTP/1.1\r\nHost: a.example\r\n");
  EXPECT_EQ(target.status, 414);
  EXPECT_NE(target.detail.find("limits.request_head"), std::string::npos);
}

TEST(RequestHead, HoldsWhatSignInPagesNeed) {
  std::string lines = "GET /" + std::string(16 * 1024, 'u') + " HTTP/1.1\r\nHost: a.example\r\n";
  lines += "Cookie: " + std::string(40 * 1024, 'c') + "\r\n";
  for (int i = 0; i < 150; ++i) lines += "X-" + std::to_string(i) + ": v\r\n";
  EXPECT_EQ(serialise(passed(lines)), lines + "\r\n");
}

TEST(RequestHead, CountsItsLines) {
  std::string lines = kGet;
  for (int i = 1; i < 200; ++i) lines += "X: v\r\n";
  EXPECT_EQ(passed(lines).headers.size(), 200u);
  EXPECT_EQ(refused(lines + "X: v\r\n").status, 431);
}

TEST(RequestHead, NeverShowsAValueInAnError) {
  for (const char* line :
       {"Content-Length: sk-secret\r\n", "Transfer-Encoding: sk-secret\r\n", "X: sk-secret\x01\r\n",
        "Expect: sk-secret\r\n", "sk-secret\r\n", "Connection: (sk-secret)\r\n"}) {
    EXPECT_EQ(refused(kGet + line).detail.find("sk-secret"), std::string::npos) << line;
  }
}

TEST(EarlyFault, WaitsForNoEndOfWhatCannotBecomeARequest) {
  const HeadLimits limits;
  for (const char* begin :
       {"\x16", " GET", "GET /\r\n", "GET / HTTP/2.0\r\n", "GET /\n", "\r\n\x01"}) {
    EXPECT_TRUE(early_request_fault(begin, limits)) << begin;
  }
  for (const char* begin :
       {"", "\r", "\r\n", "G", "GET", "GET / HTTP/1.1\r\n", "\r\nGET / HTTP/1.0\r\nHo"}) {
    EXPECT_FALSE(early_request_fault(begin, limits)) << begin;
  }
}

TEST(EarlyFault, StopsAtTheLimit) {
  HeadLimits limits;
  limits.bytes = 100;
  EXPECT_EQ(early_request_fault("GET /" + std::string(100, 'a'), limits)->status, 414);
  EXPECT_EQ(early_request_fault(kGet + std::string(100, 'a'), limits)->status, 431);
  EXPECT_FALSE(early_request_fault("GET /" + std::string(50, 'a'), limits));
}

TEST(ResponseHead, SaysHowItsBodyEnds) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(answer(ok).body.kind, Kind::kUntilClose);
  EXPECT_FALSE(answer(ok).keep_alive);
  EXPECT_EQ(answer(ok + "Content-Length: 4\r\n").body.kind, Kind::kLength);
  EXPECT_TRUE(answer(ok + "Content-Length: 4\r\n").keep_alive);
  EXPECT_EQ(answer(ok + "Transfer-Encoding: chunked\r\n").body.kind, Kind::kChunked);
  const ResponseHead head = answer(ok + "Content-Length: 4\r\n", "HEAD");
  EXPECT_EQ(head.body.kind, Kind::kNone);
  EXPECT_EQ(head.body.length, 4u);
  EXPECT_EQ(answer("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n").body.kind, Kind::kNone);
  EXPECT_EQ(answer("HTTP/1.1 204 No Content\r\n").body.kind, Kind::kNone);
  EXPECT_EQ(answer("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n", "CONNECT").body.kind, Kind::kNone);
  EXPECT_EQ(answer("HTTP/1.1 403 No\r\nContent-Length: 4\r\n", "CONNECT").body.kind, Kind::kLength);
}

TEST(ResponseHead, KeepsHeadsOfSixtyKiB) {
  const std::string lines =
      "HTTP/1.1 200 OK\r\nContent-Security-Policy: " + std::string(60 * 1024, 'p') +
      "\r\nContent-Length: 0\r\n";
  EXPECT_EQ(serialise(answer(lines)), lines + "\r\n");
  EXPECT_FALSE(parse_response_head(
      "HTTP/1.1 200 OK\r\nX: " + std::string(70 * 1024, 'p') + "\r\n\r\n", "GET", HeadLimits()));
}

TEST(HeadEnd, IsFoundWithEveryLineEnd) {
  EXPECT_EQ(find_head_end("a\r\n\r\nb", 0), 5u);
  EXPECT_EQ(find_head_end("a\n\nb", 0), 3u);
  EXPECT_EQ(find_head_end("a\n\r\nb", 0), 4u);
  EXPECT_EQ(find_head_end("a\r\n\r", 0), 0u);
  EXPECT_EQ(find_head_end("a\r\nb\r\n", 0), 0u);
  EXPECT_EQ(find_head_end("", 0), 0u);
}

TEST(HeadEnd, IsFoundFromEveryResumption) {
  const std::string head = "GET / HTTP/1.1\r\nA: b\r\n\r\n";
  for (std::size_t from = 0; from < head.size(); ++from) {
    EXPECT_EQ(find_head_end(head, from), head.size()) << from;
  }
}

std::string host_of(std::string_view text) {
  const auto at = parse_host_port(text);
  if (!at) return "refused";
  return at->host + " " + std::to_string(at->port) + (at->literal ? " literal" : "") +
         (at->ipv6 ? " v6" : "");
}

TEST(HostPort, IsNormalised) {
  EXPECT_EQ(host_of("API.Example.:443"), "api.example 443");
  EXPECT_EQ(host_of("a"), "a 0");
  EXPECT_EQ(host_of("192.0.2.1:1"), "192.0.2.1 1 literal");
  EXPECT_EQ(host_of("192.0.2.1."), "192.0.2.1 0 literal");
  EXPECT_EQ(host_of("[2001:DB8::0:1]:65535"), "2001:db8::1 65535 literal v6");
  EXPECT_EQ(host_of("[::1]"), "::1 0 literal v6");
  EXPECT_EQ(host_of("0x7f.example"), "0x7f.example 0");
  EXPECT_EQ(host_of("1.2.3.example"), "1.2.3.example 0");
}

// The same machine under another spelling must not be another destination.
TEST(HostPort, TurnsMappedAddressesIntoIpv4) {
  EXPECT_EQ(host_of("[::ffff:192.0.2.1]:443"), "192.0.2.1 443 literal");
}

TEST(HostPort, RefusesWhatIsNotStrictlyOne) {
  for (const char* text : {"",
                           ".",
                           "..",
                           "a..b",
                           ".a",
                           "a.-b",
                           "a-.b",
                           "a b",
                           "a,b",
                           "a@b",
                           "a/b",
                           "a?b",
                           "a#b",
                           "a%41",
                           "a\\b",
                           "a:",
                           "a:0",
                           "a:65536",
                           "a:99999",
                           "a:080",
                           "a:8 ",
                           "a:8:9",
                           ":80",
                           "a:-1",
                           "0x7f.1",
                           "2130706433",
                           "127.1",
                           "0177.0.0.1",
                           "1.2.3.0x4",
                           "1.2.3.4.5",
                           "256.1.1.1",
                           "01.2.3.4",
                           "0x",
                           "1",
                           "::1",
                           "2001:db8::1:443",
                           "[::1",
                           "::1]",
                           "[]",
                           "[::1]x",
                           "[::1]:",
                           "[::1]:0",
                           "[fe80::1%eth0]",
                           "[1.2.3.4]",
                           "[a]",
                           "[[::1]]",
                           "\xe6\x97\xa5.example",
                           "*.example",
                           "a.example\t"}) {
    EXPECT_EQ(host_of(text), "refused") << text;
  }
  EXPECT_EQ(host_of(std::string(64, 'a')), "refused");
  std::string name;
  while (name.size() < 250) name += "abcdefg.";
  EXPECT_EQ(host_of(name + "xyz"), "refused");
  EXPECT_NE(host_of(name.substr(0, 248) + "xyz"), "refused");
}

TEST(AbsoluteTarget, IsTakenApart) {
  const auto target = parse_absolute_target("HTTPS://A.Example:8443/p/q?x=http://y");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->scheme, "https");
  EXPECT_EQ(target->authority.host, "a.example");
  EXPECT_EQ(target->authority.port, 8443);
  EXPECT_EQ(target->origin_form, "/p/q?x=http://y");
  EXPECT_EQ(parse_absolute_target("http://a.example")->origin_form, "/");
  EXPECT_EQ(parse_absolute_target("http://a.example?x")->origin_form, "/?x");
}

TEST(AbsoluteTarget, RefusesWhatIsNotStrictlyOne) {
  for (const char* text :
       {"", "/", "http:/a.example/", "http:a.example", "http://", "http:///x", "ws://a.example/",
        "http://u@a.example/", "http://u:p@a.example/", "http://a.example/#f", "http://a b/",
        "http://a.example:/", "http://a.example\\@b.example/", "//a.example/", "a.example:80"}) {
    EXPECT_FALSE(parse_absolute_target(text)) << text;
  }
}

TEST(HopByHop, TakesOutWhatConcernsOneConnection) {
  RequestHead head = passed(
      kGet +
      "Connection: keep-alive, X-Hop\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n"
      "x-hop: 1\r\nTE: trailers\r\nTrailer: X\r\nUpgrade: h2c\r\nProxy-Authorization: Basic "
      "eA==\r\n"
      "Transfer-Encoding: chunked\r\nX-Stays: 1\r\n");
  strip_hop_by_hop(head.headers);
  EXPECT_EQ(serialise(head), kGet + "X-Stays: 1\r\n\r\n");
}

TEST(HopByHop, LeavesWhatTheVerdictRestsOn) {
  const std::string kept =
      "Host: a.example\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
      "Authorization: Bearer x\r\nCookie: a=b\r\nContent-Length: 0\r\n";
  RequestHead head = passed("POST / HTTP/1.1\r\n" + kept +
                            "Connection: host, content-type, content-encoding, authorization, "
                            "cookie, content-length\r\n");
  strip_hop_by_hop(head.headers);
  EXPECT_EQ(serialise(head), "POST / HTTP/1.1\r\n" + kept + "\r\n");
}

TEST(Headers, JoinTheLinesOfAList) {
  const RequestHead head =
      passed(kGet + "Content-Encoding: gzip\r\nX: y\r\ncontent-encoding: br, zstd\r\n");
  EXPECT_EQ(joined_values(head.headers, "CONTENT-ENCODING"), "gzip, br, zstd");
  EXPECT_EQ(joined_values(head.headers, "accept"), "");
}

}  // namespace
}  // namespace sekisho::gateway
