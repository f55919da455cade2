#include <gtest/gtest.h>

#include "tests/gateway/h1_wires.h"

namespace sekisho::gateway {
namespace {

using Kind = BodyFraming::Kind;

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

RequestHead get() {
  RequestHead head;
  head.method = "GET";
  head.target = "/v1/models";
  head.headers.push_back(Header{"Host", "api.example"});
  return head;
}

RequestHead post(Kind kind, std::uint64_t length = 0) {
  RequestHead head = get();
  head.method = "POST";
  head.body.kind = kind;
  head.body.length = length;
  return head;
}

class H1Origin : public testing::TestWithParam<Transport> {
 protected:
  H1Origin() {
    auto [ours, theirs] = wires_.connect();
    stream_ = make_h1_origin_stream(std::move(ours), HeadLimits());
    origin_ = std::move(theirs);
  }

  void says(std::string_view bytes) {
    write_now(*origin_, bytes);
    wires_.settle();
  }
  std::string hears() {
    wires_.settle();
    return read_now(*origin_);
  }

  HttpResult<bool> write_head(const RequestHead& head, std::string_view body, bool end) {
    HttpResult<bool> out = false;
    wires_.start(into(out, stream_->write_head(head, body, end, kPatience)));
    wires_.finish();
    return out;
  }
  HttpResult<ResponseHead> read_head(Millis silence = kPatience) {
    HttpResult<ResponseHead> out = ResponseHead();
    wires_.start(into(out, stream_->read_head(silence)));
    wires_.finish();
    return out;
  }
  HttpResult<BodyPiece> read_piece(Millis silence = kPatience) {
    HttpResult<BodyPiece> piece = BodyPiece();
    wires_.start(into(piece, stream_->read_body(silence)));
    wires_.finish();
    return piece;
  }
  HttpResult<std::string> read_body() {
    std::string body;
    for (;;) {
      HttpResult<BodyPiece> piece = read_piece();
      if (!piece) return piece.error();
      body += piece->data;
      if (piece->end) return body;
    }
  }

  template <class T>
  static Awaitable<void> into(T& out, Awaitable<T> what) {
    out = co_await std::move(what);
  }

  Wires wires_{GetParam()};
  std::unique_ptr<ByteStream> origin_;
  std::unique_ptr<OriginHttpStream> stream_;
};

TEST_P(H1Origin, CarriesOneExchangeAfterTheOther) {
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(write_head(get(), "", true));
    EXPECT_EQ(hears(), "GET /v1/models HTTP/1.1\r\nHost: api.example\r\n\r\n");
    says(kOk);
    ASSERT_TRUE(read_head());
    EXPECT_FALSE(stream_->reusable());
    EXPECT_EQ(*read_body(), "ok");
    EXPECT_TRUE(stream_->reusable());
    EXPECT_TRUE(stream_->quiet());
  }
}

TEST_P(H1Origin, InventsNoLength) {
  ASSERT_TRUE(write_head(post(Kind::kNone), "", true));
  EXPECT_EQ(hears(), "POST /v1/models HTTP/1.1\r\nHost: api.example\r\n\r\n");
}

TEST_P(H1Origin, KeepsAStatedZero) {
  RequestHead head = post(Kind::kNone);
  head.body.length_stated = true;
  ASSERT_TRUE(write_head(head, "", true));
  EXPECT_EQ(hears(), "POST /v1/models HTTP/1.1\r\nHost: api.example\r\nContent-Length: 0\r\n\r\n");
}

TEST_P(H1Origin, ReplacesChunksByALength) {
  RequestHead head = post(Kind::kLength, 5);
  head.headers.push_back(Header{"Transfer-Encoding", "chunked"});
  ASSERT_TRUE(write_head(head, "hello", true));
  EXPECT_EQ(hears(),
            "POST /v1/models HTTP/1.1\r\nHost: api.example\r\nContent-Length: 5\r\n\r\nhello");
}

TEST_P(H1Origin, SpeaksHttp11ForOlderClients) {
  RequestHead head = get();
  head.minor_version = 0;
  ASSERT_TRUE(write_head(head, "", true));
  EXPECT_EQ(hears(), "GET /v1/models HTTP/1.1\r\nHost: api.example\r\n\r\n");
}

TEST_P(H1Origin, SendsNoHeadThatCouldBeReadOtherwise) {
  RequestHead no_host = get(), two_hosts = get(), bad_target = get(), bad_value = get();
  no_host.headers.clear();
  two_hosts.headers.push_back(Header{"host", "b.example"});
  bad_target.target = "/ HTTP/1.1\r\nX: y";
  bad_value.headers.push_back(Header{"X", "a\r\nY: b"});
  for (const RequestHead& head : {no_host, two_hosts, bad_target, bad_value}) {
    EXPECT_FALSE(write_head(head, "", true));
  }
  EXPECT_EQ(hears(), "");
}

TEST_P(H1Origin, GivesInterimAnswersToo) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + kOk);
  EXPECT_EQ(read_head()->status, 103);
  EXPECT_EQ(read_head()->status, 200);
  EXPECT_EQ(*read_body(), "ok");
  EXPECT_TRUE(stream_->reusable());
}

