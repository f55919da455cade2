#include <gtest/gtest.h>

#include "gateway/memory_stream.h"
#include "tests/gateway/h1_wires.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

const std::string kGet = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";

ResponseHead ok(Kind kind, std::uint64_t length = 0) {
  ResponseHead head;
  head.status = 200;
  head.reason = "OK";
  head.body.kind = kind;
  head.body.length = length;
  return head;
}

class H1Client : public testing::TestWithParam<Transport> {
 protected:
  H1Client() {
    auto [ours, theirs] = wires_.connect();
    stream_ = make_h1_client_stream(std::move(ours), HeadLimits());
    client_ = std::move(theirs);
  }

  void says(std::string_view bytes) { write_now(*client_, bytes); }
  std::string hears() {
    wires_.settle();
    return read_now(*client_);
  }

  HttpResult<RequestHead> read_head(RequestPlace place = RequestPlace::kTunnel,
                                    TimePoint until = soon(), Millis limit = kPatience) {
    HttpResult<RequestHead> out = RequestHead();
    wires_.start(into(out, stream_->read_head(place, until, limit)));
    wires_.finish();
    return out;
  }
  HttpResult<bool> write_head(const ResponseHead& head, std::string_view body, bool end) {
    HttpResult<bool> out = false;
    wires_.start(into(out, stream_->write_head(head, body, end, kPatience)));
    wires_.finish();
    return out;
  }
  HttpResult<bool> write_body(std::string_view data, bool end) {
    HttpResult<bool> out = false;
    wires_.start(into(out, stream_->write_body(data, end, kPatience)));
    wires_.finish();
    return out;
  }
  HttpResult<std::string> read_body() {
    std::string body;
    for (;;) {
      HttpResult<BodyPiece> piece = BodyPiece();
      wires_.start(into(piece, stream_->read_body(kPatience)));
      wires_.finish();
      if (!piece) return piece.error();
      body += piece->data;
      if (piece->end) return body;
    }
  }
  bool drain(std::uint64_t bytes) {
    bool out = false;
    wires_.start(into(out, stream_->drain(bytes, soon())));
    wires_.finish();
    return out;
  }

  template <class T>
  static Awaitable<void> into(T& out, Awaitable<T> what) {
    out = co_await std::move(what);
  }

  Wires wires_{GetParam()};
  std::unique_ptr<ByteStream> client_;
  std::unique_ptr<ClientHttpStream> stream_;
};

TEST_P(H1Client, AnswersRequestsOneAfterTheOther) {
  says(kGet + "POST /2 HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nhi" + kGet);
  ASSERT_TRUE(read_head());
  EXPECT_FALSE(stream_->reusable());
  ASSERT_TRUE(write_head(ok(Kind::kLength, 2), "ok", true));
  EXPECT_TRUE(stream_->reusable());
  HttpResult<RequestHead> second = read_head();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->target, "/2");
  ASSERT_TRUE(write_head(ok(Kind::kNone), "", true));
  EXPECT_FALSE(stream_->reusable()) << "its body was not read";
  EXPECT_EQ(*read_body(), "hi");
  EXPECT_EQ(stream_->bytes_read(), 2u);
  EXPECT_TRUE(stream_->reusable());
  ASSERT_TRUE(read_head());
  EXPECT_EQ(hears(),
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}

TEST_P(H1Client, WritesChunksAtOnce) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kChunked), "", false));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(write_body("data: 1\n\n", false));
  EXPECT_EQ(hears(), "9\r\ndata: 1\n\n\r\n");
  ASSERT_TRUE(write_body("", false));
  EXPECT_EQ(hears(), "");
  Headers trailers;
  trailers.push_back(Header{"X-Sum", "1"});
  stream_->set_trailers(trailers);
  ASSERT_TRUE(write_body("x", true));
  EXPECT_EQ(hears(), "1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n");
  EXPECT_EQ(stream_->bytes_written(), 10u);
  EXPECT_TRUE(stream_->reusable());
}

TEST_P(H1Client, FramesAsTheHeadSaysWhateverItsFieldsSay) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ResponseHead head = ok(Kind::kLength, 3);
  head.headers = {{"Content-Length", "100"}, {"X-A", "1"}, {"transfer-encoding", "chunked"}};
  ASSERT_TRUE(write_head(head, "abc", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 3\r\n\r\nabc");
}

TEST_P(H1Client, KeepsPlaceAndSpellingOfTheLength) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ResponseHead head = ok(Kind::kLength, 3);
  head.headers = {{"content-LENGTH", "3"}, {"Set-Cookie", "a=1"}, {"set-cookie", "b=2"}};
  ASSERT_TRUE(write_head(head, "abc", true));
  EXPECT_EQ(
      hears(),
      "HTTP/1.1 200 OK\r\ncontent-LENGTH: 3\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n\r\nabc");
}