TEST_P(H1Origin, RefusesInterimAnswersWithoutEnd) {
  ASSERT_TRUE(write_head(get(), "", true));
  std::string bytes;
  for (int i = 0; i < 33; ++i) bytes += "HTTP/1.1 100 Continue\r\n\r\n";
  says(bytes);
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(read_head());
  EXPECT_EQ(read_head().error().framing.rule, "too_many_interim");
}

TEST_P(H1Origin, GivesEachPieceAsItComes) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_TRUE(read_head());
  says("9\r\ndata: 1\n\n\r\n");
  EXPECT_EQ(read_piece()->data, "data: 1\n\n");
  says("100\r\nhalf");
  EXPECT_EQ(read_piece()->data, "half");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, IsOfNoUseAfterSurplusBytes) {
  ASSERT_TRUE(write_head(get(), "", true));
  says(kOk + "HTTP/1.1 200 OK\r\n");
  ASSERT_TRUE(read_head());
  EXPECT_EQ(*read_body(), "ok");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, IsNotQuietOnceBytesOrAnEndCame) {
  ASSERT_TRUE(write_head(get(), "", true));
  says(kOk);
  ASSERT_TRUE(read_head());
  EXPECT_EQ(*read_body(), "ok");
  EXPECT_TRUE(stream_->quiet());
  says("H");
  EXPECT_FALSE(stream_->quiet());
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, IsNotQuietAfterAnEnd) {
  ASSERT_TRUE(write_head(get(), "", true));
  says(kOk);
  ASSERT_TRUE(read_head());
  EXPECT_EQ(*read_body(), "ok");
  origin_->shutdown_write();
  wires_.settle();
  EXPECT_FALSE(stream_->quiet());
}

TEST_P(H1Origin, IsOfNoUseAfterCloseOrUntilClose) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(read_head());
  EXPECT_EQ(*read_body(), "");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, IsOfNoUseWhenItAnsweredBeforeTheRequestEnded) {
  ASSERT_TRUE(write_head(post(Kind::kLength, 10), "half ", false));
  says(kOk);
  ASSERT_TRUE(read_head());
  EXPECT_EQ(*read_body(), "ok");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, TellsAClosedConnectionFromACutAnswer) {
  ASSERT_TRUE(write_head(get(), "", true));
  origin_->shutdown_write();
  EXPECT_EQ(read_head().error().kind, HttpError::Kind::kClosed);
}

TEST_P(H1Origin, KnowsACutAnswer) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 200");
  origin_->shutdown_write();
  HttpResult<ResponseHead> head = read_head();
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kBroken);
  EXPECT_TRUE(head.error().started);
}

TEST_P(H1Origin, TimesOutOnSilence) {
  ASSERT_TRUE(write_head(get(), "", true));
  EXPECT_EQ(read_head(Millis(1)).error().kind, HttpError::Kind::kTimeout);
}

TEST_P(H1Origin, TimesOutOnSilenceWithinTheBody) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
  ASSERT_TRUE(read_head());
  ASSERT_TRUE(read_piece());
  EXPECT_EQ(read_piece(Millis(1)).error().kind, HttpError::Kind::kTimeout);
}

// A request larger than anything between the two ends holds.
constexpr std::size_t kHuge = 64u << 20;

TEST_P(H1Origin, StopsSendingToAnOriginThatSaidNo) {
  const std::string body(kHuge, 'x');
  const RequestHead head = post(Kind::kLength, kHuge);
  HttpResult<bool> sent = true;
  wires_.start(into(sent, stream_->write_head(head, body, true, kPatience)));
  wires_.settle();
  says("HTTP/1.1 103 Early Hints\r\n\r\n");
  EXPECT_TRUE(sent) << "an interim answer is no answer";
  says("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nbig");
  wires_.finish();
  EXPECT_FALSE(sent);
  EXPECT_FALSE(stream_->untouched());
  EXPECT_EQ(read_head()->status, 103);
  EXPECT_EQ(read_head()->status, 413);
  EXPECT_EQ(read_piece()->data, "big");
  EXPECT_FALSE(stream_->reusable());
}

TEST_P(H1Origin, EndsSendingToAnOriginThatIsGone) {
  const std::string body(kHuge, 'x');
  const RequestHead head = post(Kind::kLength, kHuge);
  HttpResult<bool> sent = true;
  wires_.start(into(sent, stream_->write_head(head, body, true, kPatience)));
  wires_.settle();
  origin_->close();
  wires_.finish();
  EXPECT_FALSE(sent);
  EXPECT_FALSE(read_head(Millis(2000)));
}

TEST_P(H1Origin, KnowsWhetherAByteOfTheRequestLeft) {
  ASSERT_TRUE(write_head(get(), "", true));
  EXPECT_FALSE(stream_->untouched());
}

TEST_P(H1Origin, TimesAHeadThatDrips) {
  auto [ours, theirs] = wires_.connect();
  HeadLimits limits;
  limits.time = Millis(60);
  stream_ = make_h1_origin_stream(std::move(ours), limits);
  origin_ = std::move(theirs);
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 200 OK\r\nX-");
  const HttpResult<ResponseHead> head = read_head(kPatience);
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().kind, HttpError::Kind::kTimeout);
}

TEST_P(H1Origin, ReadsHowLongTheOriginKeepsTheConnection) {
  ASSERT_TRUE(write_head(get(), "", true));
  says("HTTP/1.1 204 No Content\r\nKeep-Alive: timeout=5, max=100\r\n\r\n");
  ASSERT_TRUE(read_head());
  EXPECT_EQ(stream_->kept_for(), std::chrono::seconds(5));
}

INSTANTIATE_TEST_SUITE_P(OverMemory, H1Origin, testing::Values(Transport::kMemory));
INSTANTIATE_TEST_SUITE_P(OverSockets, H1Origin, testing::Values(Transport::kSocket));

// Over TLS an end without close_notify is an error of the stream, and no end of a body that only
// the end delimits.
class CutStream final : public ByteStream {
 public:
  explicit CutStream(std::string bytes) : bytes_(std::move(bytes)) {}
  long try_read(char* data, std::size_t size) override {
    if (bytes_.empty()) return kError;
    const std::size_t n = bytes_.copy(data, size);
    bytes_.erase(0, n);
    return static_cast<long>(n);
  }
  long try_write(const char*, std::size_t size) override { return static_cast<long>(size); }
  Want want() const override { return Want::kRead; }
  Awaitable<Wake> ready(Want, TimePoint) override { co_return Wake::kClosed; }
  void shutdown_write() override {}
  bool half_closed() const override { return false; }
  void knock() override {}
  void wake() override {}
  void close() override {}

 private:
  std::string bytes_;
};

Awaitable<void> read_cut_answer(OriginHttpStream& stream, std::string& outcome) {
  RequestHead request = get();
  HttpResult<bool> sent = co_await stream.write_head(request, "", true, kPatience);
  HttpResult<ResponseHead> head = co_await stream.read_head(kPatience);
  HttpResult<BodyPiece> piece = co_await stream.read_body(kPatience);
  HttpResult<BodyPiece> end = co_await stream.read_body(kPatience);
  if (sent && head && piece && !end) outcome = std::string(end.error().detail, 0, 9);
}

TEST(H1Origin, TakesAnUncleanEndForATruncation) {
  Wires wires(Transport::kMemory);
  auto stream = make_h1_origin_stream(std::make_unique<CutStream>("HTTP/1.1 200 OK\r\n\r\npart"),
                                      HeadLimits());
  std::string outcome;
  wires.start(read_cut_answer(*stream, outcome));
  wires.finish();
  EXPECT_EQ(outcome, "truncated");
}

}  // namespace
}  // namespace sekisho::gateway