TEST_P(H1Client, SendsLargeBodiesWhole) {
  says(kGet);
  ASSERT_TRUE(read_head());
  const std::string body(100000, 'x');
  ASSERT_TRUE(write_head(ok(Kind::kChunked), body, true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" + body +
                         "\r\n0\r\n\r\n");
}

TEST_P(H1Client, SaysNothingAboutFramingToConnect) {
  says("CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n\x16\x03");
  ASSERT_TRUE(read_head(RequestPlace::kProxy));
  ResponseHead head = ok(Kind::kNone);
  head.reason = "Connection established";
  ASSERT_TRUE(write_head(head, "", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 Connection established\r\n\r\n");
  std::unique_ptr<ByteStream> low = stream_->release();
  says("\x01");
  wires_.settle();
  EXPECT_EQ(read_now(*low), "\x16\x03\x01");
}

TEST_P(H1Client, SendsNoBodyToHead) {
  says("HEAD / HTTP/1.1\r\nHost: a.example\r\n\r\n");
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kLength, 5), "hello", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_TRUE(stream_->reusable());
}

TEST_P(H1Client, PassesInterimAnswersOn) {
  says("POST / HTTP/1.1\r\nHost: a.example\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  ASSERT_TRUE(read_head());
  ResponseHead interim;
  interim.status = 100;
  interim.reason = "Continue";
  ASSERT_TRUE(write_head(interim, "", true));
  EXPECT_EQ(hears(), "HTTP/1.1 100 Continue\r\n\r\n");
  says("hi");
  EXPECT_EQ(*read_body(), "hi");
  ASSERT_TRUE(write_head(ok(Kind::kNone), "", true));
  EXPECT_TRUE(stream_->reusable());
}

TEST_P(H1Client, EndsChunkedAnswersToHttp10ByClose) {
  says("GET / HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kChunked), "one", false));
  ASSERT_TRUE(write_body("two", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nonetwo");
  char byte;
  EXPECT_EQ(client_->try_read(&byte, 1), ByteStream::kEof);
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Client, KeepsHttp10ConnectionsThatAsk) {
  says("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kLength, 1), "x", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx");
  EXPECT_TRUE(stream_->reusable());
}

TEST_P(H1Client, SaysCloseWhenTheAnswerDoes) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ResponseHead head = ok(Kind::kLength, 1);
  head.keep_alive = false;
  ASSERT_TRUE(write_head(head, "x", true));
  EXPECT_EQ(hears(), "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Client, RefusesABodyOfAnotherLength) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kLength, 3), "ab", false));
  EXPECT_FALSE(write_body("cd", true));
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Client, RefusesABodyThatEndsEarly) {
  says(kGet);
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kLength, 3), "ab", false));
  EXPECT_FALSE(write_body("", true));
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Client, TellsAnOrderlyEndFromABrokenHead) {
  client_->shutdown_write();
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kClosed);
  EXPECT_FALSE(head.error().started);
}

TEST_P(H1Client, KnowsAHeadCutShort) {
  says("GET / HT");
  client_->shutdown_write();
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kBroken);
  EXPECT_TRUE(head.error().started);
}

TEST_P(H1Client, TakesAStrayLineEndForIdleness) {
  says("\r\n");
  client_->shutdown_write();
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kClosed);
}

TEST_P(H1Client, TimesOutIdleAndWithinAHead) {
  HttpResult<RequestHead> idle =
      read_head(RequestPlace::kTunnel, Clock::now() + Millis(1), kPatience);
  ASSERT_FALSE(idle);
  EXPECT_EQ(idle.error().kind, HttpError::Kind::kTimeout);
  EXPECT_FALSE(idle.error().started);
  says("GET / HTTP/1.1\r\nHo");
  HttpResult<RequestHead> slow = read_head(RequestPlace::kTunnel, soon(), Millis(1));
  ASSERT_FALSE(slow);
  EXPECT_EQ(slow.error().kind, HttpError::Kind::kTimeout);
  EXPECT_TRUE(slow.error().started);
}

TEST_P(H1Client, KnowsTheHttp2Preface) {
  says("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kHttp2);
}

TEST_P(H1Client, AnswersARefusedHeadAndDrainsToTheEnd) {
  says("GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: x\r\n\r\nmore");
  ASSERT_FALSE(read_head());
  ResponseHead head = ok(Kind::kLength, 3);
  head.status = 400;
  head.reason = "Bad Request";
  ASSERT_TRUE(write_head(head, "no\n", true));
  says(std::string(1000, 'm'));
  client_->shutdown_write();
  EXPECT_TRUE(drain(1 << 20));
  EXPECT_EQ(hears(),
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Client, DrainsARequestAndGoesOn) {
  says(
      "POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" +
      kGet);
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(write_head(ok(Kind::kNone), "", true));
  EXPECT_TRUE(drain(1 << 20));
  EXPECT_TRUE(stream_->reusable());
  EXPECT_TRUE(read_head());
}

TEST_P(H1Client, DrainsNoMoreThanAllowed) {
  says("POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 100000\r\n\r\n" +
       std::string(50000, 'x'));
  ASSERT_TRUE(read_head());
  EXPECT_FALSE(drain(20000));
}

TEST_P(H1Client, RefusesTooLongHeadsBeforeTheirEnd) {
  says("GET / HTTP/1.1\r\nHost: a.example\r\nCookie: " + std::string(70 * 1024, 'c'));
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().framing.status, 431);
}

TEST_P(H1Client, RefusesTooLongTargetsBeforeTheirEnd) {
  says("GET /" + std::string(70 * 1024, 'u'));
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().framing.status, 414);
}

TEST_P(H1Client, BreaksWhenReset) {
  stream_->reset();
  HttpResult<RequestHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_FALSE(stream_->reusable());
}

// A watch that is under way; what it says is in `gone`.
struct Watched {
  bool done = false, gone = false;
};

Awaitable<void> watch(ClientHttpStream& stream, Watched& out) {
  out.gone = co_await stream.watch();
  out.done = true;
}

TEST_P(H1Client, SeesAClientLeaveWhoseAnswerIsAwaited) {
  says(kGet);
  ASSERT_TRUE(read_head());
  says(kGet);  // sent ahead
  Watched seen;
  wires_.start(watch(*stream_, seen));
  wires_.settle();
  EXPECT_FALSE(seen.done) << "what is sent ahead is no end";
  client_->close();
  wires_.finish();
  EXPECT_TRUE(seen.gone);
}

TEST_P(H1Client, KeepsWhatWasSentAheadWhileWatched) {
  says(kGet);
  ASSERT_TRUE(read_head());
  Watched seen;
  wires_.start(watch(*stream_, seen));
  says("GET /two HTTP/1.1\r\nHost: a.exa");
  wires_.settle();
  stream_->stop_watch();
  wires_.finish();
  EXPECT_TRUE(seen.done);
  EXPECT_FALSE(seen.gone);
  ASSERT_TRUE(write_head(ok(Kind::kNone), "", true));
  says("mple\r\n\r\n");
  EXPECT_EQ(read_head()->target, "/two");
}

TEST_P(H1Client, TakesAHalfCloseForNoDeparture) {
  says(kGet);
  ASSERT_TRUE(read_head());
  client_->shutdown_write();
  Watched seen;
  wires_.start(watch(*stream_, seen));
  wires_.settle();
  EXPECT_FALSE(seen.done);
  stream_->stop_watch();
  wires_.finish();
  EXPECT_FALSE(seen.gone);
  ASSERT_TRUE(write_head(ok(Kind::kLength, 2), "ok", true));
  EXPECT_TRUE(hears().ends_with("ok"));
}

TEST_P(H1Client, ReadsAheadNoMoreThanItHolds) {
  says(kGet);
  ASSERT_TRUE(read_head());
  Watched seen;
  wires_.start(watch(*stream_, seen));
  const std::string much(10000, 'x');
  long taken = 0;
  for (int i = 0; i < 2000; ++i) {
    const long n = client_->try_write(much.data(), much.size());
    wires_.settle();
    if (n < 0) break;
    taken += n;
  }
  EXPECT_LT(taken, 20'000'000) << "it reads without end";
  EXPECT_FALSE(seen.done);
  stream_->stop_watch();
  wires_.finish();
}

INSTANTIATE_TEST_SUITE_P(OverMemory, H1Client, testing::Values(Transport::kMemory));
INSTANTIATE_TEST_SUITE_P(OverSockets, H1Client, testing::Values(Transport::kSocket));

}  // namespace
}  // namespace sekisho::gateway
